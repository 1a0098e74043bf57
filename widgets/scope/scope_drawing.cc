#include "widgets/scope/scope_drawing.h"

#include <QFontMetricsF>
#include <QObject>
#include <algorithm>
#include <cmath>
#include <cstring>

#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr double kBarHalf = 0.18;         // of a site's width, on both sides of a state
constexpr double kPadding = 0.22;         // sites beyond the outermost states
constexpr double kSmallestShare = 0.005;  // of the largest weight; below it nothing is drawn
constexpr std::ptrdiff_t kMostRibbons = 1500;
constexpr double kCrowded = 8.0;          // px a site: below it only the strongest ribbon is drawn
constexpr double kRoomForDots = 12.0;     // px a site
constexpr double kRoomForAllDots = 20.0;  // px a site: below it only a site's large dots are drawn
constexpr double kWidest = 15.0;          // px, of the weight 1
constexpr double kLabelled = 6.6;       // lines of text a site: above it the numbers say what it is
constexpr double kLongestRadius = 5.5;  // px

double Largest(const std::vector<float>& values, double at_least) {
  double largest = at_least;
  for (const float value : values) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(static_cast<double>(value)));
  }
  return largest;
}

// Weights that are no numbers take no room.
double Size(double weight) { return std::isfinite(weight) ? std::abs(weight) : 0.0; }

// The largest sum of |H| over a row or a column, at least 1: what must fit into a lane.
double LargestSum(const StackMaps& maps) {
  double largest = 1.0;
  for (int site = 0; site < maps.sites; ++site) {
    for (int i = 0; i < maps.streams; ++i) {
      double row = 0.0, column = 0.0;
      for (int j = 0; j < maps.streams; ++j) {
        row += Size(maps.Res(site, i, j));
        column += Size(maps.Res(site, j, i));
      }
      largest = std::max({largest, row, column});
    }
  }
  return largest;
}

QColor Mixed(const QColor& a, const QColor& b, double share) {
  const auto mix = [share](float x, float y) { return x + (y - x) * static_cast<float>(share); };
  return QColor::fromRgbF(mix(a.redF(), b.redF()), mix(a.greenF(), b.greenF()),
                          mix(a.blueF(), b.blueF()));
}

QColor WithAlpha(QColor color, double alpha) {
  color.setAlphaF(static_cast<float>(std::clamp(alpha, 0.0, 1.0)));
  return color;
}

// Sites between two numbers below, so that they do not touch.
int LabelStride(double site_width, double room) {
  for (const int stride : {1, 2, 4, 10, 20, 40, 100, 200, 400, 1000}) {
    if (stride * site_width >= room) return stride;
  }
  return 2000;
}

class Drawing {
 public:
  Drawing(const StackMaps& maps, const ScopeFrame& frame, const Look& look)
      : maps_(maps), frame_(frame), look_(look), largest_(Largest(maps.res, 0.0)) {
    const double left = frame.label_width > 0.0 ? frame.label_width + 16.0 : 22.0;
    const double top = frame.top + 8.0, below = frame.type + 6.0;
    picture_.plot = QRectF(left, top, std::max(1.0, frame.width - left - 8.0),
                           std::max(1.0, frame.height - top - below));
    picture_.site_width = site_width_ = picture_.plot.width() / frame.span.length();
    picture_.line = frame.line;
    picture_.type = frame.type;
    picture_.span = frame.span;
    picture_.surface = look.Color(Role::kSurface);
    picture_.ink = look.Color(Role::kText);
    picture_.accent = look.Color(Role::kAccent);
    lane_ = picture_.plot.height() / std::max(1, maps.streams);
    unit_ = std::min({kWidest, 0.62 * lane_ / LargestSum(maps), 0.5 * site_width_});
    dot_ = std::min({kLongestRadius, 0.2 * lane_, 0.16 * site_width_});
    first_ = std::clamp(static_cast<int>(std::floor(frame.span.first)), 0, maps.sites);
    last_ = std::clamp(static_cast<int>(std::ceil(frame.span.last)), 0, maps.sites);
  }

  ScopePicture Finish() {
    for (int site = first_; site < last_; ++site) AddRibbons(site);
    OrderRibbons();
    AddBars();
    if (site_width_ >= kRoomForDots) AddDots();
    AddOutline();
    AddTexts();
    return std::move(picture_);
  }

 private:
  double X(double site) const {
    return picture_.plot.left() + (site - frame_.span.first) * site_width_;
  }
  double Y(int stream) const { return picture_.plot.top() + (stream + 0.5) * lane_; }
  QColor StreamColor(int stream) const {
    return look_.RunPen(stream % Look::RunColorCount()).color();
  }

  void AddRibbons(int site) {
    const int n = maps_.streams;
    std::vector<double> leaves(static_cast<std::size_t>(n)), arrives(leaves);  // next free y
    for (int i = 0; i < n; ++i) {
      double row = 0.0, column = 0.0;
      for (int j = 0; j < n; ++j) {
        row += Size(maps_.Res(site, i, j));
        column += Size(maps_.Res(site, j, i));
      }
      arrives[static_cast<std::size_t>(i)] = Y(i) - row * unit_ / 2;
      leaves[static_cast<std::size_t>(i)] = Y(i) - column * unit_ / 2;
    }
    for (int to = 0; to < n; ++to) {
      const int strongest = Strongest(site, to);
      for (int from = 0; from < n; ++from) {
        const double weight = maps_.Res(site, to, from);
        const double width = Size(weight) * unit_;
        double& leave = leaves[static_cast<std::size_t>(from)];
        double& arrive = arrives[static_cast<std::size_t>(to)];
        if (site_width_ >= kCrowded || from == strongest) {
          AddRibbon(site, to, from, leave + width / 2, arrive + width / 2);
        }
        leave += width;
        arrive += width;
      }
    }
  }

  // One that is no number counts as the strongest: it must be seen.
  int Strongest(int site, int to) const {
    int strongest = 0;
    for (int from = 0; from < maps_.streams; ++from) {
      if (!std::isfinite(maps_.Res(site, to, from))) return from;
      if (Size(maps_.Res(site, to, from)) > Size(maps_.Res(site, to, strongest))) strongest = from;
    }
    return strongest;
  }

  void AddRibbon(int site, int to, int from, double leave, double arrive) {
    const double weight = maps_.Res(site, to, from);
    const bool is_number = std::isfinite(weight);
    if (is_number && std::abs(weight) <= kSmallestShare * largest_) return;
    const double width = Size(weight) * unit_;
    // A line thinner than the thinnest one that can be seen is paler instead.
    const double faint = std::clamp(width / frame_.line, 0.25, 1.0);
    const QColor color = is_number ? WithAlpha(StreamColor(from), (to == from ? 0.2 : 0.8) * faint)
                                   : look_.Color(Role::kBad);
    picture_.ribbons.push_back({site, to, from, weight, QPointF(X(site + kBarHalf), leave),
                                QPointF(X(site + 1 - kBarHalf), arrive),
                                std::max(width, frame_.line), color, !is_number || weight < 0.0});
  }

  // The strongest below, so that no thin one is hidden; those that are no numbers above all. Of
  // more than can be told apart the weakest are left out.
  void OrderRibbons() {
    const auto rank = [](const ScopeRibbon& ribbon) {
      return std::isfinite(ribbon.weight) ? -std::abs(ribbon.weight) : 1.0;
    };
    std::vector<ScopeRibbon>& ribbons = picture_.ribbons;
    std::stable_sort(ribbons.begin(), ribbons.end(),
                     [&](const ScopeRibbon& a, const ScopeRibbon& b) { return rank(a) < rank(b); });
    const auto lost = std::find_if(ribbons.begin(), ribbons.end(),
                                   [](const ScopeRibbon& r) { return !std::isfinite(r.weight); });
    if (lost - ribbons.begin() > kMostRibbons) ribbons.erase(ribbons.begin() + kMostRibbons, lost);
  }

  void AddBars() {
    const double largest = Largest(maps_.rms, 0.0);
    // Crowded, a lane is one band; with room, the bars stand apart from the ribbons.
    const double half = site_width_ < kCrowded ? 0.5 : kBarHalf - std::min(0.03, 1.5 / site_width_);
    const double height = std::max(unit_ + 4.0, std::min(6.0, 0.5 * lane_));
    const int last = std::min(last_ + 1, maps_.sites);
    for (int state = std::max(0, first_ - 1); state <= last; ++state) {
      for (int stream = 0; stream < maps_.streams; ++stream) {
        const double rms = maps_.Rms(state, stream);
        const double share = largest > 0.0 ? rms / largest : 0.0;
        const QColor color = std::isfinite(rms)
                                 ? Mixed(picture_.surface, StreamColor(stream), 0.3 + 0.7 * share)
                                 : look_.Color(Role::kBad);
        const double left = X(state - half);
        // Crowded, the next bar covers the end of this one: no seams.
        const double right = X(state + half) + (site_width_ < kCrowded ? 1.0 : 0.0);
        const QRectF rect(left, Y(stream) - height / 2, right - left, height);
        picture_.bars.push_back({state, stream, rms, rect, color});
      }
    }
  }

  void AddDots() {
    const double largest = Largest(maps_.post, Largest(maps_.pre, 1.0));
    const auto add = [&](int site, int stream, double weight, bool writes, double least) {
      if (std::isfinite(weight) && std::abs(weight) <= least) return;
      // The area tells the weight.
      const double radius =
          std::isfinite(weight) ? dot_ * std::sqrt(std::abs(weight) / largest) : dot_;
      const double x = writes ? X(site + 1 - kBarHalf) - dot_ : X(site + kBarHalf) + dot_;
      picture_.dots.push_back(
          {site, stream, weight, writes, QPointF(x, Y(stream)), std::max(radius, 0.7),
           std::isfinite(weight) ? picture_.ink : look_.Color(Role::kBad), weight < 0.0});
    };
    const bool all = site_width_ >= kRoomForAllDots;
    for (int site = first_; site < last_; ++site) {
      double read = 0.0, write = 0.0;
      for (int stream = 0; stream < maps_.streams; ++stream) {
        read = std::max(read, Size(maps_.Pre(site, stream)));
        write = std::max(write, Size(maps_.Post(site, stream)));
      }
      const double smallest = kSmallestShare * largest;
      for (int stream = 0; stream < maps_.streams; ++stream) {
        add(site, stream, maps_.Pre(site, stream), false, all ? smallest : read / 2);
        add(site, stream, maps_.Post(site, stream), true, all ? smallest : write / 2);
      }
    }
  }

  void AddOutline() {
    if (frame_.site < 0 || frame_.site >= maps_.sites) return;
    // The ribbons of the site and half of the bars before and after it.
    const QRectF box(QPointF(X(frame_.site), picture_.plot.top() - 3.0),
                     QPointF(X(frame_.site + 1), picture_.plot.bottom() + 1.0));
    picture_.outline = box;
  }

  void AddTexts() {
    const QColor quiet = look_.Color(Role::kQuietText);
    const double label_x = picture_.plot.left() - 8.0;
    const double below = picture_.plot.bottom() + 4.0 + frame_.type / 2;
    const bool words = frame_.label_width > 0.0;
    const int every = std::max(1, static_cast<int>(std::ceil(frame_.type / lane_)));
    for (int stream = 0; stream < maps_.streams; stream += every) {
      const QString text = words ? QObject::tr("stream %1").arg(stream) : QString::number(stream);
      picture_.texts.push_back({text, QPointF(label_x, Y(stream)), 1.0, quiet});
    }
    if (words) picture_.texts.push_back({QObject::tr("site"), QPointF(label_x, below), 1.0, quiet});
    const double room = 2.2 * frame_.type;
    const int stride = LabelStride(site_width_, room);
    for (int site = first_; site < last_; ++site) {
      const bool is_chosen = site == frame_.site;
      const bool gives_way =
          !is_chosen && picture_.outline && std::abs(site - frame_.site) * site_width_ < room;
      if ((site % stride != 0 && !is_chosen) || gives_way) continue;
      // In the middle of what is seen of the site.
      const double left = std::max(X(site), picture_.plot.left());
      const double right = std::min(X(site + 1), picture_.plot.right());
      if (right - left < std::min(1.2 * frame_.type, 0.9 * site_width_)) continue;
      picture_.texts.push_back({SiteLabel(site, right - left), QPointF((left + right) / 2, below),
                                0.5, is_chosen ? picture_.accent : quiet});
    }
  }

  QString SiteLabel(int site, double room) const {
    if (room < kLabelled * frame_.type) return QString::number(site);
    return (site % 2 == 0 ? QObject::tr("%1 attention") : QObject::tr("%1 MLP")).arg(site);
  }

  const StackMaps& maps_;
  const ScopeFrame& frame_;
  const Look& look_;
  const double largest_;
  ScopePicture picture_;
  double site_width_ = 1.0, lane_ = 1.0;
  double unit_ = 1.0;  // px, of the weight 1
  double dot_ = 1.0;   // px, radius of the largest dot
  int first_ = 0, last_ = 0;
};

bool SameBits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

std::size_t PlaceOf(int row, int width, int column) {
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(width) +
         static_cast<std::size_t>(column);
}

}  // namespace

double StackMaps::Res(int site, int to, int from) const {
  return res[PlaceOf(site * streams + to, streams, from)];
}

double StackMaps::Pre(int site, int stream) const { return pre[PlaceOf(site, streams, stream)]; }

double StackMaps::Post(int site, int stream) const { return post[PlaceOf(site, streams, stream)]; }

double StackMaps::Rms(int state, int stream) const { return rms[PlaceOf(state, streams, stream)]; }

bool StackMaps::Same(const StackMaps& other) const {
  return sites == other.sites && streams == other.streams && SameBits(res, other.res) &&
         SameBits(pre, other.pre) && SameBits(post, other.post) && SameBits(rms, other.rms);
}

bool StackMaps::HasNegative() const {
  const double share = kSmallestShare * Largest(res, 0.0);
  return std::any_of(res.begin(), res.end(), [share](float weight) { return weight < -share; });
}

ScopeSpan WholeSpan(int sites) { return {-kPadding, sites + kPadding}; }

double ScopeLabelWidth(const QFontMetricsF& metrics, const StackMaps& maps, double width) {
  const double words = std::max(
      metrics.horizontalAdvance(QObject::tr("stream %1").arg(std::max(0, maps.streams - 1))),
      metrics.horizontalAdvance(QObject::tr("site")));
  return words < 0.2 * width ? words : 0.0;
}

ScopePicture DrawScope(const StackMaps& maps, const ScopeFrame& frame, const Look& look) {
  return Drawing(maps, frame, look).Finish();
}

QPointF ScopeCurve::At(double t) const {
  const double u = 1.0 - t;
  return u * u * u * p0 + 3 * u * u * t * p1 + 3 * u * t * t * p2 + t * t * t * p3;
}

QPainterPath ScopeCurve::Path() const {
  QPainterPath path(p0);
  path.cubicTo(p1, p2, p3);
  return path;
}

ScopeCurve CurveOf(const ScopeRibbon& ribbon) {
  const double middle = (ribbon.start.x() + ribbon.end.x()) / 2;
  return {ribbon.start, QPointF(middle, ribbon.start.y()), QPointF(middle, ribbon.end.y()),
          ribbon.end};
}

}  // namespace mhc
