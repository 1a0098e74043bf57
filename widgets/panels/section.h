// The heads of the sections in the side columns: 9 pt, letter-spaced capitals in quiet text.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include <QColor>
#include <QHeaderView>
#include <QLabel>

#include "widgets/look/look.h"

class QGridLayout;
class QScrollArea;
class QVBoxLayout;

namespace mhc {

constexpr int kPanelMargin = 12;
constexpr int kRowSpacing = 8;
constexpr int kFieldHeight = 24;
// An outline around a text reaches so far into the margin, and the text stays where the others are.
constexpr int kOutlineRoom = 6;

// One point smaller, for what is said quietly.
QFont SmallerFont(QFont font);
// The colour of a label's text.
void SetTextColor(QWidget& widget, const QColor& color);
// A label whose text has the colour of that role, in this look and the next.
QLabel* MakeLabel(const Look& look, Role role, QWidget* parent);
// Quiet, smaller and wrapped.
QLabel* MakeNote(const Look& look, QWidget* parent);
QLabel* MakeSectionLabel(const QString& text, const Look& look, QWidget* parent);
// The same at the top of a column, and at its right end the label that is returned: small digits.
QLabel* AddSectionHead(QVBoxLayout& column, const QString& text, const Look& look, QWidget* parent);
// One pixel between sections.
QWidget* MakeSectionLine(const Look& look, QWidget* parent);

// Makes `area` a column that scrolls up and down only, and returns the layout of its page.
QVBoxLayout* MakeScrollingColumn(QScrollArea& area);

// A row "name  field" below those that the form has; names of all forms are as wide. The name.
QLabel* AddFieldRow(QGridLayout& form, const QString& name, QWidget* field, const Look& look);

// A table's header as such a section label, with the columns' own names at the right.
class SectionHeader : public QHeaderView {
  Q_OBJECT

 public:
  // `title` stands over the columns that have no name.
  SectionHeader(const QString& title, const Look& look, QWidget* parent = nullptr);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString title_;
  const Look& look_;
};

}  // namespace mhc
