#include "widgets/panels/option_form.h"

#include <QGridLayout>
#include <cassert>

#include "core/record/configuration/configuration.h"
#include "widgets/panels/section.h"
#include "widgets/words/record_words.h"

namespace mhc {
namespace {

constexpr const char* kTranspose = "transpose";

// Declared as a key of the configuration, and an option of every constraint.
const Declaration& TransposeDeclaration() {
  static const Declaration declaration = [] {
    Declaration found;
    for (const ConfigurationKey& key : ConfigurationKeys()) {
      if (key.declaration.key == "mixing.transpose") found = key.declaration;
    }
    found.key = kTranspose;
    return found;
  }();
  return declaration;
}

}  // namespace

OptionForm::OptionForm(const Look& look, QWidget* parent)
    : QWidget(parent), look_(look), form_(new QGridLayout(this)) {
  form_->setContentsMargins(0, 0, 0, 0);
  form_->setSpacing(kRowSpacing);
  form_->setColumnStretch(1, 1);
}

int OptionForm::HeightFor(const MixingConstraint& constraint) {
  const auto rows = static_cast<int>(constraint.options.size()) + 1;
  return rows * (kFieldHeight + kRowSpacing) - kRowSpacing;
}

QWidget* OptionForm::Show(const ConstraintChoice& choice, QWidget* before) {
  if (constraint_ != choice.constraint) {
    constraint_ = choice.constraint;
    while (QLayoutItem* item = form_->takeAt(0)) {
      // Perhaps the one whose signal led here: it goes later.
      item->widget()->hide();
      item->widget()->deleteLater();
      delete item;
    }
    fields_.clear();
    Add(TransposeDeclaration(), false);
    for (const Declaration& option : constraint_->options) Add(option, option.fallback);
  }
  for (DeclaredField* field : fields_) {
    const std::string& key = field->declaration().key;
    const auto option = choice.options.values().find(key);
    field->SetValue(option == choice.options.values().end() ? Value(choice.transpose)
                                                            : option->second);
    setTabOrder(before, field->focusProxy());
    before = field->focusProxy();
  }
  return before;
}

void OptionForm::Add(const Declaration& declaration, const Value& value) {
  auto* field = new DeclaredField(declaration, this);
  field->SetValue(value);
  AddFieldRow(*form_, KeyText(declaration.key), field, look_);
  connect(field, &DeclaredField::edited, this, &OptionForm::edited);
  connect(field, &DeclaredField::accepted, this, &OptionForm::accepted);
  fields_.push_back(field);
}

Result<ConstraintChoice> OptionForm::Choice() const {
  assert(constraint_ != nullptr);
  auto choice = ChooseConstraint(constraint_->name);
  for (const DeclaredField* field : fields_) {
    const auto value = field->value();
    if (!value) return tl::unexpected(value.error());
    if (auto set = SetOption(*choice, field->declaration().key, *value); !set) {
      return tl::unexpected(set.error());
    }
  }
  return choice;
}

}  // namespace mhc
