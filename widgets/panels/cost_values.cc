#include "widgets/panels/cost_values.h"

#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/formats/person_text.h"
#include "core/plan/mixing_cost.h"
#include "widgets/document/refresher.h"
#include "widgets/panels/section.h"
#include "widgets/words/flag_text.h"

namespace mhc {
namespace {

constexpr std::size_t kMostSteps = 50;
constexpr int kMillisecondDigits = 3;
constexpr int kBetween_ms = 2000;

QString ColumnText(std::string_view name) {
  const StepColumn& column = StepColumns()[static_cast<std::size_t>(FindStepColumn(name))];
  return QString::fromUtf8(column.text.data(), static_cast<qsizetype>(column.text.size()));
}

// The step after which training goes as it does at `step`: that of the last change, or the end of
// its blend, while which two maps are made.
std::int64_t LastChangeBefore(const RunDocument& run, std::int64_t step) {
  std::int64_t last = 0;
  for (const Intervention& past : run.interventions()) {
    if (past.undone || !ChangesTraining(past)) continue;
    const Transfer& transfer = past.request.transfer;
    const bool blends =
        past.request.kind == "constraint" && transfer.kind == Transfer::Kind::kBlend;
    for (const std::int64_t change : {past.step, past.step + (blends ? transfer.blend_steps : 0)}) {
      if (change < step) last = std::max(last, change);
    }
  }
  return last;
}

QString Milliseconds(double value) {
  return CostValues::tr("%1 ms").arg(
      QString::fromStdString(MeasureText(value, kMillisecondDigits)));
}

std::int64_t Moved(const ElementCount& elements) { return elements.read + elements.written; }

QString Count(std::int64_t count) {
  return QString::fromStdString(CountText(static_cast<double>(count)));
}

}  // namespace

std::optional<StepCost> CostAt(const RunDocument& run, std::int64_t step) {
  const std::int64_t change = LastChangeBefore(run, step);
  std::vector<StepRecord> timed;
  std::int64_t found = 0;
  double value = 0.0;
  for (std::int64_t next = std::min(step, run.last_step());
       timed.size() < kMostSteps && run.Of("apply_ms").LastFinite(next, found, value);
       next = found - 1) {
    if (found <= change) break;
    StepRecord& record = timed.emplace_back();
    for (const char* column : {"step_ms", "sublayer_ms", "coefficients_ms", "constraint_ms",
                               "apply_ms", "energy", "energy_per_token"}) {
      const double at = run.Of(column).At(found);
      if (std::isfinite(at)) record.Set(column, at);
    }
  }
  std::reverse(timed.begin(), timed.end());
  return MedianStepCost(timed);
}

CostValues::CostValues(const ViewContext& context, QWidget* parent)
    : QWidget(parent), context_(context) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kPanelMargin, kPanelMargin, kPanelMargin, kRowSpacing);
  column->setSpacing(kRowSpacing);
  steps_ = AddSectionHead(*column, tr("Cost of a step"), context_.look, this);
  steps_->setToolTip(tr("Each number is the median over so many steps up to the cursor."));
  note_ = MakeNote(context_.look, this);
  note_->setObjectName(QStringLiteral("costNote"));
  column->addWidget(note_);
  values_ = new QWidget(this);
  column->addWidget(values_);
  grid_ = new QGridLayout(values_);
  grid_->setContentsMargins(0, 0, 0, 0);
  grid_->setHorizontalSpacing(kRowSpacing);
  grid_->setVerticalSpacing(kRowSpacing / 2);
  grid_->setColumnStretch(1, 1);
  sublayers_ = AddRow("costSublayers", tr("sublayers"), ColumnText("sublayer_ms"));
  coefficients_ = AddRow("costCoefficients", tr("coefficients"), ColumnText("coefficients_ms"));
  constraint_ = AddRow("costConstraint", tr("constraint"), ColumnText("constraint_ms"));
  apply_ = AddRow("costApply", tr("read, write, mix"), ColumnText("apply_ms"));
  rest_ = AddRow("costRest", tr("rest"),
                 tr("What the parts above leave of a step: embedding, readout, head, loss and "
                    "optimizer. The probe and the record are left out."));
  elements_ = AddRow("costElements", tr("elements moved"), {});
  memory_ = AddRow("costMemory", tr("peak memory"), ColumnText("peak_memory"));
  energy_ = AddRow("costEnergy", tr("energy"), ColumnText("energy"));
  new Refresher(context_, this, [this] { Refresh(); });
}

CostValues::Row CostValues::AddRow(const QString& object_name, const QString& name,
                                   const QString& tip) {
  const Row row{MakeLabel(context_.look, Role::kQuietText, values_),
                MakeLabel(context_.look, Role::kText, values_),
                MakeLabel(context_.look, Role::kQuietText, values_)};
  row.name->setText(name);
  row.name->setToolTip(tip);
  row.value->setObjectName(object_name);
  row.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
  const int line = grid_->rowCount();
  grid_->addWidget(row.name, line, 0);
  for (QLabel* number : {row.value, row.share}) {
    number->setFont(context_.look.NumberFont());
    number->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  }
  grid_->addWidget(row.value, line, 1);
  grid_->addWidget(row.share, line, 2);
  return row;
}

void CostValues::SayWhyThereIsNothing(const RunDocument* run) {
  if (run == nullptr || !run->loaded()) {
    note_->setText(tr("Where a run's time goes appears here."));
  } else if (run->last_step() < run->configuration().probe.every) {
    note_->setText(tr("Appears with the first step that the probe looks at."));
  } else {
    note_->setText(tr("Not measured at the cursor, nor shortly before it."));
  }
}

bool CostValues::IsDue(const RunDocument* run) {
  const bool is_followed = run != nullptr && run->live() && context_.step.follows() &&
                           shown_run_ == run->key() && values_->isVisible();
  if (is_followed && since_refresh_.elapsed() < kBetween_ms) return false;
  shown_run_.reset();
  if (run != nullptr) shown_run_ = run->key();
  since_refresh_.start();
  return true;
}

void CostValues::Refresh() {
  const RunDocument* run = context_.runs.current();
  if (!IsDue(run)) return;
  const bool loaded = run != nullptr && run->loaded();
  const auto cost = loaded ? CostAt(*run, context_.step.step()) : std::nullopt;
  note_->setVisible(!cost);
  values_->setVisible(cost.has_value());
  steps_->setText(cost ? tr("median of %1").arg(cost->steps) : QString());
  if (!cost) return SayWhyThereIsNothing(run);
  ShowPart(sublayers_, cost->sublayers, *cost);
  ShowPart(coefficients_, cost->coefficients, *cost);
  ShowPart(constraint_, cost->constraint, *cost);
  ShowPart(apply_, cost->apply, *cost);
  ShowPart(rest_, cost->rest, *cost);
  const bool has_sites = run->configuration().SiteCount() > 0;
  apply_.name->setText(has_sites ? tr("read, write, mix") : tr("addition"));
  ShowElements(*run);
  ShowEnergy(*cost);
  std::int64_t found = 0;
  double memory = 0.0;
  const bool has_memory = run->Of("peak_memory").LastFinite(context_.step.step(), found, memory);
  memory_.value->setText(
      has_memory ? tr("%1 MiB").arg(QString::fromStdString(StepText(std::llround(memory))))
                 : QStringLiteral("–"));
}

// Shares are of the parts' sum, so that they come to 100 %: the median of the whole is not the sum
// of the medians.
void CostValues::ShowPart(const Row& row, std::optional<double> milliseconds,
                          const StepCost& cost) {
  for (QLabel* label : {row.name, row.value, row.share})
    label->setVisible(milliseconds.has_value());
  if (!milliseconds) return;
  const double sum = cost.sublayers + cost.Mixing() + cost.rest;
  row.value->setText(Milliseconds(*milliseconds));
  row.share->setText(tr("%1 %").arg(std::lround(100.0 * *milliseconds / sum)));
}

// "3.4 J" with "0.0033 J a token"; in words where there is no number.
void CostValues::ShowEnergy(const StepCost& cost) {
  const auto joules = [](double value) {
    return QString::fromStdString(MeasureText(value, kMillisecondDigits));
  };
  energy_.value->setText(cost.energy ? tr("%1 J").arg(joules(*cost.energy)) : tr("not told"));
  energy_.share->clear();
  energy_.name->setToolTip(
      cost.energy && cost.energy_per_token
          ? tr("%1 J a token. %2").arg(joules(*cost.energy_per_token), ColumnText("energy"))
          : tr("The system of the machine that trains does not tell what its processors take, or "
               "not to everybody."));
}

void CostValues::ShowElements(const RunDocument& run) {
  const Configuration& configuration = run.configuration();
  const std::int64_t channels = configuration.model.channels, n = configuration.StreamCount();
  const std::int64_t plain = Moved(ResidualElements(channels));
  if (configuration.SiteCount() == 0) {
    elements_.value->setText(Count(plain));
    elements_.share->clear();
    elements_.name->setToolTip(
        tr("Elements read and written for one token at one sublayer, forward: two vectors of %1 "
           "channels read, one written (mHC, Table 2).")
            .arg(channels));
    return;
  }
  const bool is_fused = configuration.mixing.kernels == "fused";
  const std::int64_t apart = Moved(UnfusedElements(n, channels));
  const std::int64_t together = Moved(FusedElements(n, channels));
  const std::int64_t moved = is_fused ? together : apart;
  elements_.value->setText(Count(moved));
  const double ratio = static_cast<double>(moved) / static_cast<double>(plain);
  elements_.share->setText(tr("%1 ×").arg(QString::number(ratio, 'f', 1)));
  elements_.name->setToolTip(
      tr("Elements read and written for one token at one site, forward, without the sublayer's "
         "own, and that many times the %1 of a residual connection (mHC, Table 2): %2 where each "
         "operation stands for itself, %3 with fused kernels, which this run %4.")
          .arg(QString::fromStdString(StepText(plain)), QString::fromStdString(StepText(apart)),
               QString::fromStdString(StepText(together)),
               is_fused ? tr("has") : tr("does not have")));
}

}  // namespace mhc
