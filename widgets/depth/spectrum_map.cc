#include "widgets/depth/spectrum_map.h"

#include <QHelpEvent>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "widgets/document/run_update.h"
#include "widgets/frame/axis_name.h"
#include "widgets/frame/site_axis.h"
#include "widgets/frame/step_axis.h"
#include "widgets/look/color_map.h"
#include "widgets/look/look.h"
#include "widgets/look/plot_style.h"

namespace mhc {

namespace {

constexpr QMargins kMapMargins(44, 22, 22, 22);
constexpr QMargins kMapMarginsOnPaper(16, 20, 20, 12);
constexpr int kMostColumns = 1000;
constexpr double kHalf = 0.5;        // of a site, above and below its middle
constexpr double kWidensFrom = 1.5;  // values beyond widen the colours' range
constexpr double kSaturatesFrom = 1.005;
constexpr double kPennant = 7.0;
constexpr int kEdgeOpacity = 130;
constexpr double kSiteMark = 3.0;
constexpr auto kMarksLayer = "overlay";

// Half of the usual distance between two snapshots.
double HalfGap(const std::vector<std::int64_t>& steps) {
  if (steps.size() < 2)
    return kHalf * static_cast<double>(std::max<std::int64_t>(steps.front(), 1));
  std::vector<std::int64_t> gaps;
  for (std::size_t i = 1; i < steps.size(); ++i) gaps.push_back(steps[i] - steps[i - 1]);
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return kHalf * static_cast<double>(*middle);
}

constexpr double kBarMargin = 4.0;

}  // namespace

// What lies over the colours, and the bar above them.
class SpectrumMapOverlay : public QCPLayerable {
 public:
  explicit SpectrumMapOverlay(SpectrumMap& map)
      : QCPLayerable(&map, QString::fromLatin1(kMarksLayer)), map_(map) {}

 protected:
  void applyDefaultAntialiasingHint(QCPPainter* painter) const override {
    applyAntialiasingHint(painter, false, QCP::aeOther);
  }
  QRect clipRect() const override { return map_.viewport(); }

  void draw(QCPPainter* painter) override {
    const QRect rect = map_.axisRect()->rect();
    for (const double step : map_.marks_.changes) DrawChange(*painter, rect, step);
    if (map_.marks_.step) DrawLine(*painter, rect, *map_.marks_.step, Role::kAccent);
    if (map_.marks_.site) DrawSite(*painter, rect, *map_.marks_.site);
    painter->setFont(map_.xAxis->tickLabelFont());
    ColorScale scale = map_.scale_;
    const auto room_of = [&] { return ColorBarWidth(scale, painter->font()); };
    // "σ₂ of H_res, token mean" says its first part where there is no room for the whole.
    if (room_of() > rect.width()) scale.label = scale.label.section(QStringLiteral(", "), 0, 0);
    // Its end stays inside: the numbers are what it is for.
    const double left = std::min<double>(rect.left(), map_.width() - kBarMargin - room_of());
    PaintColorBar(*painter, QPointF(left, rect.top() - 11.0 + 0.5), scale, map_.look_);
  }

 private:
  // With an edge in the surface's colour, so that it is seen on every colour of the map.
  void DrawLine(QCPPainter& painter, const QRect& rect, double step, Role role) const {
    if (!map_.xAxis->range().contains(step)) return;
    const double x = std::round(map_.xAxis->coordToPixel(step));
    const QLineF line(x, rect.top(), x, rect.bottom());
    QColor edge = map_.look_.Color(Role::kSurface);
    edge.setAlpha(kEdgeOpacity);
    painter.setPen(QPen(edge, 3.0));
    painter.drawLine(line);
    painter.setPen(QPen(map_.look_.Color(role), 1.0));
    painter.drawLine(line);
  }

  void DrawChange(QCPPainter& painter, const QRect& rect, double step) const {
    if (!map_.xAxis->range().contains(step)) return;
    DrawLine(painter, rect, step, Role::kText);
    const double x = std::round(map_.xAxis->coordToPixel(step)), top = rect.top();
    painter.save();
    painter.setAntialiasing(true);
    painter.setPen(Qt::NoPen);
    painter.setBrush(map_.look_.Color(Role::kText));
    painter.drawPolygon(
        QPolygonF({{x, top}, {x + kPennant, top + kPennant / 2.0}, {x, top + kPennant}}));
    painter.restore();
  }

  void DrawSite(QCPPainter& painter, const QRect& rect, int site) const {
    const double top = map_.yAxis->coordToPixel(site + kHalf);
    const double bottom = map_.yAxis->coordToPixel(site - kHalf);
    painter.fillRect(QRectF(rect.left() - kSiteMark, top, kSiteMark, bottom - top),
                     map_.look_.Color(Role::kAccent));
  }

  const SpectrumMap& map_;
};

SpectrumMap::SpectrumMap(const Look& look, bool is_for_paper, QWidget* parent)
    : QCustomPlot(parent),
      look_(look),
      is_for_paper_(is_for_paper),
      map_(new QCPColorMap(xAxis, yAxis)) {
  axisRect()->setMinimumMargins(is_for_paper ? kMapMarginsOnPaper : kMapMargins);
  map_->setInterpolate(false);
  map_->setTightBoundary(false);
  map_->setSelectable(QCP::stNone);
  new SpectrumMapOverlay(*this);
  layer(QString::fromLatin1(kMarksLayer))->setMode(QCPLayer::lmBuffered);
  if (!is_for_paper) {
    new AxisName(*axisRect(), look, tr("step"));
    connect(this, &QCustomPlot::afterLayout, this, [this] { FitTicks(*yAxis); });
  }
  MakeStepAxis(*xAxis);
  if (is_for_paper) {
    xAxis->setLabel(tr("Step"));
    yAxis->setLabel(tr("Site"));
  }
}

void SpectrumMap::ApplyLook() {
  if (styled_dark_ == look_.dark()) return;
  styled_dark_ = look_.dark();
  StylePlot(*this, look_, is_for_paper_);
  MakeSiteAxis(*yAxis);
  QCPColorGradient gradient = CividisGradient();
  gradient.setNanHandling(QCPColorGradient::nhNanColor);
  gradient.setNanColor(look_.Color(Role::kBad));
  map_->setGradient(gradient);
}

void SpectrumMap::ShowHistory(const SnapshotHistory& history, const Content& content) {
  const double axis_end = StepAxisEnd(content.last_step);
  Source source{&history, history.revision, axis_end, content};
  source.content.last_step = 0;  // counts as far as it moves the axis
  if (styled_dark_ == look_.dark() && source == source_) return;
  source_ = std::move(source);
  is_new_ = true;
  ApplyLook();
  sites_ = static_cast<int>(history.shape.front());
  const auto streams = static_cast<std::size_t>(history.shape.back());
  const double half_gap = HalfGap(history.steps);
  const double begin = std::max(static_cast<double>(history.steps.front()) - half_gap, 0.0);
  const double end = static_cast<double>(history.steps.back()) + half_gap;
  const int columns = std::clamp(static_cast<int>(end - begin), 2, kMostColumns);
  const double width = (end - begin) / columns;

  QCPColorMapData& cells = *map_->data();
  cells.setSize(columns, sites_);
  cells.setRange({begin + kHalf * width, end - kHalf * width}, {0.0, sites_ - 1.0});
  std::vector<double> shown;
  std::size_t nearest = 0;
  for (int column = 0; column < columns; ++column) {
    const double step = begin + (column + kHalf) * width;
    const auto distance = [&](std::size_t i) {
      return std::abs(static_cast<double>(history.steps[i]) - step);
    };
    while (nearest + 1 < history.steps.size() && distance(nearest + 1) < distance(nearest)) {
      ++nearest;
    }
    for (int site = 0; site < sites_; ++site) {
      const auto place =
          static_cast<std::size_t>(site) * streams + static_cast<std::size_t>(content.number);
      const double value = history.data[nearest][place];
      cells.setCell(column, site,
                    std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN());
      shown.push_back(value);
    }
  }
  FitColors(shown, content);
  xAxis->setRange(0.0, std::max(axis_end, end));
  SetSiteRange(*yAxis, sites_, kHalf);
}

void SpectrumMap::FitColors(const std::vector<double>& shown, const Content& content) {
  scale_ = {ColorScale::Kind::kNonNegative, 1.0, content.label, false};
  if (content.fits_colors) {
    const ColorRange range = RoundRange(shown);
    scale_.floor = range.floor;
    scale_.limit = range.limit;
  } else {
    double largest = 0.0;
    for (const double value : shown) {
      if (std::isfinite(value)) largest = std::max(largest, value);
    }
    scale_.saturates = largest > kSaturatesFrom && largest <= kWidensFrom;
    if (largest > kWidensFrom) scale_.limit = RoundLimit(shown);
  }
  map_->setDataRange({scale_.floor, scale_.limit});
}

// The marks have a layer of their own: a step cursor that moves does not draw the colours again.
void SpectrumMap::ShowMarks(Marks marks) {
  if (marks == marks_ && !is_new_) return;
  marks_ = std::move(marks);
  if (std::exchange(is_new_, false)) {
    replot(QCustomPlot::rpQueuedReplot);
  } else {
    layer(QString::fromLatin1(kMarksLayer))->replot();
  }
}

PaperSheet SpectrumMap::Sheet() const {
  QCPColorMapData& shown = *map_->data();
  const QCPRange steps = shown.keyRange();
  const double half = 0.5 * steps.size() / std::max(1, shown.keySize() - 1);
  QImage cells(shown.keySize(), shown.valueSize(), QImage::Format_RGB32);
  for (int column = 0; column < shown.keySize(); ++column) {
    for (int site = 0; site < shown.valueSize(); ++site) {
      const QColor color = scale_.ColorOf(shown.cell(column, site), look_);
      cells.setPixelColor(column, shown.valueSize() - 1 - site, color);
    }
  }
  PaperPanel panel;
  panel.SetMap(cells, QRectF(QPointF(steps.lower - half, -kHalf),
                             QPointF(steps.upper + half, shown.valueSize() - kHalf)));
  panel.y_title = tr("site");
  panel.has_whole_numbers = true;
  panel.y_range = {-kHalf, shown.valueSize() - kHalf};
  PaperSheet sheet;
  sheet.x_title = tr("step");
  sheet.x_range = {panel.map_area.left(), panel.map_area.right()};
  sheet.colors = scale_;
  sheet.panels.push_back(std::move(panel));
  return sheet;
}

std::optional<SpectrumMap::Place> SpectrumMap::PlaceAt(const QPoint& position) const {
  if (sites_ == 0 || !axisRect()->rect().contains(position)) return std::nullopt;
  const auto site = static_cast<int>(std::lround(yAxis->pixelToCoord(position.y())));
  return Place{xAxis->pixelToCoord(position.x()), std::clamp(site, 0, sites_ - 1)};
}

void SpectrumMap::mouseReleaseEvent(QMouseEvent* event) {
  QCustomPlot::mouseReleaseEvent(event);
  const std::optional<Place> place = PlaceAt(event->pos());
  if (place && event->button() == Qt::LeftButton) Q_EMIT chosen(place->step, place->site);
}

bool SpectrumMap::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const std::optional<Place> place = PlaceAt(help->pos())) {
      Q_EMIT pointedAt(place->step, place->site, help->globalPos());
      return true;
    }
  }
  return QCustomPlot::event(event);
}

}  // namespace mhc
