// ONLY WHAT DIFFERS: the settings in which the runs that are shown differ, each value with the
// lines of the runs that have it; and the constraints as they are now.
//
// Thread rule: the window's thread. Lifetime: borrows the context.
#pragma once

#include <QWidget>
#include <vector>

#include "widgets/document/view_context.h"

namespace mhc {

// A key in which runs differ.
struct Difference {
  struct Group {
    QString value;
    std::vector<int> colors;  // of the runs that have it, for Look::RunPen
    bool operator==(const Group&) const = default;
  };
  QString name;  // "learning rate"
  QString tip;
  std::vector<Group> groups;  // at least two
  bool operator==(const Difference&) const = default;
};

// Of the runs that are shown and read.
std::vector<Difference> DifferencesOf(const RunSelection& runs);

class DifferenceList : public QWidget {
  Q_OBJECT

 public:
  explicit DifferenceList(const ViewContext& context, QWidget* parent = nullptr);

  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool event(QEvent* event) override;

 private:
  // Where a value stands: beside the one before it where there is room, else below.
  struct Place {
    const Difference::Group* group;
    int left, top;         // of its lines, within the column of values
    int text_left, width;  // of its text
  };
  void Refresh();
  int NameWidth(int width) const;
  std::vector<Place> PlacesOf(const Difference& row, int width, int* height) const;
  int RowHeight(const Difference& row, int width) const;
  void PaintValues(QPainter& painter, const Difference& row, int top) const;
  QString Sentence() const;  // where no row is there

  const ViewContext context_;
  std::vector<Difference> rows_;
  std::size_t compared_ = 0;  // runs
};

}  // namespace mhc
