#include "widgets/runs/start_page.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "core/formats/person_text.h"
#include "core/record/configuration/presets.h"
#include "core/record/run/run_status.h"
#include "core/record/run/study.h"
#include "widgets/look/look.h"
#include "widgets/runs/card_button.h"
#include "widgets/runs/recent_runs.h"

namespace mhc {
namespace {

constexpr int kWidth = 960, kGap = 16;

QLabel* SectionLabel(const Look& look, const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setFont(look.LabelFont());
  label->setProperty("quiet", true);
  return label;
}

QString WhenText(const QString& folder) {
  const QDateTime time = QFileInfo(folder + "/record.sqlite").lastModified();
  return time.isValid() ? QLocale().toString(time, QLocale::ShortFormat) : QString();
}

// "running · step 512 of 2,000 · loss 1.652 · mhc sinkhorn", or why the run cannot be read.
QString StandText(const QString& folder) {
  const auto status = ReadRunStatus(std::filesystem::path(folder.toStdString()));
  if (!status) return StartPage::tr("cannot be read now");
  const auto number = [](std::int64_t step) { return QString::fromStdString(StepText(step)); };
  QStringList parts{
      QString::fromStdString(ToText(status->state)),
      StartPage::tr("step %1 of %2").arg(number(status->step), number(status->description.steps))};
  if (status->loss) {
    parts << StartPage::tr("loss %1").arg(QString::fromStdString(MeasureText(*status->loss)));
  }
  QStringList names;
  for (const std::string& name : status->constraints) names << QString::fromStdString(name);
  names.removeDuplicates();
  parts << (QStringList(QString::fromStdString(status->connection)) + names).join(' ');
  return parts.join(QStringLiteral(" · "));
}

}  // namespace

StartPage::StartPage(const Look& look, QWidget* parent) : QWidget(parent), look_(look) {
  setObjectName("startPage");
  auto* title = new QLabel(tr("mHC Lab"), this);
  QFont large = title->font();
  large.setPointSizeF(20);
  large.setWeight(QFont::DemiBold);
  title->setFont(large);
  auto* sentence = new QLabel(
      tr("Train small models with hyper-connections, watch their mixing matrices, and change the "
         "manifold constraint while they train."),
      this);
  sentence->setWordWrap(true);
  sentence->setProperty("quiet", true);
  notice_ = new QLabel(this);
  notice_->setTextFormat(Qt::PlainText);
  notice_->setObjectName("startNotice");
  notice_->setWordWrap(true);
  notice_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  notice_->hide();

  auto* columns = new QHBoxLayout;
  columns->setSpacing(2 * kGap);
  columns->addWidget(MakePresets(), 1);
  columns->addWidget(MakeRecent(), 1);
  auto* middle = new QWidget(this);
  middle->setMaximumWidth(kWidth);
  auto* column = new QVBoxLayout(middle);
  column->setSpacing(kGap);
  column->addWidget(title);
  column->addWidget(sentence);
  column->addWidget(notice_);
  column->addSpacing(kGap);
  column->addLayout(columns);
  column->addStretch(1);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(3 * kGap, 3 * kGap, 3 * kGap, kGap);
  row->addStretch(1);
  row->addWidget(middle, 100);
  row->addStretch(1);
  connect(&look_, &Look::changed, this, &StartPage::ApplyLook);
  ApplyLook();
  RefreshRecent();
}

QWidget* StartPage::MakePresets() {
  auto* box = new QWidget(this);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kGap / 2);
  column->addWidget(SectionLabel(look_, tr("Start a run"), box));
  for (const PresetText& preset : PresetTexts()) {
    const QString name = QString::fromUtf8(preset.name.data(), qsizetype(preset.name.size()));
    auto* card = new CardButton(look_, name, QString::fromStdString(PresetSentence(preset)), box);
    card->setObjectName("preset-" + name);
    connect(card, &QAbstractButton::clicked, this, [this, name] { Q_EMIT presetChosen(name); });
    column->addWidget(card);
  }
  auto* other = new QPushButton(tr("New run with other settings …"), box);
  other->setObjectName("newRunButton");
  connect(other, &QPushButton::clicked, this, &StartPage::newRunRequested);
  column->addWidget(other, 0, Qt::AlignLeft);
  column->addStretch(1);
  return box;
}

QWidget* StartPage::MakeRecent() {
  auto* box = new QWidget(this);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kGap / 2);
  column->addWidget(SectionLabel(look_, tr("Recent runs"), box));
  recent_ = new QVBoxLayout;
  recent_->setSpacing(kGap / 2);
  column->addLayout(recent_);
  auto* open = new QPushButton(tr("Open run …"), box);
  open->setObjectName("openRunButton");
  connect(open, &QPushButton::clicked, this, &StartPage::openRequested);
  column->addWidget(open, 0, Qt::AlignLeft);
  column->addSpacing(kGap);
  AddStudies(*column);
  column->addStretch(1);
  return box;
}

// A line each: its page says the rest.
void StartPage::AddStudies(QVBoxLayout& column) {
  QWidget* box = column.parentWidget();
  column.addWidget(SectionLabel(look_, tr("Studies"), box));
  for (const Study& study : Studies()) {
    const QString name = QString::fromStdString(study.name);
    auto* line = new QPushButton(QString::fromStdString(study.title), box);
    line->setObjectName("study-" + name);
    line->setProperty("line", true);
    line->setToolTip(QString::fromStdString(study.sentence));
    line->setCursor(Qt::PointingHandCursor);
    connect(line, &QPushButton::clicked, this, [this, name] { Q_EMIT studyChosen(name); });
    column.addWidget(line);
  }
}

void StartPage::RefreshRecent() {
  while (QLayoutItem* item = recent_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  const QStringList runs = RecentRuns();
  for (const QString& run : runs.mid(0, 4)) {
    auto* card =
        new CardButton(look_, QDir(run).dirName(),
                       QStringLiteral("%1\n%2 · %3").arg(StandText(run), WhenText(run), run), this);
    card->setObjectName("recent-" + QDir(run).dirName());
    connect(card, &QAbstractButton::clicked, this, [this, run] { Q_EMIT runChosen(run); });
    recent_->addWidget(card);
  }
  if (!runs.isEmpty()) return;
  auto* none = new QLabel(tr("None yet. What you train or open is listed here."), this);
  none->setProperty("quiet", true);
  none->setStyleSheet(QStringLiteral("color: %1").arg(look_.Color(Role::kQuietText).name()));
  recent_->addWidget(none);
}

void StartPage::ShowNotice(const QString& sentence) {
  notice_->setText(sentence);
  notice_->setVisible(!sentence.isEmpty());
}

void StartPage::ApplyLook() {
  for (QLabel* label : findChildren<QLabel*>()) {
    if (!label->property("quiet").toBool()) continue;
    label->setStyleSheet(QStringLiteral("color: %1").arg(look_.Color(Role::kQuietText).name()));
  }
  notice_->setStyleSheet(QStringLiteral("color: %1").arg(look_.Color(Role::kBad).name()));
  update();
}

void StartPage::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), look_.Color(Role::kWindow));
}

}  // namespace mhc
