// A field made from a declaration: an integer's spin box, a number's line with its range checked, a
// text's choices, a flag's check box. Its tip says what the value is and what is expected.
//
// Thread rule: the window's thread.
#pragma once

#include <QWidget>

#include "core/manifold/declaration.h"

class QCheckBox;
class QComboBox;
class QLineEdit;
class QSpinBox;

namespace mhc {

class DeclaredField : public QWidget {
  Q_OBJECT

 public:
  // The editor's object name is the key followed by "Edit".
  explicit DeclaredField(Declaration declaration, QWidget* parent = nullptr);

  const Declaration& declaration() const { return declaration_; }
  // Checked; an error says what is expected.
  Result<Value> value() const;
  // Shows a value, which does not count as an edit. Asserts its type.
  void SetValue(const Value& value);

 Q_SIGNALS:
  void edited();    // a hand changed it
  void accepted();  // Enter

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QWidget* MakeEditor();
  // Space is no part of a number: it leaves the field and does what it does in the window.
  bool LeavesBySpace(QEvent* event);

  const Declaration declaration_;
  QCheckBox* check_ = nullptr;  // one of the four
  QSpinBox* spin_ = nullptr;
  QComboBox* combo_ = nullptr;
  QLineEdit* line_ = nullptr;
};

// The mouse wheel scrolls the page and does not turn a field under it that has no focus.
void LeaveWheelToPage(QWidget& field);

}  // namespace mhc
