#include "widgets/words/flag_text.h"

#include <QObject>
#include <cmath>

#include "core/formats/number_text.h"
#include "core/formats/person_text.h"
#include "core/record/configuration/site_list.h"

namespace mhc {
namespace {

QString SitesText(const std::vector<std::int64_t>& sites) {
  QString text = QString::fromStdString(SitesToText(sites));
  text.replace('-', QChar(0x2013));
  text.replace(',', ", ");
  return sites.size() == 1 ? QObject::tr("site %1").arg(text) : QObject::tr("sites %1").arg(text);
}

QString ChangedThing(const std::string& kind) {
  if (kind == "constraint") return {};
  if (kind == "learning_rate") return QObject::tr("learning rate");
  if (kind == "iterations") return QObject::tr("iterations");
  if (kind == "on_nonfinite") return QObject::tr("on NaN");
  return QString::fromStdString(kind);
}

// As short as it reads back the same: "0.3", "12", "3 × 10⁻⁴".
QString ShortNumber(double value) {
  constexpr double kSmallestPlain = 1e-3, kLargestPlain = 1e5;
  const double size = std::abs(value);
  if (size == 0.0 || (size >= kSmallestPlain && size < kLargestPlain)) {
    return QString::fromStdString(NumberText(value));
  }
  int digits = 1;
  while (digits < 3 &&
         std::abs(QString::number(value, 'e', digits - 1).toDouble() - value) > 1e-9 * size) {
    ++digits;
  }
  return QString::fromStdString(MeasureText(value, digits));
}

// Only the options that are not at their default.
QString NewValue(const Intervention& intervention) {
  const InterventionRequest& request = intervention.request;
  if (request.kind == "constraint") {
    const auto choice = ParseConstraint(intervention.value_text);
    QString text = QString::fromStdString(choice ? ToText(*choice) : intervention.value_text);
    return text.replace(',', ", ").replace(':', ", ").replace('=', ' ');
  }
  if (const auto number = ParseNumber(intervention.value_text)) return ShortNumber(*number);
  QString text = QString::fromStdString(intervention.value_text);
  return text.replace('_', ' ');
}

}  // namespace

QString FlagText(const Intervention& intervention) {
  QStringList parts;
  if (const auto& sites = intervention.request.sites; !sites.empty()) parts << SitesText(sites);
  const QString thing = ChangedThing(intervention.request.kind);
  if (!thing.isEmpty()) parts << thing;
  QString text = parts.join(QStringLiteral(": "));
  if (!text.isEmpty()) text += ' ';
  text += QStringLiteral("→ ") + NewValue(intervention);
  return intervention.undone ? QObject::tr("%1 (undone)").arg(text) : text;
}

QString ChangeDetails(const Intervention& intervention) {
  const InterventionRequest& request = intervention.request;
  const QString sites = request.sites.empty() ? QObject::tr("all sites") : SitesText(request.sites);
  QStringList lines;
  const QString step = QString::fromStdString(StepText(intervention.step));
  const InterventionKind* kind = FindInterventionKind(request.kind);
  QString what =
      QObject::tr("Step %1: %2 → %3")
          .arg(
              step,
              request.kind == "constraint" ? QObject::tr("constraint") : ChangedThing(request.kind),
              request.kind == "constraint" ? QString::fromStdString(intervention.value_text)
                                           : NewValue(intervention));
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
