// The legend of a figure for a paper: what every line and mark is, in columns, outside the axes.
//
// Thread rule: the window's thread. Lengths are in points.
#pragma once

#include <QPointF>
#include <QStringList>
#include <vector>

#include "widgets/frame/paper_panel.h"

class QPainter;

namespace mhc {

class Look;

class PaperLegend {
 public:
  // In as many columns as `width` has room for; a name that is wider is broken into lines.
  PaperLegend(const std::vector<PaperKey>& keys, double width);

  double height() const { return height_; }  // 0 without keys
  // In the middle of its width, which begins at `top_left`.
  void Draw(QPainter& painter, const Look& look, const QPointF& top_left) const;

 private:
  struct Entry {
    PaperKey key;
    QStringList lines;
    QPointF place;  // its upper left corner
  };
  bool LayOut(std::size_t columns);

  double width_, height_ = 0.0, used_ = 0.0;
  std::vector<Entry> entries_;
};

// The lines of the panels by their whole names, each once; then their marks, what happened, and
// the ideal. `is_brief`: the runs, then what the kinds of their lines look like.
std::vector<PaperKey> KeysOf(const std::vector<const PaperPanel*>& panels, const Look& look,
                             bool is_brief);

}  // namespace mhc
