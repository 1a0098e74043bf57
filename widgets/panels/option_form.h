// The fields of a constraint's options, made from their declarations, with the transpose that every
// constraint has.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include <QWidget>
#include <vector>

#include "core/manifold/mixing_constraint.h"
#include "widgets/look/look.h"
#include "widgets/panels/declared_field.h"

class QGridLayout;

namespace mhc {

class OptionForm : public QWidget {
  Q_OBJECT

 public:
  explicit OptionForm(const Look& look, QWidget* parent = nullptr);

  // Of the fields of that constraint.
  static int HeightFor(const MixingConstraint& constraint);
  // Other fields where it is another constraint, the transpose that all have before the rest; they
  // stand after `before` in the order of Tab, and the last of them is returned.
  QWidget* Show(const ConstraintChoice& choice, QWidget* before);
  // What the fields say; error where one of them is out of range. Asserts that a choice was shown.
  Result<ConstraintChoice> Choice() const;

 Q_SIGNALS:
  void edited();
  void accepted();

 private:
  void Add(const Declaration& declaration, const Value& value);

  const Look& look_;
  const MixingConstraint* constraint_ = nullptr;
  QGridLayout* form_;
  std::vector<DeclaredField*> fields_;
};

}  // namespace mhc
