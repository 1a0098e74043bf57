// The one table of colours, light and dark, with the type sizes and pens that every view uses.
// Nothing else names a colour.
//
// Thread rule: the window's thread.
#pragma once

#include <QColor>
#include <QFont>
#include <QObject>
#include <QPen>
#include <Qt>

namespace mhc {

enum class Role {
  kWindow,
  kSurface,
  kBorder,
  kText,
  kQuietText,
  kAccent,
  kOnAccent,
  kGood,
  kWarning,
  kBad,
  kHover,
  // The same hues for words, which need more contrast than lines and shapes.
  kAccentText,
  kGoodText,
  kWarningText
};

class Look : public QObject {
  Q_OBJECT

 public:
  enum class Mode { kSystem, kLight, kDark };

  explicit Look(Mode mode, QObject* parent = nullptr);

  Mode mode() const { return mode_; }
  void SetMode(Mode mode);
  bool dark() const;

  QColor Color(Role role) const;
  // Behind the row of a table that is the current one.
  QColor CurrentRow() const;
  // Of the run that was given colour number `index` (Okabe-Ito, then again with another dash).
  QPen RunPen(int index, double width = 1.0) const;
  static int RunColorCount();

  QFont LabelFont() const;   // 9 pt, letter-spaced capitals
  QFont NumberFont() const;  // tabular figures
  QFont MatrixFont() const;  // the system's monospace
  // The application's palette and style sheet in these colours.
  void ApplyToApplication() const;

 Q_SIGNALS:
  void changed();

 private:
  Mode mode_;
};

}  // namespace mhc
