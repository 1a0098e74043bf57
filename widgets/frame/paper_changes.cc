#include "widgets/frame/paper_changes.h"

#include <QObject>
#include <algorithm>
#include <cmath>

#include "widgets/document/run_document.h"
#include "widgets/look/look.h"
#include "widgets/words/flag_text.h"
#include "widgets/words/number_words.h"

namespace mhc {

std::vector<PaperChange> ChangesOf(const RunDocument& run) {
  std::vector<PaperChange> changes;
  for (const Intervention& past : run.interventions()) {
    if (!ChangesTraining(past)) continue;
    const QString step = StepNumber(past.step);
    QString text = QObject::tr("step %1: %2").arg(step, FlagText(past));
    if (past.undone) text = QObject::tr("%1, undone").arg(text);
    changes.push_back({static_cast<double>(past.step), text, past.undone});
  }
  std::stable_sort(changes.begin(), changes.end(),
                   [](const PaperChange& a, const PaperChange& b) { return a.x < b.x; });
  return changes;
}

PaperMarks AlertsOf(const RunDocument& run, const Look& look) {
  PaperMarks marks{
      {QObject::tr("alert"), QPen(look.Color(Role::kWarning)), PaperKey::Mark::kTriangle}, {}};
  for (const Alert& alert : run.alerts()) {
    marks.at.emplace_back(static_cast<double>(alert.step), NAN);
  }
  return marks;
}

}  // namespace mhc
