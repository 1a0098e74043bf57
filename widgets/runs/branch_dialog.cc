#include "widgets/runs/branch_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "core/record/configuration/home_path.h"
#include "widgets/look/primary_button.h"
#include "widgets/runs/branch_launch.h"
#include "widgets/words/number_words.h"
#include "widgets/words/record_words.h"

namespace mhc {
namespace {

constexpr std::size_t kMostNamed = 3;  // changes that the note names

// A run that was extended has more steps than its run.toml says.
Configuration AsItIsNow(const RunDocument& run) {
  Configuration configuration = run.configuration();
  configuration.train.steps = run.description().steps;
  return configuration;
}

QString WhySaved(const std::string& reason) {
  if (reason == "intervention") return BranchDialog::tr("before a change");
  if (reason == "request") return BranchDialog::tr("asked for");
  if (reason == "start") return BranchDialog::tr("the start");
  if (reason == "stop") return BranchDialog::tr("at a stop");
  return reason == "final" ? BranchDialog::tr("the end") : QString();
}

}  // namespace

BranchDialog::BranchDialog(const Look& look, const RunDocument& run, std::int64_t step,
                           QWidget* parent)
    : QDialog(parent),
      run_(run.path()),
      configuration_(AsItIsNow(run)),
      interventions_(run.interventions()),
      checkpoint_(new QComboBox(this)),
      constraint_(new QComboBox(this)),
      folder_(new QLineEdit(this)),
      note_(new QLabel(this)),
      fault_(new QLabel(this)) {
  setObjectName(QStringLiteral("branchDialog"));
  setWindowTitle(tr("Branch of %1").arg(run.Name()));
  checkpoint_->setObjectName(QStringLiteral("branchCheckpoint"));
  constraint_->setObjectName(QStringLiteral("branchConstraint"));
  folder_->setObjectName(QStringLiteral("branchFolder"));
  note_->setObjectName(QStringLiteral("branchNote"));
  fault_->setObjectName(QStringLiteral("branchFault"));
  constraint_->addItem(tr("as it is"), QString());
  for (const MixingConstraint& constraint : MixingConstraints()) {
    const auto choice = ChooseConstraint(constraint.name);
    const bool fits = choice && CheckStreams(*choice, int(configuration_.StreamCount()));
    const QString name = QString::fromStdString(constraint.name);
    if (fits) constraint_->addItem(name, name);
  }
  constraint_->setEnabled(configuration_.SiteCount() > 0);
  auto* form = new QFormLayout;
  form->setHorizontalSpacing(16);
  form->addRow(tr("from"), checkpoint_);
  form->addRow(tr("constraint"), constraint_);
  rate_ = AddLine(*form, "train.learning_rate", tr("learning rate"), tr("as it is"));
  clip_ = AddLine(*form, "train.clip", tr("clip"), ValueWords(configuration_.train.clip));
  steps_ = AddLine(*form, "train.steps", tr("steps"), StepNumber(run.description().steps));
  form->addRow(tr("folder"), folder_);
  for (QLabel* label : {note_, fault_}) {
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setMinimumHeight(2 * fontMetrics().lineSpacing());
    label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  }
  note_->setStyleSheet(QStringLiteral("color: %1").arg(look.Color(Role::kQuietText).name()));
  fault_->setStyleSheet(QStringLiteral("color: %1").arg(look.Color(Role::kBad).name()));
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  start_ = buttons->addButton(tr("Branch and train"), QDialogButtonBox::AcceptRole);
  start_->setObjectName(QStringLiteral("branchButton"));
  MakePrimary(*start_);
  start_->setDefault(true);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(20, 16, 20, 16);
  column->addLayout(form);
  column->addWidget(note_);
  column->addWidget(fault_);
  column->addWidget(buttons);
  setMinimumWidth(480);
  AddCheckpoints(run, step);
  connect(checkpoint_, &QComboBox::currentIndexChanged, this, &BranchDialog::TakeStep);
  connect(folder_, &QLineEdit::textChanged, this, &BranchDialog::Check);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  TakeStep();
}

// The newest first; the one at or before `step` is chosen.
void BranchDialog::AddCheckpoints(const RunDocument& run, std::int64_t step) {
  const auto& rows = run.checkpoints();
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    const QString why = WhySaved(row->reason);
    const QString place = tr("step %1").arg(StepNumber(row->step));
    checkpoint_->addItem(why.isEmpty() ? place : place + QStringLiteral(" · ") + why,
                         qlonglong(row->step));
    const bool is_first_before =
        row->step <= step && checkpoint_->currentData().toLongLong() > step;
    if (is_first_before) checkpoint_->setCurrentIndex(checkpoint_->count() - 1);
  }
}

QLineEdit* BranchDialog::AddLine(QFormLayout& form, const char* key, const QString& label,
                                 const QString& as_it_is) {
  auto* line = new QLineEdit(this);
  line->setObjectName(QStringLiteral("branch-") + QLatin1String(key));
  line->setPlaceholderText(as_it_is);
  line->setToolTip(QString::fromStdString(FindConfigurationKey(key)->declaration.text));
  connect(line, &QLineEdit::textChanged, this, &BranchDialog::Check);
  form.addRow(label, line);
  return line;
}

std::int64_t BranchDialog::step() const { return checkpoint_->currentData().toLongLong(); }

std::filesystem::path BranchDialog::branch() const {
  return WithHome(folder_->text().trimmed().toStdString());
}

QStringList BranchDialog::settings() const {
  QStringList settings;
  const QString constraint = constraint_->currentData().toString();
  if (!constraint.isEmpty()) settings << QStringLiteral("mixing.constraint=") + constraint;
  for (const auto& [line, key] :
       {std::pair(rate_, "train.learning_rate"), std::pair(clip_, "train.clip"),
        std::pair(steps_, "train.steps")}) {
    const QString text = line->text().trimmed();
    if (!text.isEmpty()) settings << QLatin1String(key) + QLatin1Char('=') + text;
  }
  return settings;
}

// The changes that the branch will not have.
QString BranchDialog::LeftOut() const {
  QStringList changes;
  std::size_t more = 0;
  for (const Intervention& intervention : interventions_) {
    const InterventionKind* kind = FindInterventionKind(intervention.request.kind);
    const bool counts = intervention.applied && !intervention.undone && kind != nullptr &&
                        kind->changes_training && intervention.step >= step();
    if (!counts) continue;
    if (static_cast<std::size_t>(changes.size()) < kMostNamed) {
      changes << tr("%1 at step %2").arg(ChangeText(intervention), StepNumber(intervention.step));
    } else {
      ++more;
    }
  }
  if (more > 0) changes << tr("%1 more").arg(more);
  return changes.join(QStringLiteral(", "));
}

void BranchDialog::TakeStep() {
  const QString left_out = LeftOut();
  note_->setText(
      left_out.isEmpty()
          ? tr("The same as the run up to step %1, to the last bit.").arg(StepNumber(step()))
          : tr("The same as the run up to step %1, to the last bit; then without %2.")
                .arg(StepNumber(step()), left_out));
  folder_->setText(QString::fromStdString(BranchPath(run_, step()).string()));
  Check();
}

void BranchDialog::Check() {
  QString fault;
  std::vector<Setting> given;
  for (const QString& setting : settings()) {
    const auto at = setting.indexOf('=');
    given.push_back({setting.left(at).toStdString(), setting.mid(at + 1).toStdString()});
  }
  const auto checked = ParseConfiguration(ToToml(configuration_), "run.toml", given);
  std::error_code ignored;
  if (checkpoint_->count() == 0) {
    fault = tr("The run has no checkpoint yet.");
  } else if (!checked) {
    fault = QString::fromStdString(checked.error().message);
  } else if (checked->train.steps < step()) {
    fault = tr("Steps: expected at least the %1 of the checkpoint.").arg(StepNumber(step()));
  } else if (folder_->text().trimmed().isEmpty()) {
    fault = tr("Expected the folder of the branch.");
  } else if (std::filesystem::exists(branch(), ignored)) {
    fault = tr("The folder exists already.");
  }
  fault_->setText(fault);
  start_->setEnabled(fault.isEmpty());
}

}  // namespace mhc
