#include "widgets/words/record_words.h"

#include <QLocale>
#include <QObject>
#include <QStringList>
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/formats/person_text.h"
#include "core/record/configuration/site_list.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

constexpr double kSmallestPlain = 1e-3, kLargestPlain = 1e5;  // not as powers of ten

QString WithSpaces(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())).replace('_', ' ');
}

QString TransferWords(const Transfer& transfer) {
  switch (transfer.kind) {
    case Transfer::Kind::kKeepLogits:
      return QObject::tr(" (logits kept)");
    case Transfer::Kind::kBlend:
      return QObject::tr(" (blend over %1 steps)")
          .arg(QString::fromStdString(StepText(transfer.blend_steps)));
    case Transfer::Kind::kMatchMatrix:
      break;
  }
  return {};
}

// What was given, not measured: every digit, and none that was not there.
QString GivenNumber(double number) {
  const double size = std::abs(number);
  if (size == 0.0 || (size >= kSmallestPlain && size < kLargestPlain)) {
    return QString::number(number, 'g', 12).replace('-', QChar(0x2212));
  }
  if (!std::isfinite(number)) return ValueText(number);
  const QString shortest = QString::number(number, 'e', QLocale::FloatingPointShortest);
  const QString mantissa = shortest.section('e', 0, 0).replace('-', QChar(0x2212));
  const QString power = QString::fromStdString(PowerText(shortest.section('e', 1).toInt()));
  return mantissa == QStringLiteral("1") ? power
                                         : Unbroken(QStringLiteral("%1 × %2").arg(mantissa, power));
}

}  // namespace

QString KeyText(std::string_view key) {
  const std::string_view name = key.substr(key.rfind('.') + 1);
  if (name == "on_nonfinite") return QObject::tr("on NaN");
  return WithSpaces(name);
}

QString ValueWords(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return QString::fromStdString(*text);
  if (const auto* number = std::get_if<double>(&value)) return GivenNumber(*number);
  if (const auto* flag = std::get_if<bool>(&value)) {
    return *flag ? QObject::tr("yes") : QObject::tr("no");
  }
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return QString::fromStdString(StepText(*integer));
  }
  QStringList numbers;
  for (const double number : std::get<std::vector<double>>(value)) numbers << GivenNumber(number);
  return numbers.join(QStringLiteral(", "));
}

QString ChoiceText(const ConstraintChoice& choice) {
  QStringList parts(QString::fromStdString(choice.constraint->name));
  for (const Declaration& option : choice.constraint->options) {
    const Value& value = choice.options.values().find(option.key)->second;
    if (value == option.fallback) continue;
    parts << KeyText(option.key) + ' ' + ValueWords(value).replace('_', ' ');
  }
  if (choice.transpose) parts << QObject::tr("transposed");
  return parts.join(QStringLiteral(", "));
}

QString SitesWords(std::span<const std::int64_t> sites) {
  if (sites.empty()) return {};
  QString list = QString::fromStdString(SitesToText(sites));
  list.replace('-', QStringLiteral("–")).replace(',', QStringLiteral(", "));
  return sites.size() == 1 ? QObject::tr("site %1").arg(list) : QObject::tr("sites %1").arg(list);
}

QString ChoicesText(std::span<const ConstraintChoice> choices) {
  std::vector<std::pair<const ConstraintChoice*, std::vector<std::int64_t>>> groups;
  for (std::size_t site = 0; site < choices.size(); ++site) {
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& known) {
      return *known.first == choices[site];
    });
    auto& sites = group == groups.end()
                      ? groups.emplace_back(&choices[site], std::vector<std::int64_t>()).second
                      : group->second;
    sites.push_back(static_cast<std::int64_t>(site));
  }
  std::stable_sort(groups.begin(), groups.end(), [](const auto& one, const auto& other) {
    return one.second.size() > other.second.size();
  });
  QStringList parts;
  for (const auto& [choice, sites] : groups) {
    const QString text = ChoiceText(*choice);
    parts << (parts.isEmpty() ? text : QObject::tr("%1 at %2").arg(text, SitesWords(sites)));
  }
  return parts.join(QStringLiteral(" · "));
}

QString StateWord(RunState state) {
  switch (state) {
    case RunState::kCreated:
      return QObject::tr("created");
    case RunState::kRunning:
      return QObject::tr("running");
    case RunState::kPaused:
      return QObject::tr("paused");
    case RunState::kFinished:
      return QObject::tr("finished");
    case RunState::kStopped:
      return QObject::tr("stopped");
    case RunState::kFailed:
      return QObject::tr("failed");
    case RunState::kInterrupted:
      return QObject::tr("interrupted");
  }
  return {};
}

QString NewValueText(const InterventionRequest& request) {
  if (request.kind != "constraint") return ValueWords(request.value).replace('_', ' ');
  const std::string text = ValueText(request);
  const auto choice = ParseConstraint(text);
  return choice ? ChoiceText(*choice) : QString::fromStdString(text);
}

QString ChangeText(const InterventionRequest& request) {
  const InterventionKind* kind = FindInterventionKind(request.kind);
  if (kind == nullptr) return request.kind.empty() ? QObject::tr("request") : KeyText(request.kind);
  if (!TakesValue(*kind)) return KeyText(request.kind);
  const bool is_constraint = kind->takes_transfer;
  QString what = KeyText(request.kind);
  if (!request.sites.empty()) {
    what = is_constraint ? SitesWords(request.sites) : what + ", " + SitesWords(request.sites);
  }
  return what + QStringLiteral(" → ") + NewValueText(request) +
         (is_constraint ? TransferWords(request.transfer) : QString());
}

QString ChangeText(const Intervention& intervention) {
  const QString text = ChangeText(intervention.request);
  return intervention.request.origin == "guard" ? QObject::tr("%1 (guard)").arg(text) : text;
}

QString DistanceText(double distance) {
  const int digits = std::abs(distance) < kSmallestPlain ? 1 : 4;
  return Unbroken(ValueText(distance, digits));
}

QString DistanceCell(double distance) {
  constexpr double kLargestCell = 1000.0, kSmallestCell = 0.0005;
  const double size = std::abs(distance);
  if (!(size < kLargestCell) || (size > 0 && size < kSmallestCell)) return DistanceText(distance);
  return QString::fromStdString(FixedText(distance, 3));
}

QString OutcomeText(const Intervention& intervention) {
  if (!intervention.applied) return QString::fromStdString(intervention.reason);
  QStringList parts(
      QObject::tr("applied at step %1").arg(QString::fromStdString(StepText(intervention.step))));
  if (intervention.undone) parts << QObject::tr("undone by a roll back");
  if (intervention.matrix_jump) {
    parts << QObject::tr("H moved by %1").arg(DistanceText(*intervention.matrix_jump));
  }
  if (intervention.unmatched) {
    parts << QObject::tr("unmatched %1").arg(DistanceText(*intervention.unmatched));
  }
  return parts.join(QStringLiteral(" · "));
}

}  // namespace mhc
