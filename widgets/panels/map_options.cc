#include "widgets/panels/map_options.h"

#include <QVBoxLayout>
#include <algorithm>

#include "widgets/panels/section.h"

namespace mhc {
namespace {

QString TextOf(const ConstraintChoice& choice) {
  return MapOptions::tr("%1 Keeps: %2.")
      .arg(QString::fromStdString(choice.constraint->text),
           QString::fromStdString(ToText(Guarantees(choice))));
}

}  // namespace

MapOptions::MapOptions(const Look& look, QWidget* parent)
    : QWidget(parent), options_(new OptionForm(look, this)), text_(MakeNote(look, this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kRowSpacing);
  column->addWidget(options_);
  column->addWidget(text_);
  column->addStretch(1);
  connect(options_, &OptionForm::edited, this, &MapOptions::edited);
  connect(options_, &OptionForm::accepted, this, &MapOptions::accepted);
}

void MapOptions::KeepRoomFor(std::vector<const MixingConstraint*> offered) {
  offered_ = std::move(offered);
  FitRoom();
}

QWidget* MapOptions::Show(const ConstraintChoice& choice, QWidget* before) {
  QWidget* last = options_->Show(choice, before);
  text_->setText(TextOf(choice));
  return last;
}

void MapOptions::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  if (event->size().width() != event->oldSize().width()) FitRoom();
}

void MapOptions::FitRoom() {
  int largest = 0;
  for (const MixingConstraint* constraint : offered_) {
    const auto choice = ChooseConstraint(constraint->name);
    if (!choice) continue;
    const QRect room(0, 0, std::max(width(), 1), 1);
    const int text =
        text_->fontMetrics().boundingRect(room, Qt::TextWordWrap, TextOf(*choice)).height();
    // Options may say more of what is kept: a line for that.
    const int line = text_->fontMetrics().lineSpacing();
    largest = std::max(largest, OptionForm::HeightFor(*constraint) + kRowSpacing + text + line);
  }
  setFixedHeight(largest);
}

}  // namespace mhc
