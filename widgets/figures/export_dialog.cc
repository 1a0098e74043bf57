#include "widgets/figures/export_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPainter>
#include <QPushButton>
#include <QSettings>
#include <QVBoxLayout>

#include "widgets/figures/figure_file.h"
#include "widgets/figures/figure_table.h"
#include "widgets/look/primary_button.h"

namespace mhc {
namespace {

constexpr auto kFolderKey = "figureFolder";  // where the last figure was saved

constexpr double kPreviewWidth = 440.0;

QDoubleSpinBox* Millimetres(double value, QWidget* parent) {
  auto* box = new QDoubleSpinBox(parent);
  box->setRange(20.0, 1000.0);
  box->setDecimals(0);
  box->setSuffix(" mm");
  box->setValue(value);
  return box;
}

}  // namespace

ExportDialog::ExportDialog(const ViewContext& context, const QString& figure, QWidget* parent)
    : QDialog(parent),
      light_(Look::Mode::kLight),
      context_{context.runs, context.step, context.site, light_} {
  setObjectName("exportDialog");
  setWindowTitle(tr("Export figure"));
  figure_ = new QComboBox(this);
  figure_->setObjectName("figureChoice");
  for (const std::span<const FigureRow> rows : {Figures(), ScalarFigures()}) {
    for (const FigureRow& row : rows) {
      figure_->addItem(QString::fromUtf8(row.name.data(), qsizetype(row.name.size())));
      figure_->setItemData(figure_->count() - 1,
                           QString::fromUtf8(row.text.data(), qsizetype(row.text.size())),
                           Qt::ToolTipRole);
    }
  }
  if (!figure.isEmpty()) figure_->setCurrentText(figure);
  width_ = Millimetres(120, this);
  height_ = Millimetres(75, this);
  height_->setRange(0.0, 1000.0);
  height_->setSpecialValueText(tr("as needed"));
  height_->setValue(0.0);
  file_ = new QLineEdit(this);
  file_->setObjectName("figureFileEdit");
  auto* browse = new QPushButton(tr("Choose …"), this);
  auto* size_row = new QHBoxLayout;
  size_row->addWidget(width_);
  size_row->addWidget(new QLabel(QStringLiteral("×"), this));
  size_row->addWidget(height_);
  size_row->addStretch(1);
  auto* file_row = new QHBoxLayout;
  file_row->addWidget(file_, 1);
  file_row->addWidget(browse);
  auto* form = new QFormLayout;
  form->addRow(tr("figure"), figure_);
  form->addRow(tr("size"), size_row);
  form->addRow(tr("file"), file_row);
  preview_ = new QLabel(this);
  preview_->setObjectName("figurePreview");
  preview_->setTextFormat(Qt::PlainText);
  preview_->setAlignment(Qt::AlignCenter);
  preview_->setWordWrap(true);
  preview_->setMinimumSize(static_cast<int>(kPreviewWidth) + 16, 300);
  said_ = new QLabel(tr("PDF, SVG, PNG or CSV, by the ending of the file"), this);
  said_->setObjectName("exportSaid");
  said_->setTextFormat(Qt::PlainText);
  said_->setWordWrap(true);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
  save_ = buttons->addButton(tr("Save"), QDialogButtonBox::ActionRole);
  save_->setObjectName("saveFigureButton");
  MakePrimary(*save_);
  save_->setDefault(true);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(20, 16, 20, 16);
  column->addLayout(form);
  column->addWidget(preview_, 1);
  column->addWidget(said_);
  column->addWidget(buttons);
  connect(figure_, &QComboBox::currentTextChanged, this, &ExportDialog::MakeView);
  connect(width_, &QDoubleSpinBox::valueChanged, this, &ExportDialog::Update);
  connect(height_, &QDoubleSpinBox::valueChanged, this, &ExportDialog::Update);
  connect(&context_.runs, &RunSelection::recordChanged, this, &ExportDialog::Update);
  connect(save_, &QPushButton::clicked, this, &ExportDialog::Save);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(browse, &QPushButton::clicked, this, [this] {
    const QString file = QFileDialog::getSaveFileName(this, tr("Figure"), file_->text(),
                                                      tr("Figures (*.pdf *.svg *.png *.csv)"),
                                                      nullptr, QFileDialog::DontConfirmOverwrite);
    if (!file.isEmpty()) file_->setText(file);
  });
  MakeView();
}

void ExportDialog::MakeView() {
  const FigureRow* row = FindFigure(figure_->currentText().toStdString());
  if (row == nullptr) return;
  view_ = row->make(context_);
  const RunDocument* run = context_.runs.current();
  const QString stem = run ? run->Name() + '-' + figure_->currentText() : figure_->currentText();
  const QString folder = QSettings().value(kFolderKey, QDir::homePath()).toString();
  file_->setText(QDir(folder).filePath(stem + ".pdf"));
  Update();
}

// The view is asked again whenever something was read, since what it needs may be on its way.
void ExportDialog::Update() {
  if (!view_) return;
  view_->RefreshNow();
  save_->setEnabled(view_->Ready());
  if (!view_->Ready()) {
    preview_->setText(view_->Reason().isEmpty() ? tr("Reading the record …") : view_->Reason());
    return;
  }
  const auto size = SizeOfFigure(*view_, {width_->value(), height_->value()});
  save_->setEnabled(size.has_value());
  if (!size) {
    preview_->setText(QString::fromStdString(size.error().message));
    return;
  }
  const double width = size->width_mm / kMillimetresPerInch * kPointsPerInch;
  const double height = size->height_mm / kMillimetresPerInch * kPointsPerInch;
  const double scale = std::min(kPreviewWidth / width, 300.0 / height);
  QPixmap picture(static_cast<int>(width * scale), static_cast<int>(height * scale));
  picture.fill(Qt::white);
  QPainter painter(&picture);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.scale(scale, scale);
  view_->DrawFigure(painter, width, height);
  painter.end();
  preview_->setPixmap(picture);
}

void ExportDialog::Save() {
  if (!QFileInfo::exists(file_->text())) {
    Write();
    return;
  }
  auto* question =
      new QMessageBox(QMessageBox::Question, windowTitle(),
                      tr("%1 is there already.").arg(file_->text()), QMessageBox::Cancel, this);
  question->setObjectName("replaceFigureQuestion");
  question->setTextFormat(Qt::PlainText);
  question->setAttribute(Qt::WA_DeleteOnClose);
  QPushButton* replace = question->addButton(tr("Replace it"), QMessageBox::AcceptRole);
  question->setDefaultButton(QMessageBox::Cancel);
  connect(replace, &QPushButton::clicked, this, &ExportDialog::Write);
  question->open();
}

void ExportDialog::Write() {
  const Status written = WriteFigure(*view_, {width_->value(), height_->value()},
                                     OriginOf(context_.runs), file_->text().toStdString());
  said_->setText(written ? tr("Saved %1").arg(file_->text())
                         : QString::fromStdString(written.error().message));
  if (written) QSettings().setValue(kFolderKey, QFileInfo(file_->text()).absolutePath());
}

}  // namespace mhc
