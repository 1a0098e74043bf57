#include "widgets/curves/curve_picture.h"

#include <QHelpEvent>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "widgets/document/run_document.h"
#include "widgets/frame/axis_name.h"
#include "widgets/frame/axis_room.h"
#include "widgets/frame/step_axis.h"
#include "widgets/look/look.h"
#include "widgets/look/plot_style.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

// Beside the axes, wide enough for most numbers: the plot does not move when they change.
constexpr QMargins kLeastMargins(44, 6, 20, 22);
constexpr QMargins kLeastMarginsOnPaper(16, 4, 18, 12);
constexpr double kPadding = 0.04;  // of the range above and below the data
// On a linear axis the first steps, which fall from far above, may leave the picture on top.
constexpr double kUnfittedShare = 0.05;
// A range that holds the data and is not larger than that many times what they need stays.
constexpr double kLoosest = 1.25;
constexpr double kReach = 4.0;  // of the pointer
constexpr std::int64_t kMostStepsUnderPointer = 4096;

QCPRange Padded(const Extent& extent, bool logarithmic) {
  double low = extent.minimum, high = extent.maximum;
  if (logarithmic) {
    low = std::log10(low);
    high = std::log10(high);
  }
  double least = logarithmic ? 0.1 : 1e-3 * std::max(std::abs(low), std::abs(high));
  if (least == 0.0) least = 1.0;  // all are 0
  const double padding = std::max(kPadding * (high - low), 0.5 * (least - (high - low)));
  low -= padding;
  high += padding;
  return logarithmic ? QCPRange(std::pow(10.0, low), std::pow(10.0, high)) : QCPRange(low, high);
}

double SizeOf(const QCPRange& range, bool logarithmic) {
  return logarithmic ? std::log10(range.upper / range.lower) : range.size();
}

bool StillServes(const QCPRange& range, const Extent& extent, const QCPRange& wanted,
                 bool logarithmic) {
  if (logarithmic && range.lower <= 0.0) return false;
  return range.lower <= extent.minimum && extent.maximum <= range.upper &&
         SizeOf(range, logarithmic) <= kLoosest * SizeOf(wanted, logarithmic);
}

constexpr double kLegendGap = 20.0;  // around a legend below the curves, in pixels

}  // namespace

CurvePicture::CurvePicture(const Look& look, bool is_for_paper, QWidget* parent)
    : QCustomPlot(parent),
      look_(look),
      is_for_paper_(is_for_paper),
      ideal_(new QCPItemStraightLine(this)),
      markers_(new StepMarkers(*this, look)),
      legend_(new PlotLegend(*this, look)) {
  ideal_->setSelectable(false);
  ideal_->setAntialiased(false);
  ideal_->setLayer(QStringLiteral("grid"));
  legend_->SetMayShrink(!is_for_paper);
  axisRect()->setMinimumMargins(is_for_paper ? kLeastMarginsOnPaper : kLeastMargins);
  if (is_for_paper) setAntialiasedElements(QCP::aeAll);
  if (!is_for_paper) new AxisName(*axisRect(), look, tr("step"));
  MakeStepAxis(*xAxis);
  setPlottingHint(QCP::phFastPolylines);
  connect(this, &QCustomPlot::afterLayout, this, [this] { Fill(); });
  connect(xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, [this] {
    if (content_.fits_y) FitY();
  });
}

void CurvePicture::Show(CurveContent content) {
  content_ = std::move(content);
  if (styled_dark_ != look_.dark()) {
    styled_dark_ = look_.dark();
    StylePlot(*this, look_, is_for_paper_);
  }
  const bool was_logarithmic = yAxis->scaleType() == QCPAxis::stLogarithmic;
  if (content_.logarithmic != was_logarithmic) SetLogarithmic(*yAxis, content_.logarithmic);
  xAxis->setLabel(content_.x_title);
  yAxis->setLabel(content_.y_title);
  while (curves_.size() < content_.runs.size()) {
    curves_.push_back(std::make_unique<RunCurve>(*this));
  }
  for (std::size_t i = 0; i < curves_.size(); ++i) {
    if (i < content_.runs.size()) {
      curves_[i]->SetPen(content_.runs[i].pen, look_.Color(Role::kSurface),
                         look_.Color(Role::kBad));
    } else {
      curves_[i]->Clear();
    }
  }
  if (content_.marked != nullptr) markers_->SetRun(*content_.marked);
  markers_->SetCursor(content_.cursor);
  legend_->SetRows(content_.legend, std::vector<LegendColumn>(content_.cursor ? 1 : 0));
  ideal_->setVisible(content_.ideal.has_value());
  ideal_->setPen(QPen(look_.Color(Role::kQuietText), 1.0, Qt::DotLine));
  ideal_->point1->setCoords(0.0, content_.ideal.value_or(1.0));
  ideal_->point2->setCoords(1.0, content_.ideal.value_or(1.0));
  if (content_.fits_x) FitX();
  if (content_.fits_y) FitY();
  replot(QCustomPlot::rpQueuedReplot);
}

void CurvePicture::FitX() {
  std::int64_t last = 0;
  for (const RunCurveContent& run : content_.runs) {
    last = std::max(last, run.source.values->last_step());
  }
  xAxis->setRange(0.0, StepAxisEnd(last));
}

void CurvePicture::FitY() {
  const bool logarithmic = content_.logarithmic;
  const QCPRange x = xAxis->range();
  const auto last = static_cast<std::int64_t>(std::ceil(x.upper));
  auto first = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::floor(x.lower)));
  Extent all;
  for (const RunCurveContent& run : content_.runs) {
    const auto skipped = static_cast<std::int64_t>(
        kUnfittedShare * static_cast<double>(run.source.values->last_step()));
    const std::int64_t fitted =
        logarithmic || last <= 2 * skipped ? first : std::max(first, skipped + 1);
    for (const Series* series :
         {run.source.values, run.source.points, run.source.low, run.source.high}) {
      if (series != nullptr) all.Add(ExtentOnAxis(*series, fitted, last, logarithmic));
    }
  }
  if (all.finite == 0) return;
  const QCPRange wanted = Padded(all, logarithmic);
  if (!is_for_paper_ && StillServes(yAxis->range(), all, wanted, logarithmic)) return;
  yAxis->setRange(wanted);
}

// Between layout and drawing: now the axes' place in pixels is known.
void CurvePicture::Fill() {
  // A paper's printer has more dots than the 96 to an inch that the axes are measured in.
  const int stretches_per_pixel = is_for_paper_ ? 3 : 1;
  for (std::size_t i = 0; i < content_.runs.size(); ++i) {
    curves_[i]->Fill(content_.runs[i].source, xAxis->range(), stretches_per_pixel);
    legend_->SetPen(content_.runs[i].legend_row, curves_[i]->pen());
  }
  FitTicks(*yAxis);
  legend_->SetTaken(markers_->Height());
  legend_->Place();
}

void CurvePicture::MakeRoom(double width, double height) {
  if (!content_.fits_y) return;
  setViewport(QRectF(0.0, 0.0, width, height).toRect());
  replot();
  const double above = markers_->Height();
  const double below = legend_->CoversCurves() ? legend_->Height() + kLegendGap : 0.0;
  LeaveRoom(*yAxis, axisRect()->height(), above, below);
}

QString CurvePicture::DetailsAt(const QPointF& position) const {
  QString details = markers_->DetailsAt(position);
  if (!details.isEmpty() || !axisRect()->rect().contains(position.toPoint())) return details;
  if (position.y() < axisRect()->bottom() - 3.0 * kReach) return {};
  const auto first = static_cast<std::int64_t>(xAxis->pixelToCoord(position.x() - kReach));
  const auto last = static_cast<std::int64_t>(xAxis->pixelToCoord(position.x() + kReach)) + 1;
  for (const RunCurveContent& run : content_.runs) {
    const CurveSource& source = run.source;
    const std::int64_t end =
        std::min({last, first + kMostStepsUnderPointer, source.values->last_step()});
    for (std::int64_t step = std::max<std::int64_t>(first, 1); step <= end; ++step) {
      const bool skipped = source.skipped->At(step) >= 1.0;
      if (!skipped && std::isfinite(source.values->At(step))) continue;
      const QString number = StepNumber(step);
      if (skipped) return tr("Step %1 was skipped: a value was not finite").arg(number);
      return tr("Step %1: %2").arg(number, ValueText(source.values->At(step)));
    }
  }
  return {};
}

bool CurvePicture::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QCustomPlot::event(event);
  const auto& help = static_cast<const QHelpEvent&>(*event);
  const QString details = DetailsAt(help.pos());
  if (details.isEmpty()) {
    QToolTip::hideText();
  } else {
    QToolTip::showText(help.globalPos(), details, this);
  }
  return true;
}

}  // namespace mhc
