#include "widgets/panels/declared_field.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleValidator>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSpinBox>
#include <algorithm>
#include <limits>

#include "widgets/words/record_words.h"

namespace mhc {
namespace {

int Bound(double bound) {
  constexpr double kLowest = std::numeric_limits<int>::min();
  constexpr double kHighest = std::numeric_limits<int>::max();
  return static_cast<int>(std::clamp(bound, kLowest, kHighest));
}

class WheelFilter : public QObject {
 public:
  using QObject::QObject;

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    const auto* field = qobject_cast<QWidget*>(watched);
    if (event->type() != QEvent::Wheel || field == nullptr || field->hasFocus()) return false;
    event->ignore();
    return true;
  }
};

// A value as it would be typed: 0.003, 1e-05.
QString TypedText(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return QString::number(*number, 'g', 12);
  const auto* text = std::get_if<std::string>(&value);
  return QString::fromStdString(text ? *text : ToToml(value));
}

}  // namespace

void LeaveWheelToPage(QWidget& field) {
  field.setFocusPolicy(Qt::StrongFocus);
  field.installEventFilter(new WheelFilter(&field));
}

DeclaredField::DeclaredField(Declaration declaration, QWidget* parent)
    : QWidget(parent), declaration_(std::move(declaration)) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  QWidget* editor = MakeEditor();
  editor->setObjectName(QString::fromStdString(declaration_.key + "Edit"));
  editor->setAccessibleName(KeyText(declaration_.key));
  editor->setMinimumWidth(0);
  LeaveWheelToPage(*editor);
  editor->installEventFilter(this);
  row->addWidget(editor);
  setFocusProxy(editor);
  const QString expected = QString::fromStdString(Expected(declaration_));
  setToolTip(QString::fromStdString(declaration_.text) + '\n' + tr("Expected: %1.").arg(expected));
  SetValue(declaration_.fallback);
}

QWidget* DeclaredField::MakeEditor() {
  if (std::holds_alternative<bool>(declaration_.fallback)) {
    check_ = new QCheckBox(this);
    connect(check_, &QCheckBox::toggled, this, &DeclaredField::edited);
    return check_;
  }
  if (std::holds_alternative<std::int64_t>(declaration_.fallback)) {
    spin_ = new QSpinBox(this);
    spin_->setRange(Bound(declaration_.minimum), Bound(declaration_.maximum));
    if (!declaration_.unit.empty()) {
      spin_->setSuffix(' ' + QString::fromStdString(declaration_.unit));
    }
    connect(spin_, &QSpinBox::valueChanged, this, &DeclaredField::edited);
    return spin_;
  }
  if (!declaration_.choices.empty()) {
    combo_ = new QComboBox(this);
    for (const std::string& choice : declaration_.choices) {
      const QString text = QString::fromStdString(choice);
      combo_->addItem(QString(text).replace('_', ' '), text);
    }
    combo_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo_->setMinimumContentsLength(6);
    connect(combo_, &QComboBox::currentIndexChanged, this, &DeclaredField::edited);
    return combo_;
  }
  line_ = new QLineEdit(this);
  if (std::holds_alternative<double>(declaration_.fallback)) {
    auto* validator = new QDoubleValidator(declaration_.minimum, declaration_.maximum, 1000, line_);
    validator->setLocale(QLocale::c());
    line_->setValidator(validator);
  }
  connect(line_, &QLineEdit::textEdited, this, &DeclaredField::edited);
  return line_;
}

Result<Value> DeclaredField::value() const {
  if (check_) return Check(declaration_, check_->isChecked());
  if (spin_) return Check(declaration_, static_cast<std::int64_t>(spin_->value()));
  if (combo_) return Check(declaration_, combo_->currentData().toString().toStdString());
  const std::string text = line_->text().trimmed().toStdString();
  bool is_number = false;
  const double number = line_->text().trimmed().toDouble(&is_number);
  if (is_number && std::holds_alternative<double>(declaration_.fallback)) {
    return Check(declaration_, number);
  }
  return Check(declaration_, FromText(declaration_, text));
}

// What is shown already is not set again: that would take away a selection, or digits that a hand
// is about to replace.
void DeclaredField::SetValue(const Value& value) {
  const QSignalBlocker silent(focusProxy());
  if (check_) {
    check_->setChecked(std::get<bool>(value));
  } else if (spin_) {
    const int number = Bound(static_cast<double>(std::get<std::int64_t>(value)));
    if (number != spin_->value()) spin_->setValue(number);
  } else if (combo_) {
    combo_->setCurrentIndex(combo_->findData(QString::fromStdString(std::get<std::string>(value))));
  } else {
    const QString text = TypedText(value);
    if (text != line_->text()) line_->setText(text);
  }
}

bool DeclaredField::LeavesBySpace(QEvent* event) {
  const bool is_number = spin_ || std::holds_alternative<double>(declaration_.fallback);
  if (!is_number || event->type() != QEvent::ShortcutOverride) return false;
  const auto* key = static_cast<QKeyEvent*>(event);
  if (key->key() != Qt::Key_Space || key->modifiers() != Qt::NoModifier) return false;
  focusProxy()->clearFocus();
  event->ignore();
  return true;
}

bool DeclaredField::eventFilter(QObject* watched, QEvent* event) {
  if (watched == focusProxy() && LeavesBySpace(event)) return true;
  if (watched == focusProxy() && event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Return || key == Qt::Key_Enter) {
      if (spin_) spin_->interpretText();
      Q_EMIT accepted();
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace mhc
