#include "widgets/panels/cursor_values.h"

#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <array>
#include <cmath>

#include "widgets/document/refresher.h"
#include "widgets/panels/section.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

enum class Kind { kLast, kSmallest, kCount };

struct Row {
  const char* name;
  const char* column;     // of the record
  const char* deviation;  // its column, or nullptr
  Kind kind;
  bool of_mixing;  // left out where a run has no sites
  // Of sums: the name that it has where all maps are orthogonal.
  const char* name_of_sums = nullptr;
};

constexpr std::array kRows = {
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "loss"), "loss", nullptr, Kind::kLast, false},
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "best"), "loss", nullptr, Kind::kSmallest, false},
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "validation"), "validation_loss", nullptr,
        Kind::kLast, false},
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "clipped"), "clipped", nullptr, Kind::kCount, false},
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "composite fwd"), "composite_forward_gain",
        "composite_forward_gain_std", Kind::kLast, true,
        QT_TRANSLATE_NOOP("mhc::CursorValues", "row sums")},
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "composite bwd"), "composite_backward_gain",
        "composite_backward_gain_std", Kind::kLast, true,
        QT_TRANSLATE_NOOP("mhc::CursorValues", "column sums")},
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "spectral norm"), "composite_spectral_norm", nullptr,
        Kind::kLast, true},
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "column error"), "column_error", nullptr,
        Kind::kLast, true, QT_TRANSLATE_NOOP("mhc::CursorValues", "column error")},
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "stream cosine"), "stream_cosine", nullptr,
        Kind::kLast, true},
};

QString Number(double value) { return Unbroken(ValueText(value)); }

// False for what a run of that configuration does not have.
bool Has(const Row& row, const Configuration& configuration) {
  if (row.kind == Kind::kCount) return configuration.train.clip > 0.0;
  return !row.of_mixing || configuration.SiteCount() > 0;
}

// A measure that is not taken at every step: the newest at or before it.
QString ValueText(const RunDocument& run, const Row& row, std::int64_t step) {
  const Series& series = run.Of(row.column);
  if (row.kind == Kind::kSmallest) {
    const Extent extent = series.Over(1, step);
    return extent.finite == 0 ? QStringLiteral("–") : Number(extent.minimum);
  }
  if (row.kind == Kind::kCount) {
    const Extent extent = series.Over(1, step);
    return CursorValues::tr("%1 of %2")
        .arg(StepNumber(std::llround(extent.sum)), StepNumber(extent.finite));
  }
  std::int64_t found = 0;
  double value = 0.0;
  if (!series.LastFinite(step, found, value)) return QStringLiteral("–");
  if (row.deviation == nullptr) return Number(value);
  return Unbroken(ValueWithSpread(value, run.Of(row.deviation).At(found)));
}

QString TipText(const Row& row, bool is_orthogonal) {
  if (row.kind == Kind::kSmallest) {
    return CursorValues::tr("Smallest training loss up to the cursor.");
  }
  if (row.kind == Kind::kCount) {
    return CursorValues::tr("Steps up to the cursor whose gradient was clipped.");
  }
  const StepColumn& column = StepColumns()[static_cast<std::size_t>(FindStepColumn(row.column))];
  QString text = QString::fromUtf8(column.text.data(), static_cast<qsizetype>(column.text.size()));
  if (!is_orthogonal || row.name_of_sums == nullptr) return text;
  return text + "\n" +
         CursorValues::tr(
             "The maps of this run are orthogonal: they keep the norm of the streams, which the "
             "spectral norm shows, and no sum. This is no sign of instability.");
}

}  // namespace

CursorValues::CursorValues(const ViewContext& context, QWidget* parent)
    : QWidget(parent), context_(context) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kPanelMargin, kPanelMargin, kPanelMargin, kRowSpacing);
  column->setSpacing(kRowSpacing);
  step_ = AddSectionHead(*column, tr("At the cursor"), context_.look, this);
  grid_ = new QGridLayout();
  grid_->setHorizontalSpacing(kRowSpacing);
  grid_->setVerticalSpacing(kRowSpacing / 2);
  grid_->setColumnStretch(1, 1);
  column->addLayout(grid_);
  for (const Row& row : kRows) {
    QLabel* name = MakeLabel(context_.look, Role::kQuietText, this);
    name->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    QLabel* value = MakeLabel(context_.look, Role::kText, this);
    value->setFont(context_.look.NumberFont());
    value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    value->setWordWrap(true);  // before a deviation, where the two are powers of ten
    value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    value->setObjectName(QString::fromLatin1(row.column) + "Value");
    names_.push_back(name);
    values_.push_back(value);
  }
  Arrange(/*is_orthogonal=*/false);
  new Refresher(context_, this, [this] { Refresh(); });
}

void CursorValues::Arrange(bool is_orthogonal) {
  if (arranged_as_orthogonal_ == is_orthogonal) return;
  arranged_as_orthogonal_ = is_orthogonal;
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    const Row& row = kRows[i];
    const bool is_of_sums = is_orthogonal && row.name_of_sums != nullptr;
    const int line = static_cast<int>(is_of_sums ? kRows.size() + i : i);
    grid_->addWidget(names_[i], line, 0);
    grid_->addWidget(values_[i], line, 1);
    names_[i]->setText(tr(is_of_sums ? row.name_of_sums : row.name));
    names_[i]->setToolTip(TipText(row, is_orthogonal));
  }
}

void CursorValues::Refresh() {
  const RunDocument* run = context_.runs.current();
  const bool loaded = run != nullptr && run->loaded();
  const std::int64_t step = loaded ? std::min(context_.step.step(), run->last_step()) : 0;
  step_->setText(loaded ? tr("step %1").arg(StepNumber(step)) : QString());
  Arrange(loaded && run->IsOrthogonalAt(step));
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    const bool has = !loaded || Has(kRows[i], run->configuration());
    names_[i]->setVisible(has);
    values_[i]->setVisible(has);
    if (has) values_[i]->setText(loaded ? ValueText(*run, kRows[i], step) : QStringLiteral("–"));
  }
}

}  // namespace mhc
