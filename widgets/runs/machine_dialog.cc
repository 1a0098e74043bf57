#include "widgets/runs/machine_dialog.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QVBoxLayout>
#include <algorithm>
#include <map>
#include <set>

#include "widgets/look/look.h"
#include "widgets/panels/section.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

constexpr int kPlotWidth = 380, kPlotHeight = 240;

struct SizeAxis {
  const char* title;
  std::int64_t SweepPoint::*member;
};
constexpr SizeAxis kAxes[] = {
    {QT_TRANSLATE_NOOP("mhc::MachineDialog", "channels"), &SweepPoint::channels},
    {QT_TRANSLATE_NOOP("mhc::MachineDialog", "streams"), &SweepPoint::streams},
    {QT_TRANSLATE_NOOP("mhc::MachineDialog", "blocks"), &SweepPoint::blocks},
    {QT_TRANSLATE_NOOP("mhc::MachineDialog", "tokens a step"), &SweepPoint::tokens}};

std::int64_t MostCommon(const std::vector<SweepPoint>& points, std::int64_t SweepPoint::*size) {
  std::map<std::int64_t, int> counts;
  for (const SweepPoint& point : points) ++counts[point.*size];
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most->first;
}

// Of one model, by the size of that axis, where all other sizes are the common ones.
std::map<std::int64_t, SweepPoint> Along(const std::vector<SweepPoint>& points,
                                         const SizeAxis& axis) {
  std::map<std::int64_t, SweepPoint> along;
  for (const SweepPoint& point : points) {
    const bool is_on = std::all_of(std::begin(kAxes), std::end(kAxes), [&](const SizeAxis& other) {
      return other.member == axis.member || point.*other.member == MostCommon(points, other.member);
    });
    if (is_on) along[point.*axis.member] = point;
  }
  return along;
}

void AddLines(const std::map<std::int64_t, SweepPoint>& along, const StepTimeFit& fit,
              const QString& name, const QPen& pen, LinePanel& panel) {
  if (along.size() < 2) return;  // a plain model has one stream
  PanelLine measured{name, pen, {}, {}, {}, {}};
  PanelLine fitted{MachineDialog::tr("%1, fit").arg(name), pen, {}, {}, {}, {}};
  fitted.pen.setStyle(Qt::DotLine);
  for (const auto& [size, point] : along) {
    measured.x.push_back(static_cast<double>(size));
    measured.y.push_back(point.step_ms);
    fitted.x.push_back(static_cast<double>(size));
    fitted.y.push_back(fit.StepMs(point.work));
  }
  panel.lines.push_back(std::move(measured));
  panel.lines.push_back(std::move(fitted));
}

std::set<std::int64_t> ThreadsOf(const MachineSweep& sweep) {
  std::set<std::int64_t> threads;
  for (const SweepPoint& point : sweep.points) threads.insert(point.threads);
  return threads;
}

QString Percent(double share) {
  return QString::number(100.0 * share, 'f', 1) + QStringLiteral(" %");
}

}  // namespace

std::vector<LinePanel> ScalePanels(const MachineSweep& sweep, std::int64_t threads,
                                   const Look& look) {
  std::vector<SweepPoint> mixed, plain;
  for (const SweepPoint& point : sweep.points) {
    if (point.threads == threads) (point.is_residual ? plain : mixed).push_back(point);
  }
  const auto fit = StepTimeFit::Of(sweep.points, threads);
  std::vector<LinePanel> panels;
  if (!fit || mixed.empty()) return panels;
  for (const SizeAxis& axis : kAxes) {
    LinePanel panel;
    panel.x_title = MachineDialog::tr(axis.title);
    panel.y_title = MachineDialog::tr("a step, ms");
    panel.seen = {0.0};
    AddLines(Along(mixed, axis), *fit, MachineDialog::tr("mixing"), look.RunPen(0, 1.5), panel);
    if (!plain.empty()) {
      AddLines(Along(plain, axis), *fit, MachineDialog::tr("plain"), look.RunPen(1, 1.5), panel);
    }
    panels.push_back(std::move(panel));
  }
  return panels;
}

MachineDialog::MachineDialog(const Look& look, const std::filesystem::path& file, QWidget* parent)
    : QDialog(parent), look_(look), said_(MakeLabel(look, Role::kQuietText, this)) {
  setObjectName(QStringLiteral("machineDialog"));
  setWindowTitle(tr("This machine"));
  said_->setObjectName(QStringLiteral("machineSaid"));
  said_->setWordWrap(true);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kPanelMargin, kPanelMargin, kPanelMargin, kPanelMargin);
  column->setSpacing(kRowSpacing);
  auto* head = new QHBoxLayout;
  head->addWidget(said_, 1);
  column->addLayout(head);
  setMinimumWidth(2 * kPlotWidth);
  const auto sweep = ReadSweep(file);
  if (!sweep) {
    said_->setText(tr("How the time of a step grows with the sizes of a model appears here: %1.")
                       .arg(QString::fromStdString(sweep.error().message)));
    return;
  }
  auto* threads = new QComboBox(this);
  threads->setObjectName(QStringLiteral("machineThreads"));
  threads->setAccessibleName(tr("Threads"));
  for (const std::int64_t count : ThreadsOf(*sweep)) {
    threads->addItem(ThreadsText(count), QVariant::fromValue<qlonglong>(count));
  }
  head->addWidget(threads, 0, Qt::AlignTop);
  auto* grid = new QGridLayout;
  grid->setSpacing(kRowSpacing);
  for (int i = 0; i < static_cast<int>(std::size(kAxes)); ++i) {
    plots_.push_back(new LinePanelPlot(look_, false, this));
    plots_.back()->setMinimumSize(kPlotWidth, kPlotHeight);
    grid->addWidget(plots_.back(), i / 2, i % 2);
  }
  column->addLayout(grid, 1);
  const auto show = [this, threads, kept = *sweep] {
    ShowSweep(kept, threads->currentData().toLongLong());
  };
  connect(threads, &QComboBox::currentIndexChanged, this, show);
  connect(&look_, &Look::changed, this, show);
  threads->setCurrentIndex(threads->count() - 1);
  show();
}

void MachineDialog::ShowSweep(const MachineSweep& sweep, std::int64_t threads) {
  const auto fit = StepTimeFit::Of(sweep.points, threads);
  const QString machine = QString::fromStdString(sweep.machine);
  const bool is_this = sweep.machine == ThisMachine();
  said_->setText(
      (is_this ? machine : tr("%1, which is another machine").arg(machine)) + QStringLiteral(". ") +
      (fit ? tr("The fit is off by %1 in the median and %2 at most; mhc plan and New run use it.")
                 .arg(Percent(fit->median_error()), Percent(fit->largest_error()))
           : QString::fromStdString(fit.error().message)));
  const std::vector<LinePanel> panels = ScalePanels(sweep, threads, look_);
  for (std::size_t i = 0; i < panels.size(); ++i) plots_[i]->Show(panels[i]);
}

}  // namespace mhc
