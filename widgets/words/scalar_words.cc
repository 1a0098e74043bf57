#include "widgets/words/scalar_words.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>

#include "core/record/record/step_record.h"

namespace mhc {
namespace {

struct Title {
  std::string_view column;
  const char* text;
};

// Those whose names alone would not do.
constexpr std::array kTitles = {
    Title{"site_forward_gain", QT_TRANSLATE_NOOP("Scalar", "Largest site gain, forward")},
    Title{"site_backward_gain", QT_TRANSLATE_NOOP("Scalar", "Largest site gain, backward")},
    Title{"composite_forward_gain", QT_TRANSLATE_NOOP("Scalar", "Composite gain")},
    Title{"composite_forward_gain_std",
          QT_TRANSLATE_NOOP("Scalar", "Deviation of the composite gain, forward")},
    Title{"composite_backward_gain", QT_TRANSLATE_NOOP("Scalar", "Composite gain, backward")},
    Title{"composite_backward_gain_std",
          QT_TRANSLATE_NOOP("Scalar", "Deviation of the composite gain, backward")},
    Title{"composite_distance_to_uniform",
          QT_TRANSLATE_NOOP("Scalar", "Distance of the composite to uniform")},
    Title{"distance_to_identity", QT_TRANSLATE_NOOP("Scalar", "Distance of the maps to I")},
    Title{"mixing_gradient_norm", QT_TRANSLATE_NOOP("Scalar", "Gradient norm of the mixing")},
    Title{"mixing_logits_gradient_norm",
          QT_TRANSLATE_NOOP("Scalar", "Gradient norm of the mixing logits")},
    Title{"step_ms", QT_TRANSLATE_NOOP("Scalar", "Time of the step")},
    Title{"probe_ms", QT_TRANSLATE_NOOP("Scalar", "Time of the probe")},
    Title{"record_ms", QT_TRANSLATE_NOOP("Scalar", "Time of the record")},
    Title{"coefficients_ms", QT_TRANSLATE_NOOP("Scalar", "Time in the coefficients")},
    Title{"constraint_ms", QT_TRANSLATE_NOOP("Scalar", "Time in the constraint")},
    Title{"energy", QT_TRANSLATE_NOOP("Scalar", "Energy of a step")},
    Title{"energy_per_token", QT_TRANSLATE_NOOP("Scalar", "Energy of a token")},
    Title{"apply_ms", QT_TRANSLATE_NOOP("Scalar", "Time in reading and mixing")},
    Title{"sublayer_ms", QT_TRANSLATE_NOOP("Scalar", "Time in attention and MLP")},
};

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

QString FromView(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace

QString ScalarTitle(std::string_view column) {
  const auto* known = std::find_if(kTitles.begin(), kTitles.end(),
                                   [&](const Title& title) { return title.column == column; });
  if (known != kTitles.end()) return QCoreApplication::translate("Scalar", known->text);
  QString title = FromView(column).replace('_', ' ');
  if (!title.isEmpty()) title[0] = title[0].toUpper();
  return title;
}

QString ScalarText(std::string_view column) {
  const int index = FindStepColumn(column);
  return index < 0 ? QString() : FromView(StepColumns()[static_cast<std::size_t>(index)].text);
}

bool IsScalarLogarithmic(std::string_view column) {
  return Contains(column, "gain") || Contains(column, "norm") || Contains(column, "error") ||
         Contains(column, "distance");
}

std::optional<double> ScalarIdeal(std::string_view column) {
  const bool is_gain = column.ends_with("_forward_gain") || column.ends_with("_backward_gain");
  return is_gain ? std::optional(1.0) : std::nullopt;
}

}  // namespace mhc
