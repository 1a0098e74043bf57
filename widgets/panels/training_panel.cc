#include "widgets/panels/training_panel.h"

#include <QVBoxLayout>

#include "widgets/document/refresher.h"
#include "widgets/panels/section.h"

namespace mhc {

TrainingPanel::TrainingPanel(const ViewContext& context, RequestSender& sender, QWidget* parent)
    : QWidget(parent), context_(context) {
  setObjectName(QStringLiteral("trainingPanel"));
  setAccessibleName(tr("Training"));
  setAutoFillBackground(true);
  setBackgroundRole(QPalette::Base);
  auto* column = new QVBoxLayout(this);
  const int margin = kPanelMargin - kOutlineRoom;
  column->setContentsMargins(margin, kPanelMargin, margin, kRowSpacing);
  column->setSpacing(kRowSpacing / 2);
  auto* head = new QVBoxLayout();
  head->setContentsMargins(kOutlineRoom, 0, kOutlineRoom, kRowSpacing / 2);
  head->setSpacing(kRowSpacing);
  column->addLayout(head);
  head->addWidget(MakeSectionLabel(tr("Training"), context_.look, this));
  why_not_ = new SteeringNote(context_.look, this);
  connect(why_not_, &SteeringNote::resumeRequested, this,
          [this] { Q_EMIT resumeRequested(context_.runs.current()); });
  head->addWidget(why_not_);
  for (const InterventionKind& kind : InterventionKinds()) {
    // A constraint, which takes a transfer, has a panel of its own.
    if (!kind.changes_training || kind.takes_transfer) continue;
    rows_.push_back(new SettingRow(kind, context_.look, sender, this));
    column->addWidget(rows_.back());
  }
  auto* refresher = new Refresher(context_, this, [this] { Refresh(); });
  connect(&sender, &RequestSender::pendingChanged, refresher, &Refresher::MarkStale);
}

void TrainingPanel::Refresh() {
  RunDocument* run = context_.runs.current();
  const bool steerable = why_not_->Explain(run, false);
  // The constraint's panel above says the same of a run that has sites.
  if (run != nullptr && run->loaded() && run->configuration().SiteCount() > 0) why_not_->hide();
  for (SettingRow* row : rows_) {
    if (run != nullptr && run->loaded()) {
      row->Refresh(*run, steerable);
    } else {
      row->Clear();
    }
  }
}

}  // namespace mhc
