// The small signs of the lab, drawn so that they are the same everywhere, in every size and colour.
//
// Thread rule: the window's thread.
#pragma once

#include <QColor>
#include <QIcon>
#include <QPointF>
#include <QRectF>

class QPainter;

namespace mhc {

class Look;

// An alert: a filled triangle with its point up, around `centre`.
void DrawTriangle(QPainter& painter, const QPointF& centre, double size, const QColor& color);
// A checkpoint: a diamond filled with `inside`.
void DrawDiamond(QPainter& painter, const QPointF& centre, double size, const QColor& line,
                 const QColor& inside);
// An applied change, and a refused one.
void DrawTick(QPainter& painter, const QRectF& square, const QColor& color);
void DrawCross(QPainter& painter, const QRectF& square, const QColor& color);
// A run that is shown in the plots: an open eye; a hidden one: a closed lid.
void DrawEye(QPainter& painter, const QRectF& square, const QColor& color, bool open);
// A run that branched off another.
void DrawBranch(QPainter& painter, const QRectF& square, const QColor& color);

enum class Sign {
  kBack,
  kPlay,
  kHalt,
  kForward,
  kStop,
  kNew,
  kOpen,
  kCheckpoint,
  kExport,
  kSearch
};
// In the look's text colour, quiet where the button is disabled.
QIcon SignIcon(Sign sign, const Look& look);
// A dot: full in the accent while a checkable button is on, else a quiet ring.
QIcon FollowIcon(const Look& look);

}  // namespace mhc
