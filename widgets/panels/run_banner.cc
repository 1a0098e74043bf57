#include "widgets/panels/run_banner.h"

#include <QHBoxLayout>
#include <QPainter>

#include "core/formats/person_text.h"
#include "widgets/look/primary_button.h"

namespace mhc {

RunBanner::RunBanner(const ViewContext& context, QWidget* parent)
    : QWidget(parent), context_(context) {
  setObjectName("runBanner");
  text_ = new QLabel(this);
  text_->setTextFormat(Qt::PlainText);
  text_->setObjectName("runBannerText");
  text_->setWordWrap(true);
  resume_ = new QPushButton(tr("Resume"), this);
  resume_->setObjectName("resumeButton");
  MakePrimary(*resume_);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(12, 6, 12, 6);
  row->addWidget(text_, 1);
  row->addWidget(resume_);
  connect(resume_, &QPushButton::clicked, this, [this] {
    if (context_.runs.current() != nullptr) Q_EMIT resumeRequested(context_.runs.current());
  });
  connect(&context_.runs, &RunSelection::recordChanged, this, &RunBanner::Refresh);
  connect(&context_.runs, &RunSelection::currentChanged, this, &RunBanner::Refresh);
  connect(&context_.look, &Look::changed, this, &RunBanner::Refresh);
  Refresh();
}

void RunBanner::ShowStarting(const RunDocument* run) {
  told_of_ = run;
  told_ = tr("The engine is starting …");
  told_failure_ = false;
  Refresh();
}

void RunBanner::ShowFailure(const RunDocument* run, const QString& sentence) {
  told_of_ = run;
  told_ = sentence;
  told_failure_ = true;
  Refresh();
}

void RunBanner::Refresh() {
  const RunDocument* run = context_.runs.current();
  if (run == nullptr || !run->loaded() || run->live() || !run->error().isEmpty()) {
    if (run != nullptr && run == told_of_ && run->live()) told_of_ = nullptr;
    hide();
    return;
  }
  QString text;
  Role role = Role::kQuietText;
  const QString step = QString::fromStdString(StepText(run->last_step()));
  if (run->state() == RunState::kInterrupted) {
    text = tr("Interrupted at step %1: the engine ended without a word. Everything that was "
              "recorded is here; resuming goes on from the newest checkpoint, bit for bit.")
               .arg(step);
    role = Role::kWarningText;
  } else if (run->state() == RunState::kStopped) {
    text = tr("Stopped at step %1 and saved.").arg(step);
  } else if (run->state() == RunState::kFailed) {
    text = tr("Failed at step %1; its alerts say why.").arg(step);
    role = Role::kBad;
  }
  const bool told = run == told_of_;
  if (told) {
    text = told_;
    role = told_failure_ ? Role::kBad : Role::kQuietText;
  }
  text_->setText(text);
  text_->setStyleSheet(QStringLiteral("color: %1").arg(context_.look.Color(role).name()));
  resume_->setVisible(!told || told_failure_);
  setVisible(!text.isEmpty());
}

void RunBanner::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), context_.look.Color(Role::kSurface));
  painter.setPen(context_.look.Color(Role::kBorder));
  painter.drawLine(rect().bottomLeft(), rect().bottomRight());
}

}  // namespace mhc
