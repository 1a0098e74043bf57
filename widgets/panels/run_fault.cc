#include "widgets/panels/run_fault.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/look/primary_button.h"
#include "widgets/panels/section.h"

namespace mhc {
namespace {

constexpr int kWidth = 520;

}  // namespace

RunFault::RunFault(const ViewContext& context, QWidget* parent)
    : QWidget(parent), context_(context) {
  setObjectName(QStringLiteral("runFault"));
  setAutoFillBackground(true);
  setBackgroundRole(QPalette::Base);
  auto* middle = new QWidget(this);
  middle->setMaximumWidth(kWidth);
  sentence_ = MakeLabel(context_.look, Role::kBad, middle);
  sentence_->setObjectName(QStringLiteral("runFaultText"));
  sentence_->setWordWrap(true);
  sentence_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  QLabel* way_out = MakeLabel(context_.look, Role::kQuietText, middle);
  way_out->setWordWrap(true);
  way_out->setText(tr("It is looked at again until it can be read."));
  auto* close = new QPushButton(tr("Close it"), middle);
  close->setObjectName(QStringLiteral("closeFaultButton"));
  MakePrimary(*close);
  auto* open = new QPushButton(tr("Open another run …"), middle);
  open->setObjectName(QStringLiteral("openOtherButton"));
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(close);
  buttons->addWidget(open);
  buttons->addStretch(1);
  auto* column = new QVBoxLayout(middle);
  column->setSpacing(kPanelMargin);
  column->addStretch(1);
  column->addWidget(sentence_);
  column->addWidget(way_out);
  column->addLayout(buttons);
  column->addStretch(2);
  auto* row = new QHBoxLayout(this);
  row->addStretch(1);
  row->addWidget(middle, 100);
  row->addStretch(1);
  connect(close, &QPushButton::clicked, this, [this] {
    if (Holds()) Q_EMIT closeRequested(context_.runs.current());
  });
  connect(open, &QPushButton::clicked, this, &RunFault::openRequested);
}

bool RunFault::Holds() const {
  const RunDocument* run = context_.runs.current();
  return run != nullptr && !run->error().isEmpty();
}

void RunFault::Refresh() {
  if (!Holds()) return;
  const QString said = context_.runs.current()->error();
  if (said != sentence_->text()) sentence_->setText(said);
}

}  // namespace mhc
