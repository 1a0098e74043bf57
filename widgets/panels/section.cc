#include "widgets/panels/section.h"

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QPainter>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>

namespace mhc {
namespace {

// Never lower than its wrapped texts need at its width, which a layout does not ask by itself: the
// area scrolls before a row is squeezed.
class ColumnPage : public QWidget {
 public:
  using QWidget::QWidget;

 protected:
  bool event(QEvent* event) override {
    const bool handled = QWidget::event(event);
    const bool may_change =
        event->type() == QEvent::LayoutRequest || event->type() == QEvent::Resize;
    if (may_change && layout() != nullptr) {
      setMinimumHeight(std::max(0, layout()->totalMinimumHeightForWidth(width())));
    }
    return handled;
  }
};

}  // namespace

QFont SmallerFont(QFont font) {
  font.setPointSizeF(font.pointSizeF() - 1.0);
  return font;
}

void SetTextColor(QWidget& widget, const QColor& color) {
  // Of a widget that is disabled as well: its own group of colours is another.
  if (widget.palette().color(QPalette::Active, QPalette::WindowText) == color &&
      widget.palette().color(QPalette::Disabled, QPalette::WindowText) == color) {
    return;
  }
  QPalette palette = widget.palette();
  palette.setColor(QPalette::WindowText, color);
  palette.setColor(QPalette::Text, color);
  widget.setPalette(palette);
}

QLabel* MakeLabel(const Look& look, Role role, QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::PlainText);
  const auto color = [label, &look, role] { SetTextColor(*label, look.Color(role)); };
  QObject::connect(&look, &Look::changed, label, color);
  color();
  return label;
}

QLabel* MakeNote(const Look& look, QWidget* parent) {
  QLabel* note = MakeLabel(look, Role::kQuietText, parent);
  note->setFont(SmallerFont(note->font()));
  note->setWordWrap(true);
  return note;
}

QLabel* MakeSectionLabel(const QString& text, const Look& look, QWidget* parent) {
  QLabel* label = MakeLabel(look, Role::kQuietText, parent);
  label->setFont(look.LabelFont());
  label->setText(text);
  return label;
}

QLabel* AddSectionHead(QVBoxLayout& column, const QString& text, const Look& look,
                       QWidget* parent) {
  auto* head = new QHBoxLayout();
  column.addLayout(head);
  head->addWidget(MakeSectionLabel(text, look, parent), 1);
  QLabel* beside = MakeLabel(look, Role::kQuietText, parent);
  beside->setFont(SmallerFont(look.NumberFont()));
  head->addWidget(beside);
  return beside;
}

QWidget* MakeSectionLine(const Look& look, QWidget* parent) {
  auto* line = new QWidget(parent);
  line->setFixedHeight(1);
  line->setAutoFillBackground(true);
  line->setBackgroundRole(QPalette::Window);  // not that of the column
  const auto color = [line, &look] {
    QPalette palette = line->palette();
    palette.setColor(QPalette::Window, look.Color(Role::kBorder));
    line->setPalette(palette);
  };
  QObject::connect(&look, &Look::changed, line, color);
  color();
  return line;
}

QVBoxLayout* MakeScrollingColumn(QScrollArea& area) {
  area.setFrameShape(QFrame::NoFrame);
  area.setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  area.setWidgetResizable(true);
  area.setFocusPolicy(Qt::NoFocus);
  auto* page = new ColumnPage(&area);
  page->setAutoFillBackground(true);
  page->setBackgroundRole(QPalette::Base);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  area.setWidget(page);
  return column;
}

QLabel* AddFieldRow(QGridLayout& form, const QString& name, QWidget* field, const Look& look) {
  QLabel* label = MakeLabel(look, Role::kQuietText, form.parentWidget());
  label->setText(name);
  label->setToolTip(field->toolTip());
  label->setBuddy(field);
  constexpr int kIndent = 4;  // that a label adds to its text
  label->setMinimumWidth(label->fontMetrics().horizontalAdvance(QObject::tr("learning rate")) +
                         kIndent);
  field->setFixedHeight(kFieldHeight);
  const int row = form.rowCount();
  form.addWidget(label, row, 0);
  form.addWidget(field, row, 1);
  return label;
}

SectionHeader::SectionHeader(const QString& title, const Look& look, QWidget* parent)
    : QHeaderView(Qt::Horizontal, parent), title_(title), look_(look) {
  setSectionsClickable(false);
  setHighlightSections(false);
  setMinimumSectionSize(1);
  connect(&look, &Look::changed, viewport(), [this] { viewport()->update(); });
}

QSize SectionHeader::sizeHint() const {
  return {QHeaderView::sizeHint().width(),
          QFontMetrics(look_.LabelFont()).height() + kPanelMargin + kRowSpacing};
}

void SectionHeader::paintEvent(QPaintEvent*) {
  QPainter painter(viewport());
  painter.fillRect(viewport()->rect(), look_.Color(Role::kSurface));
  painter.setPen(look_.Color(Role::kQuietText));
  int right = viewport()->width() - kPanelMargin;
  for (int i = count() - 1; i >= 0; --i) {
    const QString name = model()->headerData(i, Qt::Horizontal).toString();
    if (isSectionHidden(i) || name.isEmpty()) continue;
    QRect column(sectionViewportPosition(i), kPanelMargin, sectionSize(i),
                 height() - kPanelMargin - kRowSpacing);
    column.setRight(std::min(column.right(), viewport()->width() - kPanelMargin - 1));
    QFont font = look_.LabelFont();
    font.setCapitalization(QFont::MixedCase);
    painter.setFont(font);
    painter.drawText(column, Qt::AlignRight | Qt::AlignVCenter, name);
    right = column.left();
  }
  painter.setFont(look_.LabelFont());
  const QRect title(kPanelMargin, kPanelMargin, right - kPanelMargin,
                    height() - kPanelMargin - kRowSpacing);
  painter.drawText(title, Qt::AlignLeft | Qt::AlignVCenter, title_);
}

}  // namespace mhc
