#include "widgets/words/flag_text.h"

#include <QObject>

#include "core/formats/person_text.h"
#include "widgets/words/record_words.h"

namespace mhc {

QString FlagText(const Intervention& intervention) {
  QStringList parts;
  const InterventionRequest& request = intervention.request;
  if (!request.sites.empty()) parts << SitesWords(request.sites);
  if (request.kind != "constraint") parts << KeyText(request.kind);
  QString text = parts.join(QStringLiteral(": "));
  if (!text.isEmpty()) text += ' ';
  text += QStringLiteral("→ ") + NewValueText(request);
  return intervention.undone ? QObject::tr("%1 (undone)").arg(text) : text;
}

QString ChangeDetails(const Intervention& intervention) {
  const InterventionRequest& request = intervention.request;
  const QString sites =
      request.sites.empty() ? QObject::tr("all sites") : SitesWords(request.sites);
  QStringList lines;
  const QString step = QString::fromStdString(StepText(intervention.step));
  const InterventionKind* kind = FindInterventionKind(request.kind);
  // Of a constraint every option.
  const QString value = request.kind == "constraint"
                            ? QString::fromStdString(intervention.value_text)
                            : NewValueText(request);
  QString what = QObject::tr("Step %1: %2 → %3").arg(step, KeyText(request.kind), value);
  if (kind != nullptr && kind->takes_sites) what += QObject::tr(" at %1").arg(sites);
  lines << what;
  if (kind != nullptr && kind->takes_transfer) {
    lines << QObject::tr("transfer %1").arg(QString::fromStdString(ToText(request.transfer)));
  }
  if (intervention.matrix_jump) {
    lines << QObject::tr("H moved by %1")
                 .arg(QString::fromStdString(MeasureText(*intervention.matrix_jump, 3)));
  }
  if (request.origin == "guard") lines << QObject::tr("by the guard against non-finite values");
  if (intervention.undone) lines << QObject::tr("undone by a roll back");
  return lines.join('\n');
}

bool ChangesTraining(const Intervention& intervention) {
  const InterventionKind* kind = FindInterventionKind(intervention.request.kind);
  return intervention.applied && kind != nullptr && kind->changes_training;
}

QString AlertDetails(const Alert& alert) {
  return QObject::tr("Step %1: %2")
      .arg(QString::fromStdString(StepText(alert.step)), QString::fromStdString(alert.text));
}

}  // namespace mhc
