#include "widgets/curves/run_curve.h"

#include <QVector>
#include <cmath>
#include <limits>

namespace mhc {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();
constexpr double kRing = 5.0;         // of a point
constexpr double kHalo = 2.0;         // around points and their line
constexpr double kCross = 6.0;        // of a skipped step
constexpr double kCrossRise = 6.0;    // of its middle above the axis
constexpr double kGhostShare = 0.35;  // of the run's colour in its ghost
constexpr int kBandOpacity = 45;
constexpr auto kGhostLayer = "ghosts";
// Fewer points than this share of the pixels can be drawn soft and wide at no cost.
constexpr double kSparse = 0.7;
constexpr int kColumnsForExtent = 1024;

using Points = QVector<QCPGraphData>;

// What a stretch of steps looks like: in, down, up, out. A line to what a logarithmic axis cannot
// show ends where it still can.
void AppendStretch(const Bucket& bucket, bool logarithmic, Points& points) {
  const double x = 0.5 * static_cast<double>(bucket.first + bucket.last);
  if (bucket.first == bucket.last) {
    points.append({x, logarithmic && bucket.entry <= 0.0 ? kNoValue : bucket.entry});
    return;
  }
  const bool whole = !logarithmic || bucket.extent.minimum > 0.0;
  if (whole || bucket.entry > 0.0) points.append({x, bucket.entry});
  if (whole) points.append({x, bucket.extent.minimum});
  if (whole || bucket.extent.maximum > 0.0) points.append({x, bucket.extent.maximum});
  const bool broken = bucket.extent.finite < bucket.last - bucket.first + 1;
  if (!whole || broken) points.append({x, kNoValue});
  if (whole || bucket.exit > 0.0) points.append({x, bucket.exit});
}

struct Stretches {
  Points line;
  Points holes;  // where a value is not finite; their value is not set
};

enum class Stroke { kEnvelope, kEnds };

Stretches Draw(const Series& series, std::int64_t first, std::int64_t last, int columns,
               bool logarithmic, Stroke stroke) {
  Stretches drawn;
  last = std::min(last, series.last_step());
  first = std::max<std::int64_t>(first, 1);
  std::int64_t next = first;
  const auto leave_out = [&](std::int64_t until) {
    if (next > until) return;
    drawn.holes.append({static_cast<double>(next), kNoValue});
    if (!drawn.line.isEmpty()) drawn.line.append({static_cast<double>(next), kNoValue});
  };
  const std::vector<Bucket> buckets = series.Envelope(first, last, columns);
  drawn.line.reserve(4 * static_cast<qsizetype>(buckets.size()));
  for (const Bucket& bucket : buckets) {
    leave_out(bucket.first - 1);
    const double middle = 0.5 * static_cast<double>(bucket.first + bucket.last);
    if (stroke == Stroke::kEnvelope) {
      AppendStretch(bucket, logarithmic, drawn.line);
    } else {
      drawn.line.append({middle, logarithmic && bucket.exit <= 0.0 ? kNoValue : bucket.exit});
    }
    if (bucket.extent.finite < bucket.last - bucket.first + 1) {
      drawn.holes.append({middle, kNoValue});
    }
    next = bucket.last + 1;
  }
  leave_out(last);
  return drawn;
}

// Where each stretch has a step of value 1.
void AppendMarked(const Series& series, std::int64_t first, std::int64_t last, int columns,
                  Points& points) {
  for (const Bucket& bucket : series.Envelope(first, last, columns)) {
    if (bucket.extent.maximum < 1.0) continue;
    points.append({0.5 * static_cast<double>(bucket.first + bucket.last), kNoValue});
  }
}

// Of what is measured now and then, each stretch from its least to its most.
Stretches DrawSparse(const Series& series, std::int64_t first, std::int64_t last, int columns,
                     bool logarithmic) {
  Stretches drawn;
  for (const Bucket& bucket : series.Envelope(first, last, columns)) {
    const double x = 0.5 * static_cast<double>(bucket.first + bucket.last);
    for (const double value :
         {bucket.entry, bucket.extent.minimum, bucket.extent.maximum, bucket.exit}) {
      if (!logarithmic || value > 0.0) drawn.line.append({x, value});
    }
  }
  return drawn;
}

Points Measured(const Series& series, std::int64_t first, std::int64_t last, int columns,
                bool logarithmic) {
  Points points;
  for (const Bucket& bucket : series.Envelope(first, last, columns)) {
    const double x = 0.5 * static_cast<double>(bucket.first + bucket.last);
    if (!logarithmic || bucket.exit > 0.0) points.append({x, bucket.exit});
  }
  return points;
}

// The lowest or the highest of each stretch. A band that reaches to zero ends at `floor`, where a
// logarithmic axis does.
Points Edge(const Series* series, std::int64_t first, std::int64_t last, int columns, double floor,
            bool is_low) {
  Points points;
  if (series == nullptr) return points;
  for (const Bucket& bucket : series->Envelope(std::max<std::int64_t>(first, 1), last, columns)) {
    const double x = 0.5 * static_cast<double>(bucket.first + bucket.last);
    if (bucket.extent.finite == 0) {
      points.append({x, kNoValue});
      continue;
    }
    double value = is_low ? bucket.extent.minimum : bucket.extent.maximum;
    if (value < floor) value = floor;
    points.append({x, value});
  }
  return points;
}

QColor Between(const QColor& from, const QColor& to, double share) {
  const auto mix = [share](double a, double b) { return a + (b - a) * share; };
  return QColor::fromRgbF(static_cast<float>(mix(from.redF(), to.redF())),
                          static_cast<float>(mix(from.greenF(), to.greenF())),
                          static_cast<float>(mix(from.blueF(), to.blueF())));
}

bool IsLogarithmic(const QCPGraph& graph) {
  return graph.valueAxis()->scaleType() == QCPAxis::stLogarithmic;
}

}  // namespace

RunCurve::RunCurve(QCustomPlot& plot)
    : low_(MakeGraph(plot)),
      high_(MakeGraph(plot)),
      ghost_(MakeGraph(plot)),
      line_(MakeGraph(plot)),
      halo_(MakeGraph(plot)),
      points_(MakeGraph(plot)),
      crosses_(MakeGraph(plot)) {
  crosses_.setLineStyle(QCPGraph::lsNone);
  // Below the lines of all runs.
  if (plot.layer(kGhostLayer) == nullptr) {
    plot.addLayer(kGhostLayer, plot.layer(QStringLiteral("main")), QCustomPlot::limBelow);
  }
  for (QCPGraph* graph : {&low_, &high_, &ghost_}) graph->setLayer(kGhostLayer);
  for (QCPGraph* edge : {&low_, &high_}) edge->setPen(Qt::NoPen);
  high_.setChannelFillGraph(&low_);
}

QCPGraph& RunCurve::MakeGraph(QCustomPlot& plot) {
  QCPGraph& graph = *plot.addGraph();
  graph.setSelectable(QCP::stNone);
  graph.setAdaptiveSampling(false);  // an envelope has no more points than pixels
  graph.setAntialiased(false);
  return graph;
}

void RunCurve::SetPen(const QPen& pen, const QColor& surface, const QColor& bad) {
  pen_ = pen;
  QPen ghost = pen;
  ghost.setColor(Between(surface, pen.color(), kGhostShare));
  ghost_.setPen(ghost);
  line_.setPen(pen);
  QColor faint = pen.color();
  faint.setAlpha(kBandOpacity);
  high_.setBrush(faint);
  const LineSample sample = PointSample(pen);
  const QPen& thin = sample.pen;
  points_.setPen(thin);
  points_.setAntialiased(true);
  halo_.setPen(QPen(surface, thin.widthF() + kHalo));
  halo_.setAntialiased(true);
  halo_.setAntialiasedScatters(true);
  halo_.setScatterStyle({QCPScatterStyle::ssCircle, QPen(surface, kHalo), surface, kRing + 1.0});
  points_.setScatterStyle(sample.dot.Style(thin, surface));
  points_.setAntialiasedScatters(true);
  crosses_.setScatterStyle({QCPScatterStyle::ssCross, QPen(bad, 1.0), Qt::NoBrush, kCross});
  crosses_.setAntialiasedScatters(true);
}

LineSample RunCurve::PointSample(const QPen& pen) {
  LineSample sample{pen, {LineDot::Shape::kCircle, kRing, /*is_open=*/true}, false};
  sample.pen.setWidthF(1.0);
  return sample;
}

void RunCurve::Fill(const CurveSource& source, const QCPRange& range, int stretches_per_pixel) {
  const int pixels = std::max(1, line_.keyAxis()->axisRect()->width());
  const int columns = pixels * stretches_per_pixel;
  const bool logarithmic = IsLogarithmic(line_);
  const auto first = static_cast<std::int64_t>(std::floor(std::max(range.lower, 0.0)));
  const auto last = static_cast<std::int64_t>(std::ceil(std::max(range.upper, 0.0)));
  const auto draw = [&](const Series& series, Stroke stroke) {
    return source.is_sparse ? DrawSparse(series, first, last, columns, logarithmic)
                            : Draw(series, first, last, columns, logarithmic, stroke);
  };
  Stretches drawn = draw(*source.values, Stroke::kEnvelope);
  Points crosses = drawn.holes;
  AppendMarked(*source.skipped, first, last, columns, crosses);
  const QCPAxis& y = *line_.valueAxis();
  const double low = y.pixelToCoord(y.axisRect()->bottom() - kCrossRise);
  for (QCPGraphData& cross : crosses) cross.value = low;
  crosses_.data()->set(crosses);
  if (source.mean != nullptr) {
    ghost_.data()->set(drawn.line, true);
    drawn = draw(*source.mean, Stroke::kEnds);
  } else {
    ghost_.data()->clear();
  }
  const bool sparse = drawn.line.size() < kSparse * pixels || source.mean != nullptr;
  line_.setAntialiased(sparse);
  QPen pen = pen_;
  pen.setWidthF(sparse ? 1.5 * pen_.widthF() : pen_.widthF());
  line_.setPen(pen);
  line_.data()->set(drawn.line, true);
  const double floor =
      logarithmic ? line_.valueAxis()->range().lower : -std::numeric_limits<double>::infinity();
  low_.data()->set(Edge(source.low, first, last, columns, floor, true), true);
  high_.data()->set(Edge(source.high, first, last, columns, floor, false), true);
  if (source.points != nullptr) {
    const Points points = Measured(*source.points, first, last, columns, logarithmic);
    halo_.data()->set(points, true);
    points_.data()->set(points, true);
  } else {
    halo_.data()->clear();
    points_.data()->clear();
  }
}

void RunCurve::Clear() {
  for (QCPGraph* graph : {&low_, &high_, &ghost_, &line_, &halo_, &points_, &crosses_}) {
    graph->data()->clear();
  }
}

Extent ExtentOnAxis(const Series& series, std::int64_t first, std::int64_t last, bool logarithmic) {
  Extent extent = series.Over(first, last);
  if (!logarithmic || extent.finite == 0 || extent.minimum > 0.0) return extent;
  extent = {};
  for (const Bucket& bucket : series.Envelope(first, last, kColumnsForExtent)) {
    for (const double value :
         {bucket.extent.minimum, bucket.extent.maximum, bucket.entry, bucket.exit}) {
      if (value > 0.0) extent.Add(value);
    }
  }
  return extent;
}

}  // namespace mhc
