#include "widgets/panels/constraint_panel.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStandardItemModel>
#include <QVBoxLayout>
#include <algorithm>

#include "core/record/configuration/site_list.h"
#include "widgets/document/current_constraints.h"
#include "widgets/look/primary_button.h"
#include "widgets/panels/section.h"
#include "widgets/words/record_words.h"

namespace mhc {
namespace {

constexpr std::string_view kKind = "constraint";
constexpr int kStateLines = 4;

// The rows of the choice of transfers.
enum TransferRow { kMatchMatrixRow, kKeepLogitsRow, kBlendRow };

Declaration BlendDeclaration() {
  Declaration steps;
  steps.key = "blend_steps";
  steps.fallback = std::int64_t{50};
  steps.minimum = 1;
  steps.maximum = 1000000;
  steps.unit = "steps";
  steps.text =
      ConstraintPanel::tr("Steps over which the old map goes into the new one.").toStdString();
  return steps;
}

QComboBox* MakeChoice(const char* name, QWidget* parent) {
  auto* choice = new QComboBox(parent);
  choice->setObjectName(QLatin1String(name));
  choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  choice->setMinimumContentsLength(6);
  LeaveWheelToPage(*choice);
  return choice;
}

QComboBox* MakeTransferChoice(QWidget* parent) {
  QComboBox* choice = MakeChoice("transferChoice", parent);
  choice->addItem(ConstraintPanel::tr("match matrix"));
  choice->addItem(ConstraintPanel::tr("keep logits"));
  choice->addItem(ConstraintPanel::tr("blend"));
  choice->setItemData(kMatchMatrixRow,
                      ConstraintPanel::tr("The new map starts as near as it can to the matrices "
                                          "that it replaces."),
                      Qt::ToolTipRole);
  choice->setItemData(kBlendRow,
                      ConstraintPanel::tr("The old map goes over into the new one, which starts as "
                                          "near to it as it can."),
                      Qt::ToolTipRole);
  choice->setToolTip(ConstraintPanel::tr("How the logits of the new map are started."));
  return choice;
}

}  // namespace

ConstraintPanel::ConstraintPanel(const ViewContext& context, RequestSender& sender, QWidget* parent)
    : QWidget(parent), context_(context), sender_(sender) {
  setObjectName(QStringLiteral("constraintPanel"));
  setAccessibleName(tr("Constraint"));
  setAutoFillBackground(true);
  setBackgroundRole(QPalette::Base);
  Build();
  refresher_ = new Refresher(context_, this, [this] { Refresh(); });
  connect(&sender_, &RequestSender::pendingChanged, refresher_, &Refresher::MarkStale);
  connect(&sender_, &RequestSender::settled, this,
          [this](const QString& id, bool applied, const QString& sentence) {
            if (id.toStdString() != sent_id_) return;
            sent_id_.clear();
            if (applied) {
              edited_ = false;
            } else if (current() != nullptr && current()->key() == run_) {
              Refuse(sent_change_, sentence);
            }
          });
}

void ConstraintPanel::Build() {
  auto* column = new QVBoxLayout(this);
  const int margin = kPanelMargin - kOutlineRoom;
  column->setContentsMargins(margin, kPanelMargin, margin, kRowSpacing);
  column->setSpacing(kRowSpacing);
  auto* inner = new QVBoxLayout();
  inner->setContentsMargins(kOutlineRoom, 0, kOutlineRoom, 0);
  inner->setSpacing(kRowSpacing);
  column->addLayout(inner);
  inner->addWidget(MakeSectionLabel(tr("Constraint"), context_.look, this));
  why_not_ = new SteeringNote(context_.look, this);
  connect(why_not_, &SteeringNote::resumeRequested, this,
          [this] { Q_EMIT resumeRequested(current()); });
  inner->addWidget(why_not_);
  inner->addWidget(BuildForm());
  state_ = new RequestState(context_.look, kOutlineRoom, this);
  state_->KeepLines(kStateLines);
  column->addWidget(state_);
}

QWidget* ConstraintPanel::BuildForm() {
  form_ = new QWidget(this);
  auto* column = new QVBoxLayout(form_);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kRowSpacing);
  auto* fields = new QGridLayout();
  fields->setSpacing(kRowSpacing);
  fields->setColumnStretch(1, 1);
  column->addLayout(fields);
  choice_ = MakeChoice("constraintChoice", form_);
  sites_ = new QLineEdit(form_);
  sites_->setObjectName(QStringLiteral("sitesEdit"));
  sites_->setToolTip(tr("Sites such as 2-3,7; empty for all of them."));
  transfer_ = MakeTransferChoice(form_);
  blend_steps_ = new DeclaredField(BlendDeclaration(), form_);
  AddFieldRow(*fields, tr("map"), choice_, context_.look);
  AddFieldRow(*fields, tr("sites"), sites_, context_.look);
  AddFieldRow(*fields, tr("transfer"), transfer_, context_.look);
  blend_label_ = AddFieldRow(*fields, tr("blend over"), blend_steps_, context_.look);
  options_ = new MapOptions(context_.look, form_);
  column->addWidget(options_);
  apply_ = new QPushButton(tr("Apply at the next step"), form_);
  apply_->setObjectName(QStringLiteral("applyButton"));
  MakePrimary(*apply_);
  column->addWidget(apply_);
  now_ = MakeNote(context_.look, form_);
  now_->hide();
  column->addWidget(now_);
  ConnectForm();
  return form_;
}

void ConstraintPanel::ConnectForm() {
  connect(choice_, &QComboBox::currentIndexChanged, this, &ConstraintPanel::ChooseConstraintOf);
  connect(options_, &MapOptions::edited, this, [this] {
    edited_ = true;
    TakeEdit();
  });
  connect(sites_, &QLineEdit::textEdited, this, &ConstraintPanel::TakeEdit);
  connect(transfer_, &QComboBox::currentIndexChanged, this, &ConstraintPanel::TakeEdit);
  connect(blend_steps_, &DeclaredField::edited, this, &ConstraintPanel::TakeEdit);
  connect(blend_steps_, &DeclaredField::accepted, this, &ConstraintPanel::Apply);
  connect(options_, &MapOptions::accepted, this, &ConstraintPanel::Apply);
  connect(apply_, &QPushButton::clicked, this, &ConstraintPanel::Apply);
}

void ConstraintPanel::Refresh() {
  const RunDocument* run = current();
  if ((run ? run->key() : 0) != run_) {
    run_ = run ? run->key() : 0;
    choices_.clear();
    shown_.reset();
    edited_ = false;
    refusal_.reset();
    sent_id_.clear();
    sites_->clear();
    const QSignalBlocker silent(transfer_);
    transfer_->setCurrentIndex(kMatchMatrixRow);
  }
  const bool steerable = why_not_->Explain(run, true);
  const bool has_form = run && run->loaded() && run->configuration().SiteCount() > 0;
  form_->setVisible(has_form);
  form_->setEnabled(steerable);
  state_->setVisible(has_form);
  if (!has_form) return;
  OfferConstraints(static_cast<int>(run->configuration().StreamCount()));
  sites_->setPlaceholderText(tr("all %1").arg(run->configuration().SiteCount()));
  ShowWhatHolds();
  CheckForm();
  ShowState();
}

void ConstraintPanel::OfferConstraints(int streams) {
  QStringList allowed, offered;
  std::vector<const MixingConstraint*> constraints;
  for (const MixingConstraint& constraint : MixingConstraints()) {
    if (!constraint.allows(streams)) continue;
    allowed << QString::fromStdString(constraint.name);
    constraints.push_back(&constraint);
  }
  for (int i = 0; i < choice_->count(); ++i) offered << choice_->itemText(i);
  if (offered == allowed) return;
  const QSignalBlocker silent(choice_);
  choice_->clear();
  choice_->addItems(allowed);
  options_->KeepRoomFor(std::move(constraints));
  for (int i = 0; i < choice_->count(); ++i) {
    const MixingConstraint& constraint = *FindMixingConstraint(allowed[i].toStdString());
    choice_->setItemData(i, QString::fromStdString(constraint.text), Qt::ToolTipRole);
  }
  constexpr int kMargins = 24;
  choice_->view()->setMinimumWidth(choice_->view()->sizeHintForColumn(0) + kMargins);
  shown_.reset();
}

void ConstraintPanel::ShowWhatHolds() {
  const RunDocument& run = *current();
  std::vector<ConstraintChoice> now = ConstraintChoicesAt(run, run.last_step());
  if (now != choices_) {
    choices_ = std::move(now);
    const bool differ = std::adjacent_find(choices_.begin(), choices_.end(),
                                           std::not_equal_to<>()) != choices_.end();
    now_->setText(tr("now %1").arg(ChoicesText(choices_)));
    now_->setVisible(differ);
  }
  const auto sites = Sites();
  const ConstraintChoice& first =
      choices_[sites && !sites->empty() ? static_cast<std::size_t>(sites->front()) : 0];
  if (shown_ && (edited_ || *shown_ == first)) return;
  const QSignalBlocker silent(choice_);
  choice_->setCurrentIndex(choice_->findText(QString::fromStdString(first.constraint->name)));
  ShowOptions(first);
}

void ConstraintPanel::ShowOptions(const ConstraintChoice& choice) {
  shown_ = choice;
  setTabOrder(options_->Show(choice, blend_steps_->focusProxy()), apply_);
  choice_->setToolTip(QString::fromStdString(choice.constraint->text));
}

void ConstraintPanel::ChooseConstraintOf(int index) {
  const auto choice = ChooseConstraint(choice_->itemText(index).toStdString());
  if (!choice) return;
  // With the options that it has now, where some site has it.
  const auto now = std::find_if(choices_.begin(), choices_.end(), [&](const ConstraintChoice& at) {
    return at.constraint == choice->constraint;
  });
  ShowOptions(now == choices_.end() ? *choice : *now);
  edited_ = true;
  TakeEdit();
}

void ConstraintPanel::TakeEdit() {
  refusal_.reset();
  refresher_->MarkStale();
}

Result<std::vector<std::int64_t>> ConstraintPanel::Sites() const {
  const std::string text = sites_->text().remove(' ').toStdString();
  if (text.empty() || text == "all") return std::vector<std::int64_t>();
  return ParseSites(text, static_cast<std::int64_t>(choices_.size()));
}

Result<Transfer> ConstraintPanel::ChosenTransfer() const {
  if (transfer_->currentIndex() == kKeepLogitsRow) return Transfer{Transfer::Kind::kKeepLogits, 0};
  if (transfer_->currentIndex() != kBlendRow) return Transfer{};
  const auto steps = blend_steps_->value();
  if (!steps) return tl::unexpected(steps.error());
  return Transfer{Transfer::Kind::kBlend, std::get<std::int64_t>(*steps)};
}

Result<InterventionRequest> ConstraintPanel::Request() const {
  const auto choice = options_->Choice();
  if (!choice) return tl::unexpected(choice.error());
  const auto sites = Sites();
  if (!sites) return tl::unexpected(sites.error());
  const auto transfer = ChosenTransfer();
  if (!transfer) return tl::unexpected(transfer.error());
  const std::string list = SitesToText(*sites), value = ToText(*choice), how = ToText(*transfer);
  return MakeRequest(current()->configuration(), kKind, value,
                     list.empty() ? std::nullopt : std::optional<std::string_view>(list), how);
}

void ConstraintPanel::CheckForm() {
  blend_steps_->setEnabled(transfer_->currentIndex() == kBlendRow);
  blend_label_->setEnabled(transfer_->currentIndex() == kBlendRow);
  const auto choice = options_->Choice();
  if (choice) OfferTransfers(*choice);
  const auto request = Request();
  fault_ = request ? QString() : QString::fromStdString(request.error().message);
  apply_->setEnabled(request.has_value());
}

void ConstraintPanel::OfferTransfers(const ConstraintChoice& choice) {
  const auto sites = Sites();
  const auto streams = static_cast<int>(current()->configuration().StreamCount());
  QString reason;
  for (std::size_t site = 0; site < choices_.size() && sites; ++site) {
    const bool meant = sites->empty() || std::binary_search(sites->begin(), sites->end(),
                                                            static_cast<std::int64_t>(site));
    if (!meant || SameLogits(choices_[site], choice, streams)) continue;
    reason = tr("The logits of %1 and %2 differ in count or order, at site %3.")
                 .arg(QString::fromStdString(choices_[site].constraint->name),
                      QString::fromStdString(choice.constraint->name))
                 .arg(site);
    break;
  }
  auto* rows = qobject_cast<QStandardItemModel*>(transfer_->model());
  QStandardItem* keep = rows->item(kKeepLogitsRow);
  keep->setEnabled(reason.isEmpty());
  keep->setToolTip(reason.isEmpty() ? tr("The same numbers go through the new map.") : reason);
  if (!reason.isEmpty() && transfer_->currentIndex() == kKeepLogitsRow) {
    const QSignalBlocker silent(transfer_);
    transfer_->setCurrentIndex(kMatchMatrixRow);
  }
}

void ConstraintPanel::ShowState() {
  const RunDocument& run = *current();
  if (!fault_.isEmpty()) return state_->Show(RequestState::Kind::kRefused, {}, fault_);
  const auto pending = sender_.PendingOf(run);
  const auto waits = std::find_if(pending.rbegin(), pending.rend(), [](const PendingRequest& sent) {
    return sent.request.kind == kKind;
  });
  if (waits != pending.rend()) {
    state_->Show(RequestState::Kind::kPending, waits->text, {});
    return;
  }
  const auto& past = run.interventions();
  const auto newest = std::find_if(past.rbegin(), past.rend(), [](const Intervention& row) {
    return row.request.kind == kKind;
  });
  const std::int64_t number = newest == past.rend() ? 0 : newest->number;
  if (refusal_ && refusal_->newest == number) {
    state_->Show(RequestState::Kind::kRefused, refusal_->change, refusal_->sentence);
  } else if (newest == past.rend()) {
    state_->Show(RequestState::Kind::kNone, {},
                 tr("Nothing was changed yet. What becomes of a change appears here."));
  } else {
    state_->Show(newest->applied ? RequestState::Kind::kApplied : RequestState::Kind::kRefused,
                 ChangeText(*newest), OutcomeText(*newest));
  }
}

void ConstraintPanel::Apply() {
  if (!form_->isEnabled() || !apply_->isEnabled() || !form_->isVisibleTo(this)) return;
  auto request = Request();
  if (!request) return;
  refusal_.reset();
  const auto id = sender_.Send(*current(), *request);
  if (id) {
    sent_id_ = *id;
    sent_change_ = ChangeText(*request);
    ShowState();
  } else {
    Refuse(ChangeText(*request), QString::fromStdString(id.error().message));
  }
}

void ConstraintPanel::Refuse(const QString& change, const QString& sentence) {
  std::int64_t newest = 0;
  for (const Intervention& row : current()->interventions()) {
    if (row.request.kind == kKind) newest = row.number;
  }
  refusal_ = Refusal{change, sentence, newest};
  ShowState();
}

void ConstraintPanel::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
    Apply();
  } else {
    QWidget::keyPressEvent(event);
  }
}

}  // namespace mhc
