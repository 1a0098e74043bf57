#include "widgets/frame/legend_strip.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr double kEntryGap = 4.0;     // inside an entry
constexpr double kBetween = 12.0;     // between entries
constexpr double kBesideAxis = 22.0;  // above the numbers of an axis, where there must be room
// A number as long as most are: the legend keeps its width while numbers change.
constexpr auto kTypicalNumber = "0.0000";

}  // namespace

LegendStrip::LegendStrip(QCustomPlot& plot, const Look& look)
    : QCPLayerable(&plot, QStringLiteral("legend")), look_(look) {}

void LegendStrip::SetEntries(const QString& what, std::vector<LegendEntry> entries) {
  what_ = what;
  entries_ = std::move(entries);
}

void LegendStrip::SetPlace(double middle, double left, double right) {
  middle_ = middle;
  left_ = left;
  right_ = right;
}

void LegendStrip::applyDefaultAntialiasingHint(QCPPainter* painter) const {
  applyAntialiasingHint(painter, false, QCP::aeLegend);
}

QRect LegendStrip::clipRect() const { return mParentPlot->viewport(); }

double LegendStrip::WidthOf(const LegendEntry& entry, const QFontMetricsF& metrics,
                            bool has_values) const {
  double width = kSampleLength + kEntryGap + std::ceil(metrics.horizontalAdvance(entry.name));
  if (has_values && !entry.value.isEmpty()) {
    width +=
        kEntryGap + std::ceil(std::max(metrics.horizontalAdvance(QLatin1String(kTypicalNumber)),
                                       metrics.horizontalAdvance(entry.value)));
  }
  return width;
}

void LegendStrip::draw(QCPPainter* painter) {
  if (entries_.empty()) return;
  painter->setFont(mParentPlot->xAxis->tickLabelFont());
  const QFontMetricsF metrics(painter->font());
  const double whole_label =
      what_.isEmpty() ? 0.0 : std::ceil(metrics.horizontalAdvance(what_)) + kBetween;
  const auto entries = [&](bool has_values) {
    double width = kBetween * static_cast<double>(entries_.size() - 1);
    for (const LegendEntry& entry : entries_) width += WidthOf(entry, metrics, has_values);
    return width;
  };
  // Values go before the word for all entries, and that before an entry.
  const double room = right_ - left_;
  const bool has_values = whole_label + entries(true) <= room;
  const double label = whole_label + entries(has_values) <= room + 1.0 ? whole_label : 0.0;
  // Where even so there is no room, they move together.
  const auto count = static_cast<double>(entries_.size());
  const double missing = label + entries(has_values) - room;
  const double between =
      count > 1.0 ? std::clamp(kBetween - missing / (count - 1.0), 2.0, kBetween) : kBetween;
  const double all = label + entries(has_values) - (count - 1.0) * (kBetween - between);
  double x = std::max(right_ - all, left_ - kBesideAxis);
  const auto write = [&](const QString& text, double width, Role role) {
    painter->setPen(look_.Color(role));
    painter->drawText(QRectF(x, middle_ - metrics.height() / 2.0, width, metrics.height()),
                      Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip, text);
  };
  if (label > 0.0) write(what_, label, Role::kQuietText);
  x += label;
  for (const LegendEntry& entry : entries_) {
    const double width = WidthOf(entry, metrics, has_values);
    if (x + width > right_ + 1.0) {
      write(QString(QChar(0x2026)), kSampleLength, Role::kQuietText);
      break;
    }
    PaintLineSample(*painter, {entry.pen, entry.dot, entry.has_band},
                    {x + kSampleLength / 2.0, middle_}, look_.Color(Role::kSurface));
    const double end = x + width;
    x += kSampleLength + kEntryGap;
    write(entry.name, end - x, Role::kText);
    if (has_values) {
      x += std::ceil(metrics.horizontalAdvance(entry.name)) + kEntryGap;
      write(entry.value, end - x, Role::kQuietText);
    }
    x = end + between;
  }
}

}  // namespace mhc
