#include "widgets/frame/paper_legend.h"

#include <QPainter>
#include <algorithm>

#include "widgets/frame/paper_type.h"
#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr double kKeySample = 15.0, kKeyGap = 4.0, kKeyColumnGap = 12.0;
constexpr double kBelowKeys = 3.0;  // under the last row
constexpr double kKeyRadius = 1.9;

double NameWidth(const QStringList& lines) {
  double width = 0.0;
  for (const QString& line : lines) width = std::max(width, PaperTextWidth(line));
  return width;
}

QPolygonF KeyTriangle(const QPointF& tip, double side) {
  return QPolygonF({tip, tip + QPointF(0.5 * side, -side), tip + QPointF(-0.5 * side, -side)});
}

void DrawSample(QPainter& painter, const PaperKey& key, const QPointF& left, const Look& look) {
  const QPointF middle = left + QPointF(0.5 * kKeySample, 0.0);
  painter.save();
  QPen pen = key.pen;
  pen.setWidthF(kPaperLine);
  pen.setCapStyle(Qt::FlatCap);
  painter.setPen(pen);
  painter.setBrush(Qt::NoBrush);
  switch (key.mark) {
    case PaperKey::Mark::kLine:
      painter.drawLine(left, left + QPointF(kKeySample, 0.0));
      break;
    case PaperKey::Mark::kBand:
      painter.fillRect(QRectF(left - QPointF(0.0, 2.5), QSizeF(kKeySample, 5.0)), key.pen.color());
      break;
    case PaperKey::Mark::kDisc:
      painter.setBrush(key.pen.color());
      painter.drawEllipse(middle, kKeyRadius, kKeyRadius);
      break;
    case PaperKey::Mark::kRing:
      painter.setBrush(look.Color(Role::kSurface));
      painter.drawEllipse(middle, kKeyRadius, kKeyRadius);
      break;
    case PaperKey::Mark::kCross:
      painter.drawLine(middle - QPointF(2.0, 2.0), middle + QPointF(2.0, 2.0));
      painter.drawLine(middle - QPointF(2.0, -2.0), middle + QPointF(2.0, -2.0));
      break;
    case PaperKey::Mark::kTriangle:
      painter.setPen(Qt::NoPen);
      painter.setBrush(key.pen.color());
      painter.drawPolygon(KeyTriangle(middle + QPointF(0.0, 2.5), 5.0));
      break;
    case PaperKey::Mark::kNumber:
      DrawPaperText(painter, left + QPointF(kKeySample, 0.0), 1.0, QString::number(key.number),
                    true);
      break;
  }
  painter.restore();
}

QString NameOfLine(const PaperLine& line) {
  if (line.run.isEmpty() || line.kind.isEmpty()) return line.run + line.kind;
  return QStringLiteral("%1, %2").arg(line.run, line.kind);
}

void AddOnce(PaperKey key, std::vector<PaperKey>& keys) {
  if (key.name.isEmpty() || std::find(keys.begin(), keys.end(), key) != keys.end()) return;
  keys.push_back(std::move(key));
}

QPen Thin(QPen pen) {
  pen.setWidthF(kPaperLine);
  return pen;
}

void AddLines(const PaperPanel& panel, std::vector<PaperKey>& keys) {
  for (const PaperLine& line : panel.lines) AddOnce({NameOfLine(line), Thin(line.pen)}, keys);
}

void AddRuns(const PaperPanel& panel, std::vector<PaperKey>& keys) {
  for (const PaperLine& line : panel.lines) {
    const auto is_of_run = [&](const PaperKey& key) { return key.name == line.run; };
    if (std::any_of(keys.begin(), keys.end(), is_of_run)) continue;
    AddOnce({line.run, Thin(line.pen)}, keys);
  }
}

void AddKinds(const PaperPanel& panel, const Look& look, std::vector<PaperKey>& keys) {
  for (const PaperLine& line : panel.lines) {
    QPen pen = Thin(line.pen);
    if (!line.run.isEmpty()) pen.setColor(look.Color(Role::kQuietText));
    AddOnce({line.kind, pen}, keys);
  }
}

}  // namespace

std::vector<PaperKey> KeysOf(const std::vector<const PaperPanel*>& panels, const Look& look,
                             bool is_brief) {
  std::vector<PaperKey> keys;
  for (const PaperPanel* panel : panels) {
    if (is_brief) {
      AddRuns(*panel, keys);
    } else {
      AddLines(*panel, keys);
    }
  }
  for (const PaperPanel* panel : panels) {
    if (is_brief) AddKinds(*panel, look, keys);
  }
  for (const PaperPanel* panel : panels) {
    for (const PaperMarks& marks : panel->marks) {
      if (!marks.at.empty()) AddOnce(marks.key, keys);
    }
    if (panel->ideal) {
      const QPen dotted(look.Color(Role::kQuietText), kPaperLine, Qt::DotLine);
      AddOnce({panel->ideal_name, dotted}, keys);
    }
  }
  for (const PaperPanel* panel : panels) {
    for (std::size_t i = 0; i < panel->changes.size(); ++i) {
      AddOnce({panel->changes[i].text, QPen(look.Color(Role::kText)), PaperKey::Mark::kNumber,
               static_cast<int>(i) + 1},
              keys);
    }
  }
  return keys;
}

PaperLegend::PaperLegend(const std::vector<PaperKey>& keys, double width) : width_(width) {
  for (const PaperKey& key : keys) {
    entries_.push_back({key, WrapPaperText(key.name, width - kKeySample - kKeyGap), {}});
  }
  if (entries_.empty()) return;
  std::size_t columns = entries_.size();
  while (columns > 1 && !LayOut(columns)) --columns;
  LayOut(columns);
}

// Column by column; false where that is too wide.
bool PaperLegend::LayOut(std::size_t columns) {
  const std::size_t rows = (entries_.size() + columns - 1) / columns;
  double left = 0.0;
  used_ = height_ = 0.0;
  for (std::size_t first = 0; first < entries_.size(); first += rows) {
    const std::size_t end = std::min(first + rows, entries_.size());
    double widest = 0.0, top = 0.0;
    for (std::size_t i = first; i < end; ++i) {
      entries_[i].place = {left, top};
      top += PaperLineHeight() * static_cast<double>(entries_[i].lines.size());
      widest = std::max(widest, kKeySample + kKeyGap + NameWidth(entries_[i].lines));
    }
    height_ = std::max(height_, top + kBelowKeys);
    used_ = left + widest;
    left = used_ + kKeyColumnGap;
  }
  return used_ <= width_;
}

void PaperLegend::Draw(QPainter& painter, const Look& look, const QPointF& top_left) const {
  const double line = PaperLineHeight();
  const QPointF corner = top_left + QPointF(std::max(0.0, 0.5 * (width_ - used_)), 0.0);
  for (const Entry& entry : entries_) {
    QPointF middle = corner + entry.place + QPointF(0.0, 0.5 * line);
    DrawSample(painter, entry.key, middle, look);
    painter.setPen(look.Color(Role::kText));
    for (const QString& text : entry.lines) {
      DrawPaperText(painter, middle + QPointF(kKeySample + kKeyGap, 0.0), 0.0, text);
      middle.ry() += line;
    }
  }
}

}  // namespace mhc
