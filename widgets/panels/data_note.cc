#include "widgets/panels/data_note.h"

#include <QLabel>
#include <QVBoxLayout>
#include <filesystem>

#include "core/formats/person_text.h"
#include "widgets/document/refresher.h"
#include "widgets/panels/section.h"

namespace mhc {
namespace {

QString Thousands(std::int64_t number) { return QString::fromStdString(StepText(number)); }

// The last part of a path is what a person knows a text by.
QString SourceName(const std::string& source) {
  const std::string name = std::filesystem::path(source).filename().string();
  return QString::fromStdString(name.empty() ? source : name);
}

QString WhatWasRead(const RunDescription& run) {
  if (run.data_tokens == 0) return DataNote::tr("how much of it was read was not recorded");
  if (run.data_files == 0)
    return DataNote::tr("%1 tokens, generated").arg(Thousands(run.data_tokens));
  if (run.data_files == 1) return DataNote::tr("1 file, %1 tokens").arg(Thousands(run.data_tokens));
  return DataNote::tr("%1 files, %2 tokens")
      .arg(Thousands(run.data_files), Thousands(run.data_tokens));
}

QLabel* MakePlainLabel(const Look& look, Role role, const char* name, QWidget* parent) {
  QLabel* label = MakeLabel(look, role, parent);
  label->setTextFormat(Qt::PlainText);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  label->setWordWrap(true);
  label->setObjectName(QString::fromLatin1(name));
  return label;
}

}  // namespace

DataNote::DataNote(const ViewContext& context, QWidget* parent)
    : QWidget(parent), context_(context) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kPanelMargin, kPanelMargin, kPanelMargin, kRowSpacing);
  column->setSpacing(kRowSpacing / 2);
  column->addWidget(MakeSectionLabel(tr("Data"), context_.look, this));
  read_ = MakePlainLabel(context_.look, Role::kText, "dataRead", this);
  left_out_ = MakePlainLabel(context_.look, Role::kWarning, "dataLeftOut", this);
  column->addWidget(read_);
  column->addWidget(left_out_);
  new Refresher(context_, this, [this] { Refresh(); });
}

void DataNote::Refresh() {
  const RunDocument* run = context_.runs.current();
  const bool loaded = run != nullptr && run->loaded();
  left_out_->setVisible(loaded && !run->description().data_left_out.empty());
  if (!loaded) {
    read_->setText(QStringLiteral("–"));
    return;
  }
  const std::string& source = run->configuration().data.source;
  read_->setText(tr("%1: %2").arg(SourceName(source), WhatWasRead(run->description())));
  read_->setToolTip(QString::fromStdString(source));
  left_out_->setText(QString::fromStdString(run->description().data_left_out));
}

}  // namespace mhc
