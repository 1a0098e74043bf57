// The whole stack as a picture: from the arrays of one snapshot, a size and a zoom to shapes with
// their places and colours. Free of ImGui and OpenGL, so that every painter draws the same picture
// and the pointer finds in it what was drawn.
//
// Lanes are streams, from left to right go the sites. State k is what the streams hold before site
// k (after the last one for k = L): a bar whose brightness is its RMS. Through a site go ribbons,
// from stream j to stream i as wide as |H_ij|, stacked at both ends: where a row or a column of
// H_res sums to 1 they fill the bar exactly.
//
// Thread rule: pure functions.
#pragma once

#include <QColor>
#include <QPainterPath>
#include <QPointF>
#include <QRectF>
#include <QString>
#include <optional>
#include <vector>

class QFontMetricsF;

namespace mhc {

class Look;

// One snapshot of L sites and n streams, row-major.
struct StackMaps {
  int sites = 0, streams = 0;
  std::vector<float> res;        // L,n,n: site, to, from
  std::vector<float> pre, post;  // L,n
  std::vector<float> rms;        // L+1,n

  double Res(int site, int to, int from) const;
  double Pre(int site, int stream) const;
  double Post(int site, int stream) const;
  double Rms(int state, int stream) const;
  bool Same(const StackMaps& other) const;  // to the bit, so that NaN equals itself
  bool HasNegative() const;
};

// The sites between the left and the right edge; site s lies from s to s + 1.
struct ScopeSpan {
  double first = 0.0, last = 1.0;
  double length() const { return last - first; }
};
// All of `sites`, with room for the outermost bars.
ScopeSpan WholeSpan(int sites);

// px, of the lanes' labels in a picture of that width; 0 where there is no room for words.
double ScopeLabelWidth(const QFontMetricsF& metrics, const StackMaps& maps, double width);

struct ScopeFrame {
  double width = 0.0, height = 0.0;  // px
  double top = 0.0;                  // px left free above
  double type = 12.0;                // px, height of a line of text
  double label_width = 60.0;         // px; 0: numbers only
  double line = 1.0;                 // px, width of a thin line
  ScopeSpan span;
  int site = -1;  // outlined; −1: none
};

// From the right end of stream `from`'s bar to the left end of stream `to`'s.
struct ScopeRibbon {
  int site, to, from;
  double weight;
  QPointF start, end;
  double width;
  QColor color;
  bool dashed;  // a negative weight, or one that is no number
};
struct ScopeBar {
  int state, stream;
  double rms;
  QRectF rect;
  QColor color;
};
// Filled: how much of the stream the site reads. A ring: how much it writes to the stream.
struct ScopeDot {
  int site, stream;
  double weight;
  bool writes;
  QPointF centre;
  double radius;
  QColor color;
  bool negative;  // has a minus in it
};
struct ScopeText {
  QString text;
  QPointF point;  // of the line's middle
  double align;   // 0: the point is at its left, 0.5 in its middle, 1 at its right
  QColor color;
};

// In the order in which it is drawn; ribbons, bars, dots and the outline are cut at `plot`.
struct ScopePicture {
  QRectF plot;
  double site_width = 0.0;  // px
  double line = 1.0;
  double type = 12.0;
  QColor surface, ink, accent;
  std::vector<ScopeRibbon> ribbons;
  std::vector<ScopeBar> bars;
  std::vector<ScopeDot> dots;
  std::optional<QRectF> outline;
  std::vector<ScopeText> texts;
  ScopeSpan span;
};

ScopePicture DrawScope(const StackMaps& maps, const ScopeFrame& frame, const Look& look);

// The curve that a ribbon follows: leaves and arrives horizontally.
struct ScopeCurve {
  QPointF p0, p1, p2, p3;
  QPointF At(double t) const;
  QPainterPath Path() const;
};
ScopeCurve CurveOf(const ScopeRibbon& ribbon);
// Of a dashed ribbon, px.
inline constexpr double kScopeDash = 4.0, kScopeGap = 3.0;

}  // namespace mhc
