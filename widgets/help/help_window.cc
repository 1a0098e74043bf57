#include "widgets/help/help_window.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QPushButton>
#include <QTextBrowser>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "widgets/look/look.h"
#include "widgets/look/primary_button.h"

// Of a static library, pictures are not there by themselves. The macro wants no namespace.
static void LoadPictures() { Q_INIT_RESOURCE(help); }

namespace mhc {
namespace {

constexpr int kListWidth = 240, kMargin = 16;
constexpr int kRowHeight = 24, kGroupHeight = 32, kIndent = 12;

}  // namespace

HelpWindow::HelpWindow(const Look& look, QWidget* parent)
    : QDialog(parent),
      look_(look),
      pages_(HelpPages()),
      list_(new QTreeWidget(this)),
      page_(new QTextBrowser(this)),
      train_(new QPushButton(tr("Train this study"), this)) {
  LoadPictures();
  setObjectName(QStringLiteral("helpWindow"));
  setWindowTitle(tr("Help"));
  list_->setObjectName(QStringLiteral("helpList"));
  list_->setHeaderHidden(true);
  list_->setRootIsDecorated(false);
  list_->setFixedWidth(kListWidth);
  list_->setIndentation(kIndent);
  list_->setAccessibleName(tr("Pages"));
  page_->setObjectName(QStringLiteral("helpPage"));
  page_->setFrameShape(QFrame::NoFrame);
  page_->setOpenExternalLinks(true);
  page_->document()->setDocumentMargin(kMargin);
  train_->setObjectName(QStringLiteral("trainStudyButton"));
  train_->setToolTip(
      tr("Trains its runs one after another, in a process of its own; they open here "
         "as they begin."));
  MakePrimary(*train_);
  auto* below = new QHBoxLayout;
  below->setContentsMargins(kMargin, 8, kMargin, kMargin);
  below->addWidget(train_);
  below->addStretch(1);
  auto* right = new QVBoxLayout;
  right->setSpacing(0);
  right->addWidget(page_, 1);
  right->addLayout(below);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(1);
  row->addWidget(list_);
  row->addLayout(right, 1);
  resize(920, 640);
  Fill();
  connect(list_, &QTreeWidget::currentItemChanged, this, &HelpWindow::ShowChosen);
  connect(&look_, &Look::changed, this, &HelpWindow::ShowChosen);
  connect(train_, &QPushButton::clicked, this, [this] {
    const QString name = list_->currentItem()->data(0, Qt::UserRole).toString();
    Q_EMIT studyRequested(name.mid(StudyPageName({}).size()));
  });
  ShowPage({});
}

void HelpWindow::Fill() {
  QTreeWidgetItem* group = nullptr;
  for (const HelpPage& page : pages_) {
    if (group == nullptr || group->text(0) != page.group) {
      group = new QTreeWidgetItem(list_, {page.group});
      group->setFlags(Qt::ItemIsEnabled);
      group->setFont(0, look_.LabelFont());
      group->setSizeHint(0, QSize(0, kGroupHeight));
    }
    auto* item = new QTreeWidgetItem(group, {page.title});
    item->setData(0, Qt::UserRole, page.name);
    item->setToolTip(0, page.title);
    item->setSizeHint(0, QSize(0, kRowHeight));
  }
  list_->expandAll();
}

void HelpWindow::ShowPage(const QString& name) {
  for (QTreeWidgetItemIterator item(list_); *item != nullptr; ++item) {
    const QString own = (*item)->data(0, Qt::UserRole).toString();
    if (own.isEmpty() || (!name.isEmpty() && own != name)) continue;
    list_->setCurrentItem(*item);
    return;
  }
}

void HelpWindow::ShowChosen() {
  for (int i = 0; i < list_->topLevelItemCount(); ++i) {
    list_->topLevelItem(i)->setForeground(0, look_.Color(Role::kQuietText));
  }
  const QTreeWidgetItem* item = list_->currentItem();
  if (item == nullptr) return;
  const QString name = item->data(0, Qt::UserRole).toString();
  for (const HelpPage& page : pages_) {
    if (page.name == name) page_->setMarkdown(page.markdown);
  }
  train_->setVisible(name.startsWith(StudyPageName({})));
}

}  // namespace mhc
