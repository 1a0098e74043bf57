#include "widgets/frame/paper_axes.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "widgets/frame/paper_type.h"
#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr double kTickLength = 3.0, kSubTickLength = 1.5;
constexpr double kTickGap = 2.0, kTitleGap = 3.0;
constexpr double kAxisPadding = 0.05;  // of the range
constexpr double kLeastSpread = 1e-9;  // of the largest value: less is rounding
constexpr double kFromZero = 0.3;      // of the largest value: a lesser smallest begins at 0
constexpr double kTickLines = 1.15;    // lines of type a number on the upright axis has
constexpr double kApart = 6.0;         // between two numbers below
constexpr double kBandDecades = 10.0;  // that a band may reach below its line
constexpr int kFewestTicks = 3, kMostTicks = 5;

struct HeightLimits {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  bool is_logarithmic = false;
  void Add(double value) {
    if (!std::isfinite(value) || (is_logarithmic && value <= 0.0)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  void Add(const std::vector<double>& values) {
    for (const double value : values) Add(value);
  }
};

HeightLimits HeightLimitsOf(const PaperPanel& panel) {
  HeightLimits limits, bands;
  limits.is_logarithmic = bands.is_logarithmic = panel.is_logarithmic;
  for (const PaperLine& line : panel.lines) {
    if (!line.fits) continue;
    limits.Add(line.y);
    limits.Add(line.high);
    bands.Add(line.low);
  }
  for (const PaperMarks& marks : panel.marks) {
    for (const QPointF& at : marks.at) limits.Add(at.y());
  }
  for (const PaperDot& dot : panel.dots) limits.Add(dot.at.y());
  limits.Add(panel.seen);
  // A band that reaches to 0 ends at the foot of a logarithmic axis.
  if (panel.is_logarithmic && bands.low < limits.low / kBandDecades) {
    bands.low = limits.low / kBandDecades;
  }
  if (bands.low <= bands.high) limits.low = std::min(limits.low, bands.low);
  return limits;
}

double Share(double value, const PaperRange& range, bool is_logarithmic) {
  if (is_logarithmic) return std::log(value / range.first) / std::log(range.second / range.first);
  return (value - range.first) / (range.second - range.first);
}

}  // namespace

PaperRange HeightRange(const PaperPanel& panel) {
  if (panel.y_range) return *panel.y_range;
  HeightLimits limits = HeightLimitsOf(panel);
  if (limits.low > limits.high)
    return panel.is_logarithmic ? PaperRange(0.1, 10.0) : PaperRange(0.0, 1.0);
  if (panel.is_logarithmic) {
    const double padding = std::pow(std::max(limits.high / limits.low, 1.05), kAxisPadding);
    return {limits.low / padding, limits.high * padding};
  }
  if (limits.low >= 0.0 && limits.low < kFromZero * limits.high) limits.low = 0.0;
  const double size = std::max(std::abs(limits.low), std::abs(limits.high));
  double spread = limits.high - limits.low;
  if (spread < kLeastSpread * size || spread == 0.0) spread = size > 0.0 ? size : 1.0;
  const double padding = kAxisPadding * spread;
  return {limits.low == 0.0 ? 0.0 : limits.low - padding, limits.high + padding};
}

PaperRange WidthRange(const PaperSheet& sheet) {
  if (sheet.x_range) return *sheet.x_range;
  HeightLimits limits;
  for (const PaperPanel& panel : sheet.panels) {
    for (const PaperLine& line : panel.lines) limits.Add(line.x);
    for (const PaperDot& dot : panel.dots) limits.Add(dot.at.x());
  }
  if (limits.low > limits.high) return {0.0, 1.0};
  const double room = limits.low == limits.high ? std::max(0.5, sheet.x_room) : sheet.x_room;
  return {limits.low - room, limits.high + room};
}

PaperAxes::PaperAxes(const PaperSheet& sheet, const PaperPanel& panel, PaperRange x_range)
    : sheet_(sheet),
      panel_(panel),
      x_range_(x_range),
      y_range_(HeightRange(panel)),
      is_logarithmic_(panel.is_logarithmic && y_range_.first > 0.0) {}

void PaperAxes::Place(const QRectF& rect) {
  rect_ = rect;
  if (panel_.has_equal_units) {
    // One unit is as long upward as across.
    const double unit = std::max((x_range_.second - x_range_.first) / rect.width(),
                                 (y_range_.second - y_range_.first) / rect.height());
    const auto widen = [unit](PaperRange& range, double length) {
      const double middle = 0.5 * (range.first + range.second), half = 0.5 * unit * length;
      range = {middle - half, middle + half};
    };
    widen(x_range_, rect.width());
    widen(y_range_, rect.height());
  }
  const TickKind upright = is_logarithmic_            ? TickKind::kLogarithmic
                           : panel_.has_whole_numbers ? TickKind::kWholeNumbers
                                                      : TickKind::kNumbers;
  const int fitting = static_cast<int>(rect.height() / (kTickLines * PaperLineHeight()));
  y_ = TicksFor(y_range_.first, y_range_.second, upright,
                std::clamp(fitting, kFewestTicks, kMostTicks));
  const TickKind across = sheet_.x_has_whole_numbers ? TickKind::kWholeNumbers : TickKind::kNumbers;
  for (int most = kMostTicks; most >= 2; --most) {
    x_ = TicksFor(x_range_.first, x_range_.second, across, most);
    double end = -std::numeric_limits<double>::infinity();
    bool are_apart = true;
    for (const PaperTick& tick : x_.ticks) {
      const double half = 0.5 * PaperTextWidth(tick.text);
      are_apart = are_apart && X(tick.value) - half >= end;
      end = X(tick.value) + half + kApart;
    }
    if (are_apart) break;
  }
}

double PaperAxes::X(double x) const {
  return rect_.left() + Share(x, x_range_, false) * rect_.width();
}

double PaperAxes::Y(double y) const {
  return rect_.bottom() - Share(y, y_range_, is_logarithmic_) * rect_.height();
}

double PaperAxes::LabelsWidth() const {
  double width = 0.0;
  for (const PaperTick& tick : y_.ticks) width = std::max(width, PaperTextWidth(tick.text));
  return width + kTickLength + kTickGap;
}

QStringList PaperAxes::TitleLines() const {
  QString title = panel_.y_title;
  if (!y_.unit.isEmpty()) title += QStringLiteral(" (%1)").arg(y_.unit);
  return WrapPaperText(title, rect_.height());
}

double PaperAxes::TitleWidth() const {
  return panel_.y_title.isEmpty()
             ? 0.0
             : kTitleGap + PaperLineHeight() * static_cast<double>(TitleLines().size());
}

double PaperAxes::OverhangRight() const {
  double overhang = 0.0;
  for (const PaperTick& tick : x_.ticks) {
    overhang = std::max(overhang, X(tick.value) + 0.5 * PaperTextWidth(tick.text) - rect_.right());
  }
  return overhang;
}

double PaperAxes::HeightBelow(bool has_labels) {
  return has_labels ? kTickLength + kTickGap + 2.0 * PaperLineHeight() : kTickLength;
}

void PaperAxes::DrawGrid(QPainter& painter, const Look& look) const {
  painter.setPen(QPen(look.Color(Role::kBorder), 0.5, Qt::DotLine, Qt::FlatCap));
  for (const PaperTick& tick : x_.ticks) {
    painter.drawLine(QLineF(X(tick.value), rect_.top(), X(tick.value), rect_.bottom()));
  }
  for (const PaperTick& tick : y_.ticks) {
    painter.drawLine(QLineF(rect_.left(), Y(tick.value), rect_.right(), Y(tick.value)));
  }
}

void PaperAxes::Draw(QPainter& painter, const Look& look, double labels_width,
                     bool has_labels) const {
  painter.setPen(QPen(look.Color(Role::kText), kPaperLine, Qt::SolidLine, Qt::FlatCap));
  const auto across = [&](double x, double length) {
    painter.drawLine(QLineF(x, rect_.bottom(), x, rect_.bottom() + length));
  };
  const auto upright = [&](double y, double length) {
    painter.drawLine(QLineF(rect_.left(), y, rect_.left() - length, y));
  };
  painter.drawLine(rect_.bottomLeft(), rect_.bottomRight());
  painter.drawLine(rect_.topLeft(), rect_.bottomLeft());
  for (const PaperTick& tick : x_.ticks) across(X(tick.value), kTickLength);
  for (const PaperTick& tick : y_.ticks) upright(Y(tick.value), kTickLength);
  for (const double value : y_.between) upright(Y(value), kSubTickLength);
  for (const PaperTick& tick : y_.ticks) {
    DrawPaperText(painter, {rect_.left() - kTickLength - kTickGap, Y(tick.value)}, 1.0, tick.text);
  }
  const double line = PaperLineHeight();
  const double below = rect_.bottom() + kTickLength + kTickGap + 0.5 * line;
  if (has_labels) {
    for (const PaperTick& tick : x_.ticks) {
      DrawPaperText(painter, {X(tick.value), below}, 0.5, tick.text);
    }
    DrawPaperText(painter, {rect_.center().x(), below + line}, 0.5,
                  x_.unit.isEmpty() ? sheet_.x_title
                                    : QStringLiteral("%1 (%2)").arg(sheet_.x_title, x_.unit));
  }
  painter.save();
  painter.translate(rect_.left() - labels_width - TitleWidth() + 0.5 * line, rect_.center().y());
  painter.rotate(-90.0);
  double row = 0.0;
  for (const QString& text : TitleLines()) {
    DrawPaperText(painter, {0.0, row}, 0.5, text);
    row += line;
  }
  painter.restore();
}

}  // namespace mhc
