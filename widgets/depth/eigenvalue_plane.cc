#include "widgets/depth/eigenvalue_plane.h"

#include <QHelpEvent>
#include <algorithm>
#include <cmath>

#include "core/formats/number_text.h"
#include "widgets/frame/color_scale.h"
#include "widgets/frame/paper_type.h"
#include "widgets/look/look.h"
#include "widgets/look/plot_style.h"

namespace mhc {
namespace {

constexpr QMargins kMargins(56, 26, 16, 38);
constexpr QMargins kMarginsOnPaper(58, 22, 12, 36);
constexpr double kBarMiddle = 12.0;     // of the colour bar, above the plane
constexpr double kPlanePadding = 0.08;  // of the reach
constexpr double kLeastReach = 1e-3;    // of axes that hold the eigenvalues only
constexpr double kDiameter = 7.0, kChosenDiameter = 11.0;
constexpr double kPaperDiameter = 4.5;
constexpr double kGrasp = 9.0;  // of the pointer, in pixels

bool IsFinite(const std::complex<double>& value) {
  return std::isfinite(value.real()) && std::isfinite(value.imag());
}

// Half the side of a square around `middle` that holds the eigenvalues.
struct Square {
  double middle = 0.0, reach = 0.0;
};

Square SquareOf(const EigenvaluePlane::Content& content) {
  double low = INFINITY, high = -INFINITY, up = 0.0;
  const auto add = [&](double real, double imaginary) {
    low = std::min(low, real);
    high = std::max(high, real);
    up = std::max(up, std::abs(imaginary));
  };
  for (const auto& values : content.by_site) {
    for (const std::complex<double>& value : values) {
      if (IsFinite(value)) add(value.real(), value.imag());
    }
  }
  if (content.holds_unit_circle || low > high) {
    for (const double end : {-1.0, 1.0}) add(end, end);
  }
  return {0.5 * (low + high), std::max({0.5 * (high - low), up, kLeastReach})};
}

ColorScale SiteScale(const EigenvaluePlane::Content& content) {
  const auto last = static_cast<double>(std::max<std::size_t>(content.by_site.size(), 2)) - 1.0;
  return {ColorScale::Kind::kNonNegative, last, EigenvaluePlane::tr("site"), false};
}

}  // namespace

// The points themselves, deeper sites above, the chosen one on top; and the bar that says which
// colour a site has.
class EigenvaluePoints : public QCPLayerable {
 public:
  explicit EigenvaluePoints(EigenvaluePlane& plane)
      : QCPLayerable(&plane, QStringLiteral("main")), plane_(plane) {}

 protected:
  void applyDefaultAntialiasingHint(QCPPainter* painter) const override {
    applyAntialiasingHint(painter, true, QCP::aeScatters);
  }
  QRect clipRect() const override { return plane_.viewport(); }

  void draw(QCPPainter* painter) override {
    const EigenvaluePlane::Content& content = plane_.content_;
    const ColorScale scale = SiteScale(content);
    painter->save();
    painter->setClipRect(plane_.axisRect()->rect().adjusted(-4, -4, 4, 4));
    painter->setPen(QPen(plane_.look_.Color(Role::kQuietText), plane_.is_for_paper_ ? 0.5 : 1.0));
    for (std::size_t site = 0; site < content.by_site.size(); ++site) {
      painter->setBrush(scale.ColorOf(static_cast<double>(site), plane_.look_));
      DrawSite(*painter, site, plane_.is_for_paper_ ? kPaperDiameter : kDiameter);
    }
    if (content.chosen && static_cast<std::size_t>(*content.chosen) < content.by_site.size()) {
      painter->setPen(QPen(plane_.look_.Color(Role::kAccent), 2.0));
      painter->setBrush(Qt::NoBrush);
      DrawSite(*painter, static_cast<std::size_t>(*content.chosen), kChosenDiameter);
    }
    painter->restore();
    if (content.by_site.size() < 2) return;
    painter->setFont(plane_.xAxis->tickLabelFont());
    const QRect rect = plane_.axisRect()->rect();
    PaintColorBar(*painter, QPointF(rect.left(), rect.top() - kBarMiddle + 0.5), scale,
                  plane_.look_);
  }

 private:
  void DrawSite(QCPPainter& painter, std::size_t site, double diameter) const {
    for (const std::complex<double>& value : plane_.content_.by_site[site]) {
      if (!IsFinite(value)) continue;
      const QPointF at(plane_.xAxis->coordToPixel(value.real()),
                       plane_.yAxis->coordToPixel(value.imag()));
      painter.drawEllipse(at, 0.5 * diameter, 0.5 * diameter);
    }
  }

  const EigenvaluePlane& plane_;
};

EigenvaluePlane::EigenvaluePlane(const Look& look, bool is_for_paper, QWidget* parent)
    : QCustomPlot(parent),
      look_(look),
      is_for_paper_(is_for_paper),
      circle_(new QCPItemEllipse(this)) {
  if (is_for_paper) setAntialiasedElements(QCP::aeAll);
  // Margins that are known before the layout, so that the scale can be.
  axisRect()->setAutoMargins(QCP::msNone);
  axisRect()->setMargins(is_for_paper ? kMarginsOnPaper : kMargins);
  xAxis->setLabel(tr("Re λ"));
  yAxis->setLabel(tr("Im λ"));
  circle_->setSelectable(false);
  circle_->setAntialiased(true);
  circle_->topLeft->setCoords(-1.0, 1.0);
  circle_->bottomRight->setCoords(1.0, -1.0);
  circle_->setLayer(QStringLiteral("grid"));
  new EigenvaluePoints(*this);
  ApplyLook();
}

void EigenvaluePlane::ApplyLook() {
  if (styled_dark_ == look_.dark()) return;
  styled_dark_ = look_.dark();
  StylePlot(*this, look_, is_for_paper_);
  circle_->setPen(QPen(look_.Color(Role::kQuietText), is_for_paper_ ? 0.75 : 1.0));
}

void EigenvaluePlane::Show(Content content) {
  if (styled_dark_ == look_.dark() && content == content_) return;
  content_ = std::move(content);
  ApplyLook();
  Arrange(width(), height());
  replot(QCustomPlot::rpQueuedReplot);
}

void EigenvaluePlane::Arrange(double width, double height) {
  const QMargins margins = axisRect()->margins();
  const double across = std::max(1.0, width - margins.left() - margins.right());
  const double upward = std::max(1.0, height - margins.top() - margins.bottom());
  const Square square = SquareOf(content_);
  const double unit = 2.0 * square.reach * (1.0 + kPlanePadding) / std::min(across, upward);
  xAxis->setRange(square.middle - 0.5 * unit * across, square.middle + 0.5 * unit * across);
  yAxis->setRange(-0.5 * unit * upward, 0.5 * unit * upward);
}

std::vector<std::vector<std::string>> EigenvaluePlane::Table() const {
  std::vector<std::vector<std::string>> table(1, {"site", "real", "imaginary"});
  for (std::size_t site = 0; site < content_.by_site.size(); ++site) {
    for (const std::complex<double>& value : content_.by_site[site]) {
      table.push_back({std::to_string(site), NumberText(value.real()), NumberText(value.imag())});
    }
  }
  return table;
}

PaperSheet EigenvaluePlane::Sheet() const {
  const Square square = SquareOf(content_);
  const double reach = square.reach * (1.0 + kPlanePadding);
  const ColorScale scale = SiteScale(content_);
  PaperPanel panel;
  panel.y_title = tr("Im λ");
  panel.has_equal_units = panel.has_circle = true;
  panel.y_range = {-reach, reach};
  for (std::size_t site = 0; site < content_.by_site.size(); ++site) {
    const QColor color = scale.ColorOf(static_cast<double>(site), look_);
    for (const std::complex<double>& value : content_.by_site[site]) {
      if (IsFinite(value)) panel.dots.push_back({{value.real(), value.imag()}, color});
    }
  }
  PaperSheet sheet;
  sheet.x_title = tr("Re λ");
  sheet.x_has_whole_numbers = false;
  sheet.x_range = {square.middle - reach, square.middle + reach};
  sheet.keys = {{tr("unit circle"), QPen(look_.Color(Role::kQuietText), kPaperLine)}};
  if (content_.by_site.size() > 1) sheet.colors = scale;
  sheet.panels.push_back(std::move(panel));
  return sheet;
}

void EigenvaluePlane::resizeEvent(QResizeEvent* event) {
  Arrange(width(), height());
  QCustomPlot::resizeEvent(event);
}

std::optional<int> EigenvaluePlane::SiteAt(const QPoint& position) const {
  std::optional<int> nearest;
  double least = kGrasp;
  for (std::size_t site = 0; site < content_.by_site.size(); ++site) {
    for (const std::complex<double>& value : content_.by_site[site]) {
      if (!IsFinite(value)) continue;
      const double away = std::hypot(xAxis->coordToPixel(value.real()) - position.x(),
                                     yAxis->coordToPixel(value.imag()) - position.y());
      if (away > least) continue;
      least = away;
      nearest = static_cast<int>(site);
    }
  }
  return nearest;
}

void EigenvaluePlane::mouseReleaseEvent(QMouseEvent* event) {
  QCustomPlot::mouseReleaseEvent(event);
  const std::optional<int> site = SiteAt(event->pos());
  if (site && event->button() == Qt::LeftButton) Q_EMIT siteChosen(*site);
}

bool EigenvaluePlane::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const std::optional<int> site = SiteAt(help->pos())) {
      Q_EMIT pointedAt(*site, help->globalPos());
      return true;
    }
  }
  return QCustomPlot::event(event);
}

}  // namespace mhc
