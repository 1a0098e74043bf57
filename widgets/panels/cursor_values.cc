#include "widgets/panels/cursor_values.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <array>
#include <cmath>

#include "core/formats/person_text.h"
#include "widgets/panels/section.h"
#include "widgets/views/refresher.h"

namespace mhc {
namespace {

enum class Kind { kLast, kSmallest };

struct Row {
  const char* name;
  const char* column;     // of the record
  const char* deviation;  // its column, or nullptr
  Kind kind;
  bool of_mixing;  // left out where a run has no sites
};

constexpr std::array kRows = {
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "loss"), "loss", nullptr, Kind::kLast, false},
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "best"), "loss", nullptr, Kind::kSmallest, false},
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "validation"), "validation_loss", nullptr,
        Kind::kLast, false},
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "composite fwd"), "composite_forward_gain",
        "composite_forward_gain_std", Kind::kLast, true},
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "composite bwd"), "composite_backward_gain",
        "composite_backward_gain_std", Kind::kLast, true},
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "spectral norm"), "composite_spectral_norm", nullptr,
        Kind::kLast, true},
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "column error"), "column_error", nullptr,
        Kind::kLast, true},
    Row{QT_TRANSLATE_NOOP("mhc::CursorValues", "stream cosine"), "stream_cosine", nullptr,
        Kind::kLast, true},
};

constexpr int kDigits = 4;

QString Number(double value, int digits = kDigits) {
  return QString::fromStdString(MeasureText(value, digits)).replace(' ', QChar(QChar::Nbsp));
}

// " ± 0.002", with as many decimals as the value has.
QString DeviationText(double value, double deviation) {
  constexpr double kLargestPlain = 1e5;
  if (!std::isfinite(deviation)) return {};
  const double size = std::max(std::abs(value), std::abs(deviation));
  if (size >= kLargestPlain) {
    return QStringLiteral(" ±\u00a0") + Number(deviation, 1);
  }
  const int before = size < 1.0 ? 1 : static_cast<int>(std::log10(size)) + 1;
  const QString text = QString::number(deviation, 'f', std::max(0, kDigits - before));
  return QStringLiteral(" ±\u00a0") + text;
}

// A measure that is not taken at every step: the newest at or before it.
QString ValueText(const RunDocument& run, const Row& row, std::int64_t step) {
  const Series& series = run.Of(row.column);
  if (row.kind == Kind::kSmallest) {
    const Extent extent = series.Over(1, step);
    return extent.finite == 0 ? QStringLiteral("–") : Number(extent.minimum);
  }
  std::int64_t found = 0;
  double value = 0.0;
  if (!series.LastFinite(step, found, value)) return QStringLiteral("–");
  QString text = Number(value);
  if (row.deviation != nullptr) text += DeviationText(value, run.Of(row.deviation).At(found));
  return text;
}

QString TipText(const Row& row) {
  if (row.kind == Kind::kSmallest) {
    return CursorValues::tr("Smallest training loss up to the cursor.");
  }
  const StepColumn& column = StepColumns()[static_cast<std::size_t>(FindStepColumn(row.column))];
  return QString::fromUtf8(column.text.data(), static_cast<qsizetype>(column.text.size()));
}

}  // namespace

CursorValues::CursorValues(const ViewContext& context, QWidget* parent)
    : QWidget(parent), context_(context) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kPanelMargin, kPanelMargin, kPanelMargin, kRowSpacing);
  column->setSpacing(kRowSpacing);
  auto* head = new QHBoxLayout();
  column->addLayout(head);
  head->addWidget(MakeSectionLabel(tr("At the cursor"), context_.look, this), 1);
  step_ = MakeLabel(context_.look, Role::kQuietText, this);
  step_->setFont(SmallerFont(context_.look.NumberFont()));
  head->addWidget(step_);
  auto* grid = new QGridLayout();
  grid->setHorizontalSpacing(kRowSpacing);
  grid->setVerticalSpacing(kRowSpacing / 2);
  grid->setColumnStretch(1, 1);
  column->addLayout(grid);
  for (const Row& row : kRows) {
    QLabel* name = MakeLabel(context_.look, Role::kQuietText, this);
    name->setText(tr(row.name));
    name->setToolTip(TipText(row));
    name->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    QLabel* value = MakeLabel(context_.look, Role::kText, this);
    value->setFont(context_.look.NumberFont());
    value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    value->setWordWrap(true);  // before a deviation, where the two are powers of ten
    value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    value->setObjectName(QString::fromLatin1(row.column) + "Value");
    const int line = grid->rowCount();
    grid->addWidget(name, line, 0);
    grid->addWidget(value, line, 1);
    names_.push_back(name);
    values_.push_back(value);
  }
  new Refresher(context_, this, [this] { Refresh(); });
}

void CursorValues::Refresh() {
  const RunDocument* run = context_.runs.current();
  const bool loaded = run != nullptr && run->loaded();
  const std::int64_t step = loaded ? std::min(context_.step.step(), run->last_step()) : 0;
  step_->setText(loaded ? tr("step %1").arg(QString::fromStdString(StepText(step))) : QString());
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    const bool has = !loaded || !kRows[i].of_mixing || run->configuration().SiteCount() > 0;
    names_[i]->setVisible(has);
    values_[i]->setVisible(has);
    if (has) values_[i]->setText(loaded ? ValueText(*run, kRows[i], step) : QStringLiteral("–"));
  }
}

}  // namespace mhc
