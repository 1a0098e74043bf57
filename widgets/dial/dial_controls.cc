#include "widgets/dial/dial_controls.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSlider>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/formats/number_text.h"
#include "core/manifold/matrix_fit.h"
#include "widgets/look/look.h"
#include "widgets/panels/declared_field.h"
#include "widgets/panels/option_form.h"
#include "widgets/panels/section.h"
#include "widgets/words/record_words.h"

namespace mhc {
namespace {

constexpr int kMostIterations = 30;
constexpr int kRowHeight = 24;
constexpr double kLargestEntry = 1e12;  // beyond it a fit loses all digits
constexpr const char* kIterations = "iterations";

}  // namespace

DialControls::DialControls(const Look& look, QWidget* parent)
    : QScrollArea(parent), look_(look), choice_(*mhc::ChooseConstraint("sinkhorn")) {
  setObjectName(QStringLiteral("dialControls"));
  QVBoxLayout* column = MakeScrollingColumn(*this);
  auto* page = new QWidget(widget());
  auto* inside = new QVBoxLayout(page);
  inside->setContentsMargins(kPanelMargin, kPanelMargin, kPanelMargin, kPanelMargin);
  inside->setSpacing(kRowSpacing);
  column->addWidget(page);
  column->addStretch(1);
  inside->addWidget(MakeSectionLabel(tr("Dial"), look_, page));
  BuildForm(*inside);
  BuildLogits(*inside);
  fault_ = MakeLabel(look_, Role::kBad, page);
  fault_->setObjectName(QStringLiteral("dialFault"));
  fault_->setWordWrap(true);
  inside->addWidget(fault_);
  ChooseConstraint();
}

void DialControls::BuildForm(QVBoxLayout& column) {
  QWidget* page = column.parentWidget();
  auto* fields = new QGridLayout;
  fields->setSpacing(kRowSpacing);
  fields->setColumnStretch(1, 1);
  column.addLayout(fields);
  constraint_ = new QComboBox(page);
  constraint_->setObjectName(QStringLiteral("dialConstraint"));
  for (const MixingConstraint& constraint : MixingConstraints()) {
    constraint_->addItem(QString::fromStdString(constraint.name));
    constraint_->setItemData(constraint_->count() - 1, QString::fromStdString(constraint.text),
                             Qt::ToolTipRole);
  }
  constraint_->setCurrentText(QString::fromStdString(choice_.constraint->name));
  AddFieldRow(*fields, tr("map"), constraint_, look_);
  iterations_ = new QSlider(Qt::Horizontal, page);
  iterations_->setObjectName(QStringLiteral("dialIterations"));
  iterations_->setRange(0, kMostIterations);
  iterations_->setToolTip(tr("Iterations of Sinkhorn-Knopp"));
  iterations_label_ = AddFieldRow(*fields, tr("iterations"), iterations_, look_);
  // In the room of the map with the most of them: what is below stays where it is.
  auto* options = new QWidget(page);
  auto* options_column = new QVBoxLayout(options);
  options_column->setContentsMargins(0, 0, 0, 0);
  options_ = new OptionForm(look_, options);
  options_column->addWidget(options_);
  options_column->addStretch(1);
  int most = 0;
  for (const MixingConstraint& constraint : MixingConstraints()) {
    most = std::max(most, OptionForm::HeightFor(constraint));
  }
  options->setFixedHeight(most);
  column.addWidget(options);
  column.addWidget(MakeSectionLine(look_, page));
  auto* study = new QGridLayout;
  study->setSpacing(kRowSpacing);
  study->setColumnStretch(1, 1);
  column.addLayout(study);
  const DepthStudyOptions usual;
  for (const DepthStudyKey& key : DepthStudyKeys()) {
    auto* field = new DeclaredField(key.declaration, page);
    field->SetValue(key.get(usual));
    field->setObjectName("dial-" + QString::fromStdString(key.declaration.key));
    // Composites of the dial begin with the first layer.
    field->setVisible(key.declaration.key != "from");
    if (key.declaration.key != "from") {
      const bool is_diagonal = key.declaration.key == "diagonal";
      AddFieldRow(*study, is_diagonal ? tr("add to z_ii") : KeyText(key.declaration.key), field,
                  look_);
    }
    connect(field, &DeclaredField::edited, this, [this] {
      UpdateFields();
      Q_EMIT turned(false);
    });
    fields_.push_back(field);
  }
  connect(constraint_, &QComboBox::currentIndexChanged, this, &DialControls::ChooseConstraint);
  connect(options_, &OptionForm::edited, this, &DialControls::TakeOptions);
  connect(iterations_, &QSlider::valueChanged, this, [this](int iterations) {
    if (fills_) return;
    choice_.options.Set(kIterations, std::int64_t{iterations});
    options_->Show(choice_, iterations_);
    Q_EMIT turned(true);
  });
}

void DialControls::BuildLogits(QVBoxLayout& column) {
  QWidget* page = column.parentWidget();
  column.addWidget(MakeSectionLine(look_, page));
  auto* row = new QGridLayout;
  row->setColumnStretch(1, 1);
  column.addLayout(row);
  source_ = new QComboBox(page);
  source_->setObjectName(QStringLiteral("dialLogits"));
  source_->addItems({tr("random"), tr("given, in every layer")});
  AddFieldRow(*row, tr("logits"), source_, look_);
  table_ = new QTableWidget(page);
  table_->setObjectName(QStringLiteral("dialTable"));
  table_->setAccessibleName(tr("Logits"));
  table_->horizontalHeader()->hide();
  table_->verticalHeader()->hide();
  table_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
  table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
  column.addWidget(table_);
  of_what_ = MakeNote(look_, page);
  column.addWidget(of_what_);
  connect(source_, &QComboBox::currentIndexChanged, this, [this] {
    const auto streams = static_cast<int>(Options().streams);
    if (table_->rowCount() == 0 && CheckStreams(choice_, streams)) {
      ShowLogits(StartLogits(choice_, streams));
    }
    of_what_->clear();
    UpdateFields();
    if (!fills_) Q_EMIT turned(false);
  });
  connect(table_, &QTableWidget::itemChanged, this, [this] {
    if (!fills_) Q_EMIT turned(false);
  });
}

DepthStudyOptions DialControls::Options() const {
  DepthStudyOptions options;
  options.choice = choice_;
  const auto keys = DepthStudyKeys();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto value = fields_[i]->value();
    // A map without a matrix of logits has no diagonal to add to.
    if (value && fields_[i]->isEnabled()) keys[i].set(options, *value);
  }
  return options;
}

Result<DialInput> DialControls::Input() const {
  for (const DeclaredField* field : fields_) {
    if (const auto value = field->value(); !value) return tl::unexpected(value.error());
  }
  const auto choice = options_->Choice();
  if (!choice) return tl::unexpected(choice.error());
  DialInput input{Options(), std::nullopt};
  if (source_->currentIndex() == static_cast<int>(Logits::kRandom)) return input;
  input.logits = LogitsInTable();
  for (const double logit : *input.logits) {
    if (!std::isfinite(logit)) return Fail("logits: expected a finite number in every cell");
  }
  return input;
}

void DialControls::ChooseConstraint() {
  choice_ = *mhc::ChooseConstraint(constraint_->currentText().toStdString());
  options_->Show(choice_, constraint_);
  const auto streams = static_cast<int>(Options().streams);
  if (CheckStreams(choice_, streams)) ShowLogits(StartLogits(choice_, streams));
  UpdateFields();
  Q_EMIT turned(false);
}

void DialControls::TakeOptions() {
  const auto choice = options_->Choice();
  if (choice) choice_ = *choice;
  UpdateFields();
  Q_EMIT turned(false);
}

void DialControls::UpdateFields() {
  fills_ = true;
  const bool has_iterations = choice_.options.Has(kIterations);
  iterations_->setEnabled(has_iterations);
  iterations_label_->setEnabled(has_iterations);
  if (has_iterations) {
    iterations_->setValue(static_cast<int>(
        std::min<std::int64_t>(choice_.options.Integer(kIterations), kMostIterations)));
  }
  const bool is_given = source_->currentIndex() == static_cast<int>(Logits::kGiven);
  for (DeclaredField* field : fields_) {
    const std::string& key = field->declaration().key;
    const bool is_random = key != "streams" && key != "depth";
    const bool fits = key != "diagonal" || choice_.constraint->logit_layout == "matrix";
    field->setEnabled(fits && !(is_given && is_random) && key != "from");
  }
  const auto streams = static_cast<int>(Options().streams);
  const bool allowed = CheckStreams(choice_, streams).has_value();
  if (allowed && static_cast<int>(LogitsInTable().size()) != LogitCount(choice_, streams)) {
    ShowLogits(StartLogits(choice_, streams));
  }
  table_->setVisible(is_given);
  of_what_->setVisible(is_given && !of_what_->text().isEmpty());
  fills_ = false;
}

void DialControls::ShowLogits(const std::vector<double>& logits) {
  const bool was_filling = std::exchange(fills_, true);
  const auto count = static_cast<int>(logits.size());
  const auto streams = static_cast<int>(Options().streams);
  const int columns = count == 0 ? 0 : std::min(count, std::max(streams, 1));
  const int rows = columns == 0 ? 0 : (count + columns - 1) / columns;
  table_->clear();
  table_->setColumnCount(columns);
  table_->setRowCount(rows);
  for (int k = 0; k < rows * columns; ++k) {
    auto* item = new QTableWidgetItem;
    if (k < count) {
      item->setText(QString::fromStdString(NumberText(std::round(logits[k] * 1e3) / 1e3)));
      item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    } else {
      item->setFlags(Qt::NoItemFlags);
    }
    table_->setItem(k / columns, k % columns, item);
  }
  table_->setFixedHeight(std::min(rows, 10) * kRowHeight + 4);
  fills_ = was_filling;
}

std::vector<double> DialControls::LogitsInTable() const {
  std::vector<double> logits;
  for (int k = 0; k < table_->rowCount() * table_->columnCount(); ++k) {
    const QTableWidgetItem* item =
        table_->item(k / table_->columnCount(), k % table_->columnCount());
    if (item == nullptr || item->flags() == Qt::NoItemFlags) continue;
    const auto number = ParseNumber(item->text().toStdString());
    logits.push_back(number.value_or(NAN));
  }
  return logits;
}

Status DialControls::TakeMatrix(const ConstraintChoice& choice, const Matrix& matrix,
                                const QString& of_what) {
  const std::string name = of_what.toStdString();
  if (!matrix.allFinite()) {
    return Fail("{}: the matrix has entries that are not finite, which the dial cannot fit", name);
  }
  if (const double largest = matrix.cwiseAbs().maxCoeff(); largest > kLargestEntry) {
    return Fail("{}: the matrix has an entry of {:.1e}, expected {:.0e} at most in the dial", name,
                largest, kLargestEntry);
  }
  if (const Status allowed = CheckStreams(choice, static_cast<int>(matrix.rows())); !allowed) {
    return Fail("{}: {}", name, allowed.error().message);
  }
  fills_ = true;
  constraint_->setCurrentText(QString::fromStdString(choice.constraint->name));
  choice_ = choice;
  options_->Show(choice_, constraint_);
  for (DeclaredField* field : fields_) {
    if (field->declaration().key == "streams") field->SetValue(std::int64_t{matrix.rows()});
  }
  source_->setCurrentIndex(static_cast<int>(Logits::kGiven));
  const MatrixFit fit = FitMatrix(choice_, matrix);
  ShowLogits(fit.logits);
  of_what_->setText(tr("%1; unmatched %2").arg(of_what, DistanceText(fit.residual)));
  fills_ = false;
  UpdateFields();
  Q_EMIT turned(false);
  return {};
}

void DialControls::ShowFault(const QString& sentence) {
  fault_->setText(sentence);
  fault_->setVisible(!sentence.isEmpty());
}

}  // namespace mhc
