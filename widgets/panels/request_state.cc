#include "widgets/panels/request_state.h"

#include <QPainter>
#include <QVBoxLayout>

#include "widgets/panels/section.h"

namespace mhc {

RequestState::RequestState(const Look& look, int padding, QWidget* parent)
    : QWidget(parent), look_(look), padding_(padding) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(padding, padding / 2, padding, padding / 2);
  column->setSpacing(2);
  change_ = MakeLabel(look, Role::kText, this);
  change_->setWordWrap(true);
  outcome_ = MakeNote(look, this);
  outcome_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  column->addWidget(change_);
  column->addWidget(outcome_);
  column->addStretch(1);
  connect(&look, &Look::changed, this, &RequestState::ApplyLook);
  Show(Kind::kNone, {}, {});
}

void RequestState::Show(Kind kind, const QString& change, const QString& outcome) {
  kind_ = kind;
  const QString said = kind == Kind::kPending && outcome.isEmpty() ? tr("pending\u00a0…") : outcome;
  if (change != change_->text()) change_->setText(change);
  if (said != outcome_->text()) outcome_->setText(said);
  change_->setVisible(!change.isEmpty());
  outcome_->setVisible(!said.isEmpty());
  ApplyLook();
}

void RequestState::KeepLines(int lines) {
  setMinimumHeight(padding_ + 2 + lines * fontMetrics().lineSpacing());
}

void RequestState::ApplyLook() {
  const bool pending = kind_ == Kind::kPending, refused = kind_ == Kind::kRefused;
  SetTextColor(*change_, look_.Color(pending ? Role::kAccentText : Role::kText));
  SetTextColor(*outcome_, look_.Color(pending   ? Role::kAccentText
                                      : refused ? Role::kBad
                                                : Role::kQuietText));
  update();
}

void RequestState::paintEvent(QPaintEvent*) {
  if (kind_ != Kind::kPending) return;
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(look_.Color(Role::kAccent), 1.0, Qt::DashLine));
  painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4.0, 4.0);
}

}  // namespace mhc
