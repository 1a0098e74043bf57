// Fusion with the lab's fields: line edits, choices, spin and check boxes with a quiet rounded
// frame; their arrows are drawn here, which a style sheet could take from picture files only.
//
// Thread rule: the window's thread. Colours are those of the application's palette.
#pragma once

#include <QProxyStyle>

namespace mhc {

class FieldStyle : public QProxyStyle {
  Q_OBJECT

 public:
  FieldStyle();

  int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                QStyleHintReturn* returned) const override;
  void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override;
  void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                   const QWidget* widget) const override;
  void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                          QPainter* painter, const QWidget* widget) const override;
  QRect subElementRect(SubElement element, const QStyleOption* option,
                       const QWidget* widget) const override;
  QRect subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl part,
                       const QWidget* widget) const override;
};

}  // namespace mhc
