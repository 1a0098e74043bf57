#include "widgets/runs/new_run_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QVBoxLayout>

#include "core/formats/person_text.h"
#include "core/plan/machine_sweep.h"
#include "core/plan/plan.h"
#include "core/plan/thread_choice.h"
#include "core/record/configuration/home_path.h"
#include "core/record/configuration/presets.h"
#include "core/record/run/run_folder.h"
#include "widgets/look/look.h"
#include "widgets/look/primary_button.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

QString ValueText(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return QString::fromStdString(*text);
  return QString::fromStdString(ToToml(value));
}

// Nothing stands for what is chosen by the work of a step.
QString ShownValue(const std::string& key, const Value& value) {
  const QString text = ValueText(value);
  return key == "threads" && text == QLatin1String("0") ? QString() : text;
}

QString TextOf(const QWidget* field) {
  if (const auto* choice = qobject_cast<const QComboBox*>(field)) {
    return choice->currentData().toString();
  }
  return qobject_cast<const QLineEdit*>(field)->text();
}

// What the whole run takes on this machine: ", about 12 m 40 s"; nothing where it was not swept.
QString DurationSentence(const Configuration& configuration) {
  const auto time = PredictStepTime(configuration);
  if (!time) return {};
  const double seconds = 1e-3 * time->step_ms * static_cast<double>(configuration.train.steps);
  return NewRunDialog::tr(", about %1").arg(QString::fromStdString(DurationText(seconds)));
}

// "1.1M parameters, 8.2M tokens, about 190 MiB, 2 threads, about 12 m 40 s".
QString CostSentence(const Configuration& configuration) {
  const Plan plan = PlanOf(configuration);
  const auto count = [](std::int64_t number) {
    return QString::fromStdString(CountText(static_cast<double>(number)));
  };
  const TrainSettings& train = configuration.train;
  return NewRunDialog::tr("%1 parameters, %2 tokens, about %3 MiB, %4")
             .arg(count(plan.parameters),
                  count(train.steps * train.batch * configuration.model.context),
                  StepNumber(static_cast<std::int64_t>(plan.MemoryBytes() / (1 << 20))),
                  ThreadsText(ChooseThreads(configuration, PhysicalCores()))) +
         DurationSentence(configuration);
}

}  // namespace

NewRunDialog::NewRunDialog(const Look& look, const QString& preset, QWidget* parent)
    : QDialog(parent), look_(look) {
  setObjectName("newRunDialog");
  setWindowTitle(tr("New run"));
  preset_ = new QComboBox(this);
  preset_->setObjectName("presetChoice");
  for (const PresetText& row : PresetTexts()) {
    preset_->addItem(QString::fromUtf8(row.name.data(), qsizetype(row.name.size())));
    preset_->setItemData(preset_->count() - 1, QString::fromStdString(PresetSentence(row)),
                         Qt::ToolTipRole);
  }
  preset_->setCurrentText(preset);
  auto* form = new QFormLayout;
  form->setHorizontalSpacing(16);
  form->addRow(tr("preset"), preset_);
  AddField(*form, "name", tr("name"));
  AddField(*form, "data.source", tr("text"));
  AddField(*form, "mixing.connection", tr("connection"));
  AddField(*form, "mixing.constraint", tr("constraint"));
  AddField(*form, "model.streams", tr("streams"));
  AddField(*form, "model.blocks", tr("blocks"));
  AddField(*form, "model.channels", tr("channels"));
  AddField(*form, "model.heads", tr("heads"));
  AddField(*form, "train.steps", tr("steps"));
  AddField(*form, "train.learning_rate", tr("learning rate"));
  AddField(*form, "seed", tr("seed"));
  AddField(*form, "threads", tr("threads"));
  folder_ = new QLineEdit(this);
  folder_->setObjectName("runFolderEdit");
  folder_->setPlaceholderText(tr("NAME-DATE in the folder of runs"));
  form->addRow(tr("folder"), folder_);

  cost_ = new QLabel(this);
  cost_->setObjectName("newRunCost");
  cost_->setTextFormat(Qt::PlainText);
  cost_->setStyleSheet(QStringLiteral("color: %1").arg(look_.Color(Role::kQuietText).name()));
  cost_->setToolTip(
      tr("Memory is an estimate of what training holds beside the programs. How long it takes is "
         "told after a sweep of this machine: mhc bench --sweep"));
  fault_ = new QLabel(this);
  fault_->setObjectName("newRunFault");
  fault_->setTextFormat(Qt::PlainText);
  fault_->setWordWrap(true);
  fault_->setMinimumHeight(2 * fontMetrics().lineSpacing());
  fault_->setStyleSheet(QStringLiteral("color: %1").arg(look_.Color(Role::kBad).name()));
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  start_ = buttons->addButton(tr("Start"), QDialogButtonBox::AcceptRole);
  start_->setObjectName("startButton");
  MakePrimary(*start_);
  start_->setDefault(true);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(20, 16, 20, 16);
  column->addLayout(form);
  column->addWidget(cost_);
  column->addWidget(fault_);
  column->addWidget(buttons);
  setMinimumWidth(480);
  connect(preset_, &QComboBox::currentTextChanged, this, &NewRunDialog::TakePreset);
  connect(folder_, &QLineEdit::textChanged, this, &NewRunDialog::Check);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  TakePreset();
}

void NewRunDialog::AddField(QFormLayout& form, const std::string& key, const QString& label) {
  const Declaration* declaration = &FindConfigurationKey(key)->declaration;
  QWidget* field = nullptr;
  if (declaration->choices.empty()) {
    auto* line = new QLineEdit(this);
    if (key == "threads") line->setPlaceholderText(tr("by the work of a step"));
    connect(line, &QLineEdit::textChanged, this, &NewRunDialog::Check);
    field = line;
  } else {
    auto* choice = new QComboBox(this);
    if (key == "mixing.constraint") choice->addItem(tr("that of the connection"), QString());
    for (const std::string& text : declaration->choices) {
      choice->addItem(QString::fromStdString(text), QString::fromStdString(text));
    }
    connect(choice, &QComboBox::currentTextChanged, this, &NewRunDialog::Check);
    field = choice;
  }
  field->setObjectName("field-" + QString::fromStdString(key));
  field->setToolTip(QString::fromStdString(declaration->text));
  fields_[key] = field;
  if (key != "data.source") {
    form.addRow(label, field);
    return;
  }
  auto* browse = new QPushButton(tr("Choose …"), this);
  connect(browse, &QPushButton::clicked, this, [this, field] {
    const QString file = QFileDialog::getOpenFileName(this, tr("A text to train on"));
    if (!file.isEmpty()) qobject_cast<QLineEdit*>(field)->setText(file);
  });
  auto* row = new QHBoxLayout;
  row->addWidget(field, 1);
  row->addWidget(browse);
  form.addRow(label, row);
}

void NewRunDialog::TakePreset() {
  const auto configuration = LoadConfiguration(preset_->currentText().toStdString(), {});
  if (!configuration) return;
  for (const ConfigurationKey& row : ConfigurationKeys()) {
    const auto found = fields_.find(row.declaration.key);
    if (found == fields_.end()) continue;
    const bool is_constraint = row.declaration.key == "mixing.constraint";
    const QString text =
        is_constraint ? QString() : ShownValue(row.declaration.key, row.get(*configuration));
    of_preset_[row.declaration.key] = text;
    if (auto* choice = qobject_cast<QComboBox*>(found->second)) {
      choice->setCurrentIndex(choice->findData(text));
    } else {
      qobject_cast<QLineEdit*>(found->second)->setText(text);
    }
  }
  Check();
}

// What differs from the preset.
std::vector<Setting> NewRunDialog::Settings() const {
  std::vector<Setting> settings;
  for (const auto& [key, field] : fields_) {
    const QString text = TextOf(field);
    if (text == of_preset_.at(key)) continue;
    settings.push_back({key, key == "threads" && text.isEmpty() ? "0" : text.toStdString()});
  }
  return settings;
}

void NewRunDialog::Check() {
  if (of_preset_.size() < fields_.size()) return;  // a preset is being taken
  const auto settings = Settings();
  const auto configuration = LoadConfiguration(preset_->currentText().toStdString(), settings);
  QString fault;
  cost_->setText(configuration ? CostSentence(*configuration) : QString());
  if (!configuration) {
    fault = QString::fromStdString(configuration.error().message);
    fault.remove(QRegularExpression(QStringLiteral("^--set ")));  // the field has the key's place
  } else {
    run_ = folder_->text().isEmpty()
               ? RunFolder::DefaultPath(configuration->name)
               : std::filesystem::path(WithHome(folder_->text().toStdString()));
    std::error_code error;
    if (std::filesystem::exists(run_, error)) fault = tr("The folder exists already.");
  }
  fault_->setText(fault);
  start_->setEnabled(fault.isEmpty());
}

QStringList NewRunDialog::EngineWords() const {
  QStringList words = {"train", preset_->currentText(), "--run",
                       QString::fromStdString(run_.string())};
  for (const Setting& setting : Settings()) {
    words << "--set" << QString::fromStdString(setting.key + "=" + setting.value);
  }
  return words;
}

}  // namespace mhc
