#include "widgets/look/field_style.h"

#include <QPainter>
#include <QPolygonF>
#include <QStyleFactory>
#include <QStyleOption>

namespace mhc {
namespace {

constexpr double kCorner = 4.0;
constexpr double kArrow = 3.5;  // half its width
// Beside Fusion's own, so that texts of all fields begin below each other.
constexpr int kLineIndent = 5, kSpinIndent = 2, kChoiceIndent = 3;

void DrawFrame(QPainter& painter, const QStyleOption& option) {
  const bool enabled = option.state.testFlag(QStyle::State_Enabled);
  const bool focus = enabled && option.state.testFlag(QStyle::State_HasFocus);
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(option.palette.color(focus ? QPalette::Highlight : QPalette::Mid));
  painter.setBrush(option.palette.color(enabled ? QPalette::Base : QPalette::Window));
  painter.drawRoundedRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5), kCorner, kCorner);
  painter.restore();
}

// A chevron in the middle of `rect`, its point down or up.
void DrawArrow(QPainter& painter, const QRect& rect, bool down, bool strong,
               const QPalette& palette) {
  const QPointF middle = QRectF(rect).center();
  const double point = down ? kArrow / 2.0 : -kArrow / 2.0;
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  const QColor color = palette.color(strong ? QPalette::PlaceholderText : QPalette::Mid);
  painter.setPen(QPen(color, 1.4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.drawPolyline(QPolygonF({middle + QPointF(-kArrow, -point), middle + QPointF(0.0, point),
                                  middle + QPointF(kArrow, -point)}));
  painter.restore();
}

void DrawTick(QPainter& painter, const QStyleOption& option) {
  const QRectF box(option.rect);
  const auto at = [&](double x, double y) {
    return QPointF(box.left() + x * box.width(), box.top() + y * box.height());
  };
  const bool enabled = option.state.testFlag(QStyle::State_Enabled);
  const QColor color = option.palette.color(enabled ? QPalette::Highlight : QPalette::Mid);
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(color, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.drawPolyline(QPolygonF({at(0.25, 0.52), at(0.43, 0.7), at(0.76, 0.3)}));
  painter.restore();
}

}  // namespace

FieldStyle::FieldStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

// Buttons of dialogs have words, and no pictures of the desktop's.
int FieldStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                          QStyleHintReturn* returned) const {
  if (hint == SH_DialogButtonBox_ButtonsHaveIcons) return 0;
  return QProxyStyle::styleHint(hint, option, widget, returned);
}

void FieldStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option,
                               QPainter* painter, const QWidget* widget) const {
  if (element == PE_PanelLineEdit) {
    const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
    // A spin box draws the frame around its line.
    if (frame != nullptr && frame->lineWidth > 0) DrawFrame(*painter, *option);
    return;
  }
  // The delegates say which row is meant, in tints that their text is readable on.
  if (element == PE_PanelItemViewRow) return;
  if (element == PE_IndicatorCheckBox) {
    DrawFrame(*painter, *option);
    if (option->state.testFlag(State_On)) DrawTick(*painter, *option);
    return;
  }
  QProxyStyle::drawPrimitive(element, option, painter, widget);
}

void FieldStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                                    QPainter* painter, const QWidget* widget) const {
  const bool enabled = option->state.testFlag(State_Enabled);
  if (const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option)) {
    DrawFrame(*painter, *option);
    if (spin->buttonSymbols == QAbstractSpinBox::NoButtons) return;
    const auto arrow = [&](SubControl part, QAbstractSpinBox::StepEnabledFlag step) {
      DrawArrow(*painter, subControlRect(CC_SpinBox, option, part, widget), part == SC_SpinBoxDown,
                enabled && spin->stepEnabled.testFlag(step), option->palette);
    };
    arrow(SC_SpinBoxUp, QAbstractSpinBox::StepUpEnabled);
    arrow(SC_SpinBoxDown, QAbstractSpinBox::StepDownEnabled);
    return;
  }
  if (control == CC_ComboBox) {
    DrawFrame(*painter, *option);
    DrawArrow(*painter, subControlRect(CC_ComboBox, option, SC_ComboBoxArrow, widget), true,
              enabled, option->palette);
    return;
  }
  QProxyStyle::drawComplexControl(control, option, painter, widget);
}

// The text of a choice that is wider than its field ends in "…".
void FieldStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                             const QWidget* widget) const {
  const auto* combo = qstyleoption_cast<const QStyleOptionComboBox*>(option);
  if (element != CE_ComboBoxLabel || combo == nullptr || combo->editable) {
    QProxyStyle::drawControl(element, option, painter, widget);
    return;
  }
  QStyleOptionComboBox fitted = *combo;
  const QRect room = subControlRect(CC_ComboBox, combo, SC_ComboBoxEditField, widget);
  fitted.currentText =
      combo->fontMetrics.elidedText(combo->currentText, Qt::ElideRight, room.width());
  QProxyStyle::drawControl(element, &fitted, painter, widget);
}

QRect FieldStyle::subElementRect(SubElement element, const QStyleOption* option,
                                 const QWidget* widget) const {
  const QRect rect = QProxyStyle::subElementRect(element, option, widget);
  if (element != SE_LineEditContents) return rect;
  const bool in_spin_box =
      widget != nullptr && qobject_cast<const QAbstractSpinBox*>(widget->parentWidget()) != nullptr;
  const int indent = in_spin_box ? kSpinIndent : kLineIndent;
  return rect.adjusted(indent, 0, -kSpinIndent, 0);
}

QRect FieldStyle::subControlRect(ComplexControl control, const QStyleOptionComplex* option,
                                 SubControl part, const QWidget* widget) const {
  const QRect rect = QProxyStyle::subControlRect(control, option, part, widget);
  const bool is_text = control == CC_ComboBox && part == SC_ComboBoxEditField;
  return is_text ? rect.adjusted(kChoiceIndent, 0, 0, 0) : rect;
}

}  // namespace mhc
