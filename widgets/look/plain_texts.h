// Texts of records are strangers' words: what looks like HTML in one is shown as it stands, and no
// file that it names is opened.
//
// Installed on the application: a label or a tip that would guess from its text what it is takes it
// for plain, from before it is first shown. A label that means HTML says so. Thread rule: the GUI
// thread.
#pragma once

#include <QObject>

namespace mhc {

class PlainTexts : public QObject {
 public:
  using QObject::QObject;
  bool eventFilter(QObject* object, QEvent* event) override;
};

}  // namespace mhc
