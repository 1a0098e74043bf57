#include "widgets/runs/ablation_dialog.h"

#include <signal.h>
#include <string.h>

#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <nlohmann/json.hpp>

#include "core/record/configuration/site_list.h"
#include "core/record/intervention/intervention.h"
#include "widgets/look/look.h"
#include "widgets/runs/detached_process.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

enum Column { kWhat, kSites, kStream, kLoss, kDelta };

QString SitesText(const nlohmann::json& row) {
  if (!row.contains("sites") || !row["sites"].is_array()) return {};
  return QString::fromStdString(SitesToText(row["sites"].get<std::vector<std::int64_t>>()));
}

// Sorts by number where the text is one.
class Row : public QTreeWidgetItem {
 public:
  using QTreeWidgetItem::QTreeWidgetItem;
  bool operator<(const QTreeWidgetItem& other) const override {
    const int column = treeWidget()->sortColumn();
    const QVariant own = data(column, Qt::UserRole);
    if (!own.isValid()) return QTreeWidgetItem::operator<(other);
    return own.toDouble() < other.data(column, Qt::UserRole).toDouble();
  }
};

}  // namespace

AblationDialog::AblationDialog(const Look& look, const std::filesystem::path& run, QWidget* parent)
    : QDialog(parent),
      look_(look),
      said_(new QLabel(this)),
      progress_(new QProgressBar(this)),
      table_(new QTreeWidget(this)) {
  setObjectName(QStringLiteral("ablationDialog"));
  said_->setTextFormat(Qt::PlainText);
  setWindowTitle(tr("Ablate %1").arg(QString::fromStdString(run.filename().string())));
  said_->setObjectName(QStringLiteral("ablationSaid"));
  said_->setWordWrap(true);
  progress_->setRange(0, 0);
  progress_->setTextVisible(false);
  progress_->setFixedHeight(4);
  table_->setObjectName(QStringLiteral("ablationTable"));
  table_->setRootIsDecorated(false);
  table_->setUniformRowHeights(true);
  table_->setHeaderLabels({tr("what"), tr("sites"), tr("stream"), tr("loss"), tr("Δ loss")});
  table_->header()->setStretchLastSection(false);
  table_->header()->setSectionResizeMode(kWhat, QHeaderView::Stretch);
  table_->setSortingEnabled(true);
  table_->sortByColumn(kDelta, Qt::DescendingOrder);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(20, 16, 20, 16);
  column->addWidget(said_);
  column->addWidget(progress_);
  column->addWidget(table_, 1);
  resize(640, 520);
  Say(tr("Evaluating the newest checkpoint with each of its parts changed; other work goes first "
         "…"),
      false);
  connect(&process_, &QProcess::finished, this, &AblationDialog::TakeResult);
  connect(&process_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
    // Of all others `finished` tells, once what the process said has come.
    if (error == QProcess::FailedToStart) TakeResult();
  });
  process_.setProcessEnvironment(EngineEnvironment());
  process_.start(PathBeside("mhc"), {"ablate", QString::fromStdString(run.string()), "--json"});
}

AblationDialog::~AblationDialog() {
  process_.disconnect(this);
  process_.kill();
  process_.waitForFinished(1000);
}

void AblationDialog::Say(const QString& sentence, bool is_error) {
  said_->setStyleSheet(QStringLiteral("color: %1")
                           .arg(look_.Color(is_error ? Role::kBad : Role::kQuietText).name()));
  said_->setText(sentence);
}

QString AblationDialog::WhyThereIsNothing() {
  QString words = QString::fromUtf8(process_.readAllStandardError()).trimmed();
  if (words.startsWith(QStringLiteral("mhc: "))) words.remove(0, 5);
  if (process_.error() == QProcess::FailedToStart) {
    return tr("%1 cannot be started: %2").arg(process_.program(), process_.errorString());
  }
  if (process_.exitStatus() == QProcess::CrashExit) {
    const int signal = process_.exitCode();
    QString ended = tr("mhc ablate was ended by signal %1 (%2).")
                        .arg(signal)
                        .arg(QString::fromLocal8Bit(strsignal(signal)));
    if (signal == SIGKILL) ended += ' ' + tr("Often the machine had no memory left.");
    return words.isEmpty() ? ended : ended + '\n' + words;
  }
  return words.isEmpty()
             ? tr("mhc ablate ended without a word, with status %1.").arg(process_.exitCode())
             : words;
}

void AblationDialog::TakeResult() {
  progress_->hide();
  const auto result =
      nlohmann::json::parse(process_.readAllStandardOutput().toStdString(), nullptr, false);
  if (result.is_discarded() || !result.contains("interventions") ||
      !result["baseline_loss"].is_number()) {
    Say(WhyThereIsNothing(), true);
    return;
  }
  Say(tr("Validation loss as trained: %1. Δ is what the change adds to it.")
          .arg(ValueText(result["baseline_loss"].get<double>())),
      false);
  for (const nlohmann::json& row : result["interventions"]) {
    auto* item = new Row(table_);
    item->setText(kWhat, QString::fromStdString(row["what"].get<std::string>()));
    item->setText(kSites, SitesText(row));
    if (row["stream"].is_number())
      item->setText(kStream, QString::number(row["stream"].get<int>()));
    for (const auto& [place, key] : {std::pair{kLoss, "loss"}, std::pair{kDelta, "delta"}}) {
      if (!row[key].is_number()) continue;
      item->setText(place, ValueText(row[key].get<double>()));
      item->setData(place, Qt::UserRole, row[key].get<double>());
      item->setTextAlignment(place, Qt::AlignRight | Qt::AlignVCenter);
    }
  }
  for (const int i : {kSites, kStream, kLoss, kDelta}) table_->resizeColumnToContents(i);
}

}  // namespace mhc
