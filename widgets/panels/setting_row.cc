#include "widgets/panels/setting_row.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/formats/person_text.h"
#include "core/record/configuration/site_list.h"
#include "widgets/document/current_constraints.h"
#include "widgets/panels/section.h"
#include "widgets/words/record_words.h"

namespace mhc {
namespace {

constexpr int kStatePadding = kOutlineRoom;

QString AppliedText(const Intervention& intervention) {
  const QString step = QString::fromStdString(StepText(intervention.step));
  const InterventionKind* kind = FindInterventionKind(intervention.request.kind);
  if (kind != nullptr && kind->takes_transfer) {
    return SettingRow::tr("constraint of step %1").arg(step);
  }
  return intervention.request.origin == "guard"
             ? SettingRow::tr("by the guard at step %1").arg(step)
             : SettingRow::tr("applied at step %1").arg(step);
}

bool BringsOptions(const Intervention& intervention) {
  const InterventionKind* kind = FindInterventionKind(intervention.request.kind);
  return kind != nullptr && kind->takes_transfer && intervention.applied;
}

}  // namespace

SettingRow::SettingRow(const InterventionKind& kind, const Look& look, RequestSender& sender,
                       QWidget* parent)
    : QWidget(parent), kind_(kind), sender_(sender) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(1);
  auto* form = new QGridLayout();
  form->setContentsMargins(kStatePadding, 0, kStatePadding, 0);
  form->setHorizontalSpacing(kRowSpacing);
  form->setColumnStretch(1, 1);
  column->addLayout(form);
  field_ = new DeclaredField(kind.value, this);
  AddFieldRow(*form, KeyText(kind.value.key), field_, look);
  auto* below = new QHBoxLayout();
  column->addLayout(below);
  state_ = new RequestState(look, kStatePadding, this);
  below->addWidget(state_, 1);
  set_ = new QToolButton(this);
  set_->setText(tr("set"));
  set_->setToolTip(tr("Sets it at the next step (Enter)."));
  set_->setObjectName(QString::fromStdString(kind.value.key + "Set"));
  QSizePolicy keeps_room = set_->sizePolicy();
  keeps_room.setRetainSizeWhenHidden(true);
  set_->setSizePolicy(keeps_room);
  below->addWidget(set_, 0, Qt::AlignTop);
  const auto color = [this, &look] {
    set_->setStyleSheet(QStringLiteral("QToolButton { color: %1; padding: 2px %2px; }")
                            .arg(look.Color(Role::kAccentText).name())
                            .arg(kStatePadding));
  };
  connect(&look, &Look::changed, this, color);
  color();
  connect(field_, &DeclaredField::edited, this, [this] {
    edited_ = true;
    refusal_.reset();
    CheckField();
    ShowState();
  });
  connect(field_, &DeclaredField::accepted, this, &SettingRow::Set);
  connect(set_, &QToolButton::clicked, this, &SettingRow::Set);
  connect(&sender_, &RequestSender::settled, this, &SettingRow::TakeSettled);
}

void SettingRow::Refresh(RunDocument& run, bool steerable) {
  run_ = &run;
  steerable_ = steerable;
  if (run.key() != run_key_) {
    run_key_ = run.key();
    edited_ = false;
    sent_id_.clear();
    refusal_.reset();
  }
  holding_ = HoldingIn(run);
  const bool may_have = kind_.takes_sites && run.configuration().SiteCount() > 0;
  setVisible(holding_ || may_have);
  field_->setEnabled(steerable && holding_);
  if (!holding_) {
    CheckField();
    if (may_have) state_->Show(RequestState::Kind::kApplied, {}, tr("no map has it now"));
    return;
  }
  if (!edited_) field_->SetValue(holding_->value);
  CheckField();
  ShowState();
}

void SettingRow::Clear() {
  run_ = nullptr;
  run_key_ = 0;
  holding_.reset();
  hide();
}

std::optional<SettingRow::Holding> SettingRow::HoldingIn(const RunDocument& run) const {
  const std::string& key = kind_.value.key;
  if (!kind_.takes_sites) {
    auto value = ValueInForce(run, key, run.last_step());
    return value ? std::optional(Holding{*std::move(value), {}, false}) : std::nullopt;
  }
  const auto choices = ConstraintChoicesAt(run, run.last_step());
  std::optional<Holding> holding;
  std::vector<std::int64_t> sites;
  for (std::size_t site = 0; site < choices.size(); ++site) {
    const auto option = choices[site].options.values().find(key);
    if (option == choices[site].options.values().end()) continue;
    sites.push_back(static_cast<std::int64_t>(site));
    if (!holding) holding = Holding{option->second, {}, false};
    holding->sites_differ = holding->sites_differ || option->second != holding->value;
  }
  if (holding && sites.size() < choices.size()) holding->sites = std::move(sites);
  return holding;
}

// A value that is in force already is nothing to ask for.
void SettingRow::CheckField() {
  const auto value = field_->value();
  const bool differs = holding_ && (holding_->sites_differ || !value || *value != holding_->value);
  set_->setVisible(steerable_ && differs && value.has_value() && !IsPending());
}

bool SettingRow::IsPending() const {
  if (run_ == nullptr) return false;
  const auto pending = sender_.PendingOf(*run_);
  return std::any_of(pending.begin(), pending.end(), [&](const PendingRequest& sent) {
    return sent.request.kind == kind_.value.key;
  });
}

const Intervention* SettingRow::Newest() const {
  const auto& past = run_->interventions();
  const auto newest = std::find_if(past.rbegin(), past.rend(), [&](const Intervention& row) {
    const bool meant =
        row.request.kind == kind_.value.key || (kind_.takes_sites && BringsOptions(row));
    return meant && !row.undone;
  });
  return newest == past.rend() ? nullptr : &*newest;
}

void SettingRow::ShowState() {
  if (run_ == nullptr || !holding_) return;
  using Kind = RequestState::Kind;
  if (IsPending()) return state_->Show(Kind::kPending, {}, {});
  const auto value = field_->value();
  const Intervention* newest = Newest();
  if (edited_ && !value) {
    state_->Show(Kind::kRefused, {}, QString::fromStdString(value.error().message));
  } else if (refusal_ && refusal_->newest == (newest ? newest->number : 0)) {
    state_->Show(Kind::kRefused, {}, refusal_->sentence);
  } else if (newest != nullptr) {
    const QString text = newest->applied ? AppliedText(*newest) : OutcomeText(*newest);
    state_->Show(newest->applied ? Kind::kApplied : Kind::kRefused, {}, text);
  } else {
    state_->Show(Kind::kApplied, {},
                 holding_->sites_differ ? tr("differs by site") : tr("as configured"));
  }
}

void SettingRow::Set() {
  if (run_ == nullptr || !set_->isVisibleTo(this)) return;
  const auto value = field_->value();
  if (!value) return;
  const auto* text = std::get_if<std::string>(&*value);
  const std::string given = text ? *text : ToToml(*value), sites = SitesToText(holding_->sites);
  refusal_.reset();
  const auto request = MakeRequest(
      run_->configuration(), kind_.value.key, given,
      sites.empty() ? std::nullopt : std::optional<std::string_view>(sites), std::nullopt);
  const auto id = request ? sender_.Send(*run_, *request)
                          : Result<std::string>(tl::unexpected(request.error()));
  if (id) {
    sent_id_ = *id;
  } else {
    const Intervention* newest = Newest();
    refusal_ = Refusal{QString::fromStdString(id.error().message), newest ? newest->number : 0};
  }
  ShowState();
}

void SettingRow::TakeSettled(const QString& id, bool applied, const QString& sentence) {
  if (sent_id_.empty() || id.toStdString() != sent_id_) return;
  sent_id_.clear();
  if (applied) {
    edited_ = false;
  } else if (run_ != nullptr) {
    const Intervention* newest = Newest();
    refusal_ = Refusal{sentence, newest ? newest->number : 0};
  }
}

}  // namespace mhc
