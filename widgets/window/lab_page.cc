#include "widgets/window/lab_page.h"

#include <QDataStream>
#include <QIODevice>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "widgets/curves/curve_stack.h"
#include "widgets/depth/gain_profile.h"
#include "widgets/depth/measure_plot.h"
#include "widgets/depth/spectrum_plot.h"
#include "widgets/depth/stream_plot.h"
#include "widgets/matrices/matrix_lens.h"
#include "widgets/panels/run_banner.h"
#include "widgets/panels/run_column.h"
#include "widgets/panels/run_fault.h"
#include "widgets/panels/steering_column.h"
#include "widgets/panels/step_bar.h"
#include "widgets/panels/tour_strip.h"
#include "widgets/scope/stream_scope.h"

namespace mhc {
namespace {

constexpr int kSideWidth = 250;

QSplitter* Split(Qt::Orientation orientation, const QList<QWidget*>& parts) {
  auto* splitter = new QSplitter(orientation);
  splitter->setHandleWidth(1);
  splitter->setChildrenCollapsible(false);
  for (QWidget* part : parts) splitter->addWidget(part);
  return splitter;
}

}  // namespace

LabPage::LabPage(const ViewContext& context, RequestSender& sender, QWidget* parent)
    : QWidget(parent), context_(context) {
  setObjectName("labPage");
  auto* runs = new RunColumn(context);
  steering_ = new SteeringColumn(context, sender);
  auto* banner = new RunBanner(context);
  auto* views = new QWidget;
  auto* middle_column = new QVBoxLayout(views);
  middle_column->setContentsMargins(0, 0, 0, 0);
  middle_column->setSpacing(0);
  middle_column->addWidget(banner);
  middle_column->addWidget(new TourStrip(context, sender));
  // In a low window the views keep the height that they can be read at, and scroll.
  auto* area = new QScrollArea;
  area->setObjectName(QStringLiteral("viewArea"));
  area->setFrameShape(QFrame::NoFrame);
  area->setWidgetResizable(true);
  area->setFocusPolicy(Qt::NoFocus);
  area->setWidget(MakeViews(context));
  middle_column->addWidget(area, 1);
  fault_ = new RunFault(context);
  middle_ = new QStackedWidget;
  middle_->addWidget(views);
  middle_->addWidget(fault_);
  columns_ = Split(Qt::Horizontal, {runs, middle_, steering_});
  columns_->setStretchFactor(1, 1);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(columns_, 1);
  column->addWidget(new StepBar(context));
  for (const auto* part :
       {static_cast<const QObject*>(runs), static_cast<const QObject*>(steering_),
        static_cast<const QObject*>(banner)}) {
    connect(part, SIGNAL(resumeRequested(RunDocument*)), this,
            SIGNAL(resumeRequested(RunDocument*)));
  }
  for (const View* view : findChildren<View*>()) {
    connect(view, &View::exportRequested, this, &LabPage::exportRequested);
  }
  for (const auto* part :
       {static_cast<const QObject*>(runs), static_cast<const QObject*>(fault_)}) {
    connect(part, SIGNAL(closeRequested(RunDocument*)), this, SIGNAL(closeRequested(RunDocument*)));
  }
  connect(steering_, &SteeringColumn::branchRequested, this, &LabPage::branchRequested);
  connect(fault_, &RunFault::openRequested, this, &LabPage::openRequested);
  for (const auto change :
       {&RunSelection::runsChanged, &RunSelection::currentChanged, &RunSelection::recordChanged}) {
    connect(&context.runs, change, this, &LabPage::ShowViewsOrFault);
  }
  ResetLayout();
}

// A run that cannot be read has nothing to show and nothing to steer.
void LabPage::ShowViewsOrFault() {
  const bool is_fault = fault_->Holds();
  fault_->Refresh();
  middle_->setCurrentIndex(is_fault ? 1 : 0);
  steering_->setVisible(!is_fault);
}

QWidget* LabPage::MakeViews(const ViewContext& context) {
  curves_ = new CurveStack(context);
  upper_ = Split(Qt::Horizontal, {curves_, new MatrixLens(context, MatrixLens::Beside::kSuffix,
                                                          /*shows=*/std::nullopt)});
  lower_ = Split(Qt::Horizontal, {new GainProfile(context), new SpectrumPlot(context)});
  // Two views of the depth share one place.
  auto* depth = new QStackedWidget;
  auto* streams = new StreamPlot(context);
  auto* measures = new MeasurePlot(context);
  depth->addWidget(streams);
  depth->addWidget(measures);
  connect(streams, &StreamPlot::otherRequested, depth, [depth] { depth->setCurrentIndex(1); });
  connect(measures, &MeasurePlot::otherRequested, depth, [depth] { depth->setCurrentIndex(0); });
  bottom_ = Split(Qt::Horizontal, {new StreamScope(context), depth});
  rows_ = Split(Qt::Vertical, {upper_, lower_, bottom_});
  return rows_;
}

void LabPage::ResetLayout() {
  columns_->setSizes({kSideWidth, 1000, kSideWidth});
  curves_->ResetSizes();
  upper_->setSizes({400, 400});
  lower_->setSizes({400, 400});
  bottom_->setSizes({530, 270});
  rows_->setSizes({330, 210, 220});
}

std::array<QSplitter*, 6> LabPage::Splitters() const {
  return {columns_, rows_, upper_, curves_, lower_, bottom_};
}

QByteArray LabPage::SaveLayout() const {
  QByteArray layout;
  QDataStream stream(&layout, QIODevice::WriteOnly);
  for (const QSplitter* splitter : Splitters()) {
    stream << splitter->saveState();
  }
  return layout;
}

void LabPage::RestoreLayout(const QByteArray& layout) {
  QDataStream stream(layout);
  for (QSplitter* splitter : Splitters()) {
    QByteArray state;
    stream >> state;
    if (state.isEmpty() || !splitter->restoreState(state)) {
      ResetLayout();
      return;
    }
  }
}

}  // namespace mhc
