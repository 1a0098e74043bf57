#include "widgets/frame/header_choice.h"

#include <QActionGroup>
#include <QMenu>
#include <QStyleOptionToolButton>
#include <QStylePainter>
#include <algorithm>

namespace mhc {
namespace {

constexpr int kFrame = 10;  // the padding of a HeaderButton, both sides

}  // namespace

HeaderChoice::HeaderChoice(const QString& tip, const Look& look, QWidget* parent)
    : HeaderButton({}, tip, look, parent) {
  setMenu(new QMenu(this));
  setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
}

void HeaderChoice::SetChoices(const QStringList& choices) {
  if (choices == choices_) return;
  choices_ = choices;
  menu()->clear();
  delete group_;
  group_ = new QActionGroup(menu());
  for (int i = 0; i < choices.size(); ++i) {
    QAction* action = menu()->addAction(choices[i]);
    action->setCheckable(true);
    group_->addAction(action);
    connect(action, &QAction::triggered, this, [this, i] {
      SetChosen(i);
      Q_EMIT chosenByHand(i);
    });
  }
  ShowChosen();
}

void HeaderChoice::SetChosen(int index) {
  if (index == chosen_) return;
  chosen_ = index;
  ShowChosen();
}

void HeaderChoice::ShowChosen() {
  if (choices_.isEmpty()) return;
  chosen_ = std::clamp(chosen_, 0, static_cast<int>(choices_.size()) - 1);
  group_->actions()[chosen_]->setChecked(true);
  SetTexts(choices_[chosen_], choices_[chosen_]);
}

void HeaderChoice::SetTexts(const QString& full, const QString& brief) {
  const QString full_text = tr("%1 ▾").arg(full), brief_text = tr("%1 ▾").arg(brief);
  if (full_text == full_ && brief_text == brief_) return;
  full_ = full_text;
  brief_ = brief_text;
  setText(full_);
  updateGeometry();
  update();
}

void HeaderChoice::SetKeepsFull(bool keeps_full) {
  if (keeps_full == keeps_full_) return;
  keeps_full_ = keeps_full;
  updateGeometry();
}

// As wide as the button is around that text.
int HeaderChoice::WidthOf(const QString& text) const {
  return fontMetrics().horizontalAdvance(text) + kFrame;
}

QSize HeaderChoice::sizeHint() const { return {WidthOf(full_), HeaderButton::sizeHint().height()}; }

QSize HeaderChoice::minimumSizeHint() const {
  return {WidthOf(keeps_full_ ? full_ : brief_), HeaderButton::sizeHint().height()};
}

void HeaderChoice::paintEvent(QPaintEvent*) {
  QStylePainter painter(this);
  QStyleOptionToolButton option;
  initStyleOption(&option);
  option.text = width() < WidthOf(full_) ? brief_ : full_;
  painter.drawComplexControl(QStyle::CC_ToolButton, option);
}

}  // namespace mhc
