// The pages of the help inside the program. What can be read from a declaration is: constraints,
// measures and settings describe themselves once, and stand here in the same words.
//
// Thread rule: the window's thread.
#pragma once

#include <QString>
#include <vector>

namespace mhc {

struct HelpPage {
  QString name;   // "study-hc-explodes"
  QString group;  // "Studies"
  QString title;
  QString markdown;
};

std::vector<HelpPage> HelpPages();
// The name of a study's page.
QString StudyPageName(const QString& study);

}  // namespace mhc
