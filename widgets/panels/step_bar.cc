#include "widgets/panels/step_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>

#include "core/formats/person_text.h"
#include "widgets/document/refresher.h"
#include "widgets/panels/glyphs.h"
#include "widgets/panels/section.h"
#include "widgets/panels/step_track.h"
#include "widgets/words/number_words.h"
#include "widgets/words/record_words.h"

namespace mhc {
namespace {

constexpr int kHeight = 40;
// Below these widths the line of steps has no room beside the quiet texts.
constexpr int kWidthForSpeed = 720, kWidthForLeft = 860, kWidthForCost = 1040,
              kWidthForThreads = 1140;

QString Steps(std::int64_t step) { return QString::fromStdString(StepText(step)); }

void SetText(QLabel& label, const QString& text) {
  if (text == label.text()) return;
  const int room = label.fontMetrics().horizontalAdvance(text);
  if (room > label.minimumWidth()) label.setFixedWidth(room);
  label.setText(text);
}

// "0.8 %", "12 %".
QString PercentText(double share) {
  const double percent = 100.0 * share;
  return QString::number(percent, 'f', percent < 9.95 ? 1 : 0) + QStringLiteral(" %");
}

}  // namespace

StepBar::StepBar(const ViewContext& context, QWidget* parent) : QWidget(parent), context_(context) {
  setObjectName(QStringLiteral("stepCursor"));
  setAccessibleName(tr("Step"));
  setFixedHeight(kHeight);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(kPanelMargin - 4, 1, kPanelMargin, 0);
  row->setSpacing(kRowSpacing);
  back_ = AddButton(*row, "stepBack", tr("One step back (,)"));
  play_ = AddButton(*row, "stepPlay", {});
  forward_ = AddButton(*row, "stepForward", tr("One step forward (.)"));
  back_->setAutoRepeat(true);
  forward_->setAutoRepeat(true);
  track_ = new StepTrack(context_, this);
  row->addWidget(track_, 1);
  position_ = AddText(*row, Role::kText, QStringLiteral("88,888 / 88,888"));
  follow_ = new QToolButton(this);
  follow_->setObjectName(QStringLiteral("stepFollow"));
  follow_->setText(tr("follow"));
  follow_->setToolTip(tr("Goes along with the end of the run (F)"));
  follow_->setCheckable(true);
  follow_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  row->addWidget(follow_);
  speed_ = AddText(*row, Role::kQuietText, tr("%1 tok/s").arg(QStringLiteral("88.8k")));
  threads_ = AddText(*row, Role::kQuietText, ThreadsText(88));
  left_ = AddText(*row, Role::kQuietText, tr("%1 left").arg(QStringLiteral("88 m 88 s")));
  cost_ = AddText(*row, Role::kQuietText, tr("watching costs %1").arg(QStringLiteral("88.8 %")));
  speed_->setToolTip(tr("Tokens a second, probe and record included"));
  cost_->setToolTip(tr("Share of the time that measuring and recording take"));

  StepCursor& step = context_.step;
  connect(back_, &QToolButton::clicked, this, [&step] { step.SetStep(step.step() - 1); });
  connect(forward_, &QToolButton::clicked, this, [&step] { step.SetStep(step.step() + 1); });
  connect(play_, &QToolButton::clicked, this, [&step] { step.SetPlays(!step.plays()); });
  connect(follow_, &QToolButton::clicked, this, [&step](bool on) { step.SetFollows(on); });
  connect(&context_.look, &Look::changed, this, &StepBar::ApplyLook);
  ApplyLook();
  new Refresher(context_, this, [this] { Refresh(); });
}

QToolButton* StepBar::AddButton(QHBoxLayout& row, const char* name, const QString& tip) {
  auto* button = new QToolButton(this);
  button->setObjectName(QLatin1String(name));
  button->setToolTip(tip);
  button->setAccessibleName(tip);
  button->setIconSize({16, 16});
  row.addWidget(button);
  return button;
}

QLabel* StepBar::AddText(QHBoxLayout& row, Role role, const QString& widest) {
  QLabel* label = MakeLabel(context_.look, role, this);
  label->setFont(context_.look.NumberFont());
  label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  label->setFixedWidth(label->fontMetrics().horizontalAdvance(widest));
  row.addWidget(label);
  return label;
}

void StepBar::ApplyLook() {
  const Look& look = context_.look;
  back_->setIcon(SignIcon(Sign::kBack, look));
  forward_->setIcon(SignIcon(Sign::kForward, look));
  play_->setIcon(SignIcon(context_.step.plays() ? Sign::kHalt : Sign::kPlay, look));
  follow_->setIcon(FollowIcon(look));
  follow_->setStyleSheet(
      QStringLiteral("QToolButton { color: %1; } QToolButton:checked:enabled { color: %2; }")
          .arg(look.Color(Role::kQuietText).name(), look.Color(Role::kAccentText).name()));
  update();
}

void StepBar::Refresh() {
  const RunDocument* run = context_.runs.current();
  const StepCursor& step = context_.step;
  const bool loaded = run != nullptr && run->loaded();
  track_->Refresh(run);
  back_->setEnabled(loaded && step.step() > 0);
  forward_->setEnabled(loaded && step.step() < step.last_step());
  play_->setEnabled(loaded && step.last_step() > 0);
  follow_->setEnabled(loaded);
  follow_->setChecked(step.follows());
  const QString tip = step.plays() ? tr("Halt") : tr("Play from the cursor to the end");
  if (play_->toolTip() != tip) {
    play_->setToolTip(tip);
    play_->setAccessibleName(tip);
    play_->setIcon(SignIcon(step.plays() ? Sign::kHalt : Sign::kPlay, context_.look));
  }
  if (loaded) {
    ShowProgress(*run);
    return;
  }
  for (QLabel* label : {position_, speed_, threads_, left_, cost_}) label->clear();
}

void StepBar::ShowProgress(const RunDocument& run) {
  const std::int64_t all = std::max(run.description().steps, run.last_step());
  SetText(*position_, QStringLiteral("%1 / %2").arg(Steps(context_.step.step()), Steps(all)));
  const auto speed = run.TokensPerSecond();
  SetText(*speed_,
          speed ? tr("%1 tok/s").arg(QString::fromStdString(CountText(*speed))) : QString());
  const std::int64_t threads = run.description().threads;
  SetText(*threads_, threads > 0 ? ThreadsText(threads) : QString());
  const auto seconds = run.SecondsLeft();
  const bool runs = run.state() == RunState::kRunning && seconds;
  SetText(*left_, runs ? tr("%1 left").arg(QString::fromStdString(DurationText(*seconds)))
                       : StateWord(run.state()));
  const auto share = run.ProbeShare();
  SetText(*cost_, share ? tr("watching costs %1").arg(PercentText(*share)) : QString());
}

void StepBar::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  speed_->setVisible(width() >= kWidthForSpeed);
  threads_->setVisible(width() >= kWidthForThreads);
  left_->setVisible(width() >= kWidthForLeft);
  cost_->setVisible(width() >= kWidthForCost);
}

void StepBar::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), context_.look.Color(Role::kSurface));
  painter.fillRect(QRect(0, 0, width(), 1), context_.look.Color(Role::kBorder));
}

}  // namespace mhc
