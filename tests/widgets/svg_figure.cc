#include "svg_figure.h"

#include <QFont>
#include <QFontMetricsF>
#include <QRegularExpression>
#include <QTransform>
#include <QXmlStreamReader>
#include <algorithm>
#include <cmath>
#include <set>

namespace mhc {
namespace {

constexpr double kSlack = 0.4;  // points
constexpr double kShortestAxis = 25.0;
constexpr double kSample = 15.0;  // length of a legend's line sample
constexpr double kWidestMark = 5.0;
constexpr double kPale = 0.7;         // lightness of what lies behind a line that has a name
const QColor kInk(0x1E, 0x22, 0x27);  // of text and axes
const QColor kGrid(0xDF, 0xDF, 0xDA);

// What a group hands down.
struct Style {
  QTransform transform;
  QColor stroke;
  bool has_stroke = false;
  double opacity = 1.0, width = 1.0;
  QString dashes, family;
  double size = 0.0;
  int weight = QFont::Normal;
};

std::vector<double> Numbers(const QString& text) {
  static const QRegularExpression number(
      QStringLiteral("[-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?"));
  std::vector<double> numbers;
  for (auto match = number.globalMatch(text); match.hasNext();) {
    numbers.push_back(match.next().captured().toDouble());
  }
  return numbers;
}

void Take(const QXmlStreamAttributes& attributes, Style& style) {
  const auto given = [&](const char* name, auto take) {
    if (attributes.hasAttribute(QLatin1String(name)))
      take(attributes.value(QLatin1String(name)).toString());
  };
  given("transform", [&](const QString& value) {
    const std::vector<double> m = Numbers(value.mid(value.indexOf('(')));
    if (m.size() == 6)
      style.transform = QTransform(m[0], m[1], m[2], m[3], m[4], m[5]) * style.transform;
  });
  given("stroke", [&](const QString& value) {
    style.has_stroke = value != QLatin1String("none");
    style.stroke = QColor(value);
  });
  given("stroke-opacity", [&](const QString& value) { style.opacity = value.toDouble(); });
  given("stroke-width", [&](const QString& value) { style.width = value.toDouble(); });
  given("stroke-dasharray", [&](const QString& value) {
    style.dashes = value == QLatin1String("none") ? QString() : value;
  });
  given("font-family", [&](const QString& value) { style.family = value; });
  given("font-size", [&](const QString& value) { style.size = value.toDouble(); });
  given("font-weight", [&](const QString& value) { style.weight = value.toInt(); });
}

SvgText TextOf(const QString& text, const QPointF& at, const Style& style) {
  QFont font(style.family.section(',', 0, 0).trimmed());
  font.setPixelSize(static_cast<int>(std::lround(style.size)));
  font.setHintingPreference(QFont::PreferNoHinting);
  font.setBold(style.weight >= QFont::DemiBold);
  const QRectF ink = QFontMetricsF(font).tightBoundingRect(text).translated(at);
  const double scale = std::sqrt(std::abs(style.transform.determinant()));
  return {text, style.family, style.size * scale, std::abs(style.transform.m12()) > 0.5 * scale,
          style.transform.mapRect(ink)};
}

double Millimetres(const QXmlStreamAttributes& attributes, const char* name) {
  const QString text = attributes.value(QLatin1String(name)).toString();
  return text.endsWith(QLatin1String("mm")) ? text.chopped(2).toDouble() : 0.0;
}

bool IsLevel(const SvgLine& line) {
  return line.points.size() == 2 && line.Bounds().height() < 1e-3;
}
bool IsUpright(const SvgLine& line) {
  return line.points.size() == 2 && line.Bounds().width() < 1e-3;
}
bool IsSolidInk(const SvgLine& line) { return line.color == kInk && line.dashes.isEmpty(); }

bool IsSample(const SvgLine& line) {
  return IsLevel(line) && std::abs(line.Bounds().width() - kSample) < 0.05;
}

// Of data: not an axis, the grid or a mark of something that happened.
bool IsData(const SvgLine& line, const std::vector<QRectF>& axes) {
  if (line.color == kGrid || line.color.lightnessF() > kPale || line.points.size() < 2 ||
      IsUpright(line))
    return false;
  if (line.color == kInk && line.points.size() == 2) return false;
  if (line.Bounds().width() < kWidestMark) return false;
  return std::any_of(axes.begin(), axes.end(), [&](const QRectF& inside) {
    return inside.adjusted(-1, -1, 1, 1).contains(line.Bounds().center());
  });
}

bool Crosses(const QLineF& line, const QRectF& box) {
  if (box.contains(line.p1()) || box.contains(line.p2())) return true;
  const QLineF sides[] = {{box.topLeft(), box.topRight()},
                          {box.topRight(), box.bottomRight()},
                          {box.bottomRight(), box.bottomLeft()},
                          {box.bottomLeft(), box.topLeft()}};
  return std::any_of(std::begin(sides), std::end(sides), [&](const QLineF& side) {
    return line.intersects(side, nullptr) == QLineF::BoundedIntersection;
  });
}

bool Crosses(const SvgLine& line, const QRectF& box) {
  for (qsizetype i = 0; i + 1 < line.points.size(); ++i) {
    if (Crosses(QLineF(line.points[i], line.points[i + 1]), box)) return true;
  }
  return false;
}

void FindTextFaults(const SvgFigure& figure, QStringList& faults) {
  const QRectF page = figure.page.adjusted(-kSlack, -kSlack, kSlack, kSlack);
  for (std::size_t i = 0; i < figure.texts.size(); ++i) {
    const SvgText& text = figure.texts[i];
    if (!page.contains(text.ink)) faults << QStringLiteral("\"%1\" leaves the page").arg(text.text);
    const QRectF inner = text.ink.adjusted(kSlack, kSlack, -kSlack, -kSlack);
    for (std::size_t k = i + 1; k < figure.texts.size(); ++k) {
      if (!inner.intersects(figure.texts[k].ink)) continue;
      faults << QStringLiteral("\"%1\" lies over \"%2\"").arg(text.text, figure.texts[k].text);
    }
    for (const SvgLine& line : figure.lines) {
      if (!Crosses(line, inner)) continue;
      faults << QStringLiteral("a line crosses \"%1\"").arg(text.text);
      break;
    }
    if (std::abs(text.size - 8.0) > 0.05) {
      faults << QStringLiteral("\"%1\" has %2 points").arg(text.text).arg(text.size);
    }
    if (!text.family.contains(QLatin1String("sans-serif"))) {
      faults << QStringLiteral("\"%1\" in %2 alone").arg(text.text, text.family);
    }
  }
}

void FindNamelessLines(const SvgFigure& figure, const std::vector<QRectF>& axes,
                       QStringList& faults) {
  const auto look = [](const SvgLine& line) { return line.color.name() + ' ' + line.dashes; };
  std::set<QString> drawn, named;
  for (const SvgLine& line : figure.lines) {
    if (IsSample(line)) {
      const QPointF end = line.Bounds().topRight();
      const bool has_name =
          std::any_of(figure.texts.begin(), figure.texts.end(), [&](const SvgText& text) {
            return std::abs(text.ink.center().y() - end.y()) < 3.0 && text.ink.left() > end.x() &&
                   text.ink.left() < end.x() + 7.0;
          });
      if (has_name) named.insert(look(line));
    } else if (IsData(line, axes)) {
      drawn.insert(look(line));
    }
  }
  if (drawn.size() < 2) return;
  for (const QString& line : drawn) {
    if (!named.contains(line)) faults << QStringLiteral("no sample names the lines %1").arg(line);
  }
}

void CheckCount(const QStringList& numbers, const QString& axis, QStringList& faults) {
  const bool are_few_whole =
      numbers.size() == 2 && std::abs(numbers[1].toDouble() - numbers[0].toDouble()) == 1.0;
  if ((numbers.size() >= 3 && numbers.size() <= 5) || are_few_whole) return;
  faults << QStringLiteral("%1 has the numbers %2").arg(axis, numbers.join(' '));
}

void FindTickFaults(const SvgFigure& figure, const std::vector<QRectF>& axes, QStringList& faults) {
  double lowest = 0.0;
  for (const QRectF& inside : axes) lowest = std::max(lowest, inside.bottom());
  for (const QRectF& inside : axes) {
    QStringList beside, below, titles;
    bool has_title = false, has_title_below = false;
    for (const SvgText& text : figure.texts) {
      const QPointF middle = text.ink.center();
      const bool is_in_height =
          middle.y() > inside.top() - 5.0 && middle.y() < inside.bottom() + 5.0;
      const bool is_in_width =
          middle.x() > inside.left() - 5.0 && middle.x() < inside.right() + 5.0;
      if (text.is_upright) {
        has_title = has_title || (is_in_height && middle.x() < inside.left());
      } else if (is_in_height && text.ink.right() < inside.left() &&
                 text.ink.right() > inside.left() - 8.0) {
        beside << text.text;
      } else if (is_in_width && middle.y() > inside.bottom() &&
                 middle.y() < inside.bottom() + 14.0) {
        below << text.text;
      } else if (is_in_width && middle.y() > inside.bottom() &&
                 middle.y() < inside.bottom() + 28.0) {
        has_title_below = true;
      }
    }
    CheckCount(beside, QStringLiteral("an upright axis"), faults);
    if (!has_title) faults << QStringLiteral("an upright axis has no title");
    if (inside.bottom() < lowest - 1.0) continue;
    CheckCount(below, QStringLiteral("a level axis"), faults);
    if (!has_title_below) faults << QStringLiteral("a level axis has no title");
  }
}

}  // namespace

SvgFigure ReadSvg(const QByteArray& bytes) {
  SvgFigure figure;
  QXmlStreamReader reader(bytes);
  std::vector<Style> styles(1);
  while (!reader.atEnd()) {
    reader.readNext();
    if (reader.isEndElement()) styles.pop_back();
    if (!reader.isStartElement()) continue;
    styles.push_back(styles.back());
    Style& style = styles.back();
    const QXmlStreamAttributes attributes = reader.attributes();
    Take(attributes, style);
    const QString name = reader.name().toString();
    if (name == QLatin1String("svg")) {
      figure.width_mm = Millimetres(attributes, "width");
      figure.height_mm = Millimetres(attributes, "height");
      const std::vector<double> box =
          Numbers(attributes.value(QLatin1String("viewBox")).toString());
      if (box.size() == 4) figure.page = QRectF(box[0], box[1], box[2], box[3]);
    } else if (name == QLatin1String("polyline") && style.has_stroke) {
      const std::vector<double> numbers =
          Numbers(attributes.value(QLatin1String("points")).toString());
      QPolygonF points;
      for (std::size_t i = 0; i + 1 < numbers.size(); i += 2)
        points << QPointF(numbers[i], numbers[i + 1]);
      figure.lines.push_back(
          {style.stroke, style.opacity, style.width, style.dashes, style.transform.map(points)});
    } else if (name == QLatin1String("text")) {
      const QPointF at(attributes.value(QLatin1String("x")).toDouble(),
                       attributes.value(QLatin1String("y")).toDouble());
      const QString text = reader.readElementText();
      if (!text.trimmed().isEmpty()) figure.texts.push_back(TextOf(text, at, style));
      styles.pop_back();
    }
  }
  return figure;
}

std::vector<QRectF> AxesOf(const SvgFigure& figure) {
  std::vector<QRectF> axes;
  for (const SvgLine& upright : figure.lines) {
    if (!IsUpright(upright) || !IsSolidInk(upright) || upright.Bounds().height() < kShortestAxis)
      continue;
    for (const SvgLine& level : figure.lines) {
      if (!IsLevel(level) || !IsSolidInk(level) || level.Bounds().width() < kShortestAxis) continue;
      const QPointF corner = level.Bounds().topLeft() - upright.Bounds().bottomLeft();
      if (corner.manhattanLength() > 0.1) continue;
      axes.push_back(QRectF(upright.Bounds().topLeft(), level.Bounds().bottomRight()));
    }
  }
  return axes;
}

namespace {

// Paper has no tip that says the rest; "0…7" is whole.
void FindShortenedTexts(const SvgFigure& figure, QStringList& faults) {
  static const QRegularExpression shortened(QStringLiteral("…(\\s|$)"));
  for (const SvgText& text : figure.texts) {
    if (shortened.match(text.text).hasMatch()) {
      faults += QStringLiteral("\"%1\" is shortened").arg(text.text);
    }
  }
}

}  // namespace

QStringList FaultsOf(const SvgFigure& figure) {
  QStringList faults;
  FindShortenedTexts(figure, faults);
  const std::vector<QRectF> axes = AxesOf(figure);
  FindTextFaults(figure, faults);
  FindNamelessLines(figure, axes, faults);
  FindTickFaults(figure, axes, faults);
  return faults;
}

}  // namespace mhc
