#include "widgets/panels/run_table.h"

#include <QAbstractTableModel>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QDesktopServices>
#include <QMenu>
#include <QPainter>
#include <QPointer>
#include <QStyledItemDelegate>
#include <QUrl>
#include <algorithm>
#include <cmath>

#include "core/formats/person_text.h"
#include "widgets/document/refresher.h"
#include "widgets/panels/glyphs.h"
#include "widgets/panels/section.h"
#include "widgets/panels/wrapped_text.h"
#include "widgets/words/record_words.h"

namespace mhc {

// A row as it is painted; made anew at each refresh and compared.
struct RunTableRow {
  ReaderThread::RunKey key = 0;
  QString name, state, loss, tip;
  QPen pen;
  Role state_role = Role::kQuietText;
  bool shown = true, current = false, is_branch = false, finite = true;
  bool operator==(const RunTableRow&) const = default;
};

namespace {

enum RunColumn { kShown, kRun, kLoss, kColumns };

constexpr int kPadding = 4;  // above and below a row's two lines
constexpr int kEye = 14, kLine = 18, kGap = 8;

Role RoleOf(const RunDocument& run) {
  if (!run.error().isEmpty() || run.state() == RunState::kFailed) return Role::kBad;
  if (run.live()) return Role::kGoodText;
  return run.state() == RunState::kInterrupted ? Role::kWarningText : Role::kQuietText;
}

QString StateText(const RunDocument& run) {
  if (!run.error().isEmpty()) return RunTable::tr("cannot be read");
  if (!run.loaded()) return RunTable::tr("reading …");
  return QStringLiteral("%1 · %2 / %3")
      .arg(StateWord(run.state()), QString::fromStdString(StepText(run.last_step())),
           QString::fromStdString(StepText(run.description().steps)));
}

QString TipText(const RunDocument& run) {
  QStringList lines(QString::fromStdString(run.path().string()));
  if (!run.error().isEmpty()) lines << run.error();
  if (run.loaded() && run.description().parent) {
    lines << RunTable::tr("Branch at step %1 of run %2")
                 .arg(QString::fromStdString(StepText(run.description().parent->step)),
                      QString::fromStdString(run.description().parent->id));
  }
  return lines.join('\n');
}

RunTableRow RowOf(const SelectedRun& selected, const ViewContext& context) {
  const RunDocument& run = *selected.document;
  RunTableRow row;
  row.key = run.key();
  row.name = run.Name();
  row.state = StateText(run);
  row.state_role = RoleOf(run);
  row.tip = TipText(run);
  row.pen = context.look.RunPen(selected.color, 2.0);
  row.shown = selected.shown;
  row.current = context.runs.current() == &run;
  row.is_branch = run.loaded() && run.description().parent.has_value();
  if (run.last_step() > 0) {
    const double loss = run.Of("loss").At(run.last_step());
    row.finite = std::isfinite(loss);
    row.loss = QString::fromStdString(MeasureText(loss));
  }
  return row;
}

}  // namespace

class RunTable::Model : public QAbstractTableModel {
 public:
  using QAbstractTableModel::QAbstractTableModel;

  const std::vector<RunTableRow>& rows() const { return rows_; }
  // True where there are other rows than before, not only other words in them.
  bool SetRows(std::vector<RunTableRow> rows) {
    if (rows == rows_) return false;
    const bool other =
        !std::equal(rows.begin(), rows.end(), rows_.begin(), rows_.end(),
                    [](const RunTableRow& a, const RunTableRow& b) { return a.key == b.key; });
    if (other) beginResetModel();
    rows_ = std::move(rows);
    if (other) {
      endResetModel();
    } else {
      Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
    }
    return other;
  }

  int rowCount(const QModelIndex& parent = {}) const override {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
  }
  int columnCount(const QModelIndex& parent = {}) const override {
    return parent.isValid() ? 0 : kColumns;
  }
  QVariant headerData(int section, Qt::Orientation, int role) const override {
    return section == kLoss && role == Qt::DisplayRole ? RunTable::tr("loss") : QVariant();
  }
  QVariant data(const QModelIndex& index, int role) const override {
    const RunTableRow& row = rows_[static_cast<std::size_t>(index.row())];
    if (role == Qt::CheckStateRole && index.column() == kShown) {
      return row.shown ? Qt::Checked : Qt::Unchecked;
    }
    if (role == Qt::ToolTipRole) {
      return index.column() == kShown ? RunTable::tr("Shown in the plots") : row.tip;
    }
    if (role != Qt::DisplayRole) return {};
    if (index.column() == kRun) return QString(row.name + QStringLiteral(", ") + row.state);
    return index.column() == kLoss ? QVariant(row.loss) : QVariant();
  }

 private:
  std::vector<RunTableRow> rows_;
};

class RunTable::Delegate : public QStyledItemDelegate {
 public:
  explicit Delegate(RunTable* table) : QStyledItemDelegate(table), table_(*table) {}

  void paint(QPainter* painter, const QStyleOptionViewItem& option,
             const QModelIndex& index) const override {
    const RunTableRow& row = table_.model_->rows()[static_cast<std::size_t>(index.row())];
    const Look& look = table_.context_.look;
    if (row.current) {
      painter->fillRect(option.rect, look.CurrentRow());
    } else if (option.state.testFlag(QStyle::State_Selected) && table_.hasFocus()) {
      painter->fillRect(option.rect, look.Color(Role::kHover));
    }
    const QRect cell = option.rect.adjusted(0, kPadding, 0, -kPadding);
    if (index.column() == kShown) {
      PaintSample(*painter, cell, row);
    } else if (index.column() == kRun) {
      PaintName(*painter, cell, row);
    } else {
      PaintState(*painter, cell, row);
      painter->setFont(look.NumberFont());
      painter->setPen(look.Color(row.finite ? Role::kText : Role::kBad));
      painter->drawText(cell.adjusted(0, 0, -kPanelMargin, 0), Qt::AlignRight | Qt::AlignTop,
                        row.loss);
    }
  }

 private:
  // The middle of the first line.
  double Middle(const QRect& cell) const {
    return cell.top() + table_.fontMetrics().height() / 2.0;
  }

  void PaintSample(QPainter& painter, const QRect& cell, const RunTableRow& row) const {
    const double middle = Middle(cell);
    const QRectF eye(cell.left() + kPanelMargin, middle - kEye / 2.0, kEye, kEye);
    DrawEye(painter, eye, table_.context_.look.Color(Role::kQuietText), row.shown);
    painter.setPen(row.pen);
    painter.setOpacity(row.shown ? 1.0 : 0.35);
    const double left = eye.right() + kGap;
    painter.drawLine(QPointF(left, middle), QPointF(left + kLine, middle));
    painter.setOpacity(1.0);
  }

  void PaintName(QPainter& painter, QRect cell, const RunTableRow& row) const {
    const Look& look = table_.context_.look;
    QFont font = table_.font();
    font.setWeight(row.current ? QFont::DemiBold : QFont::Normal);
    painter.setFont(font);
    painter.setPen(look.Color(row.shown ? Role::kText : Role::kQuietText));
    QRect line = cell;
    if (row.is_branch) {
      const int side = QFontMetrics(font).ascent();
      DrawBranch(painter, QRectF(line.left(), Middle(cell) - side / 2.0, side, side),
                 painter.pen().color());
      line.setLeft(line.left() + side + kGap / 2);
    }
    painter.drawText(line, Qt::AlignLeft | Qt::AlignTop,
                     QFontMetrics(font).elidedText(row.name, Qt::ElideMiddle, line.width()));
    PaintState(painter, cell, row);
  }

  // The second line goes on under the loss: each of the two cells shows its part of it.
  void PaintState(QPainter& painter, const QRect& cell, const RunTableRow& row) const {
    QRect line = cell;
    line.setLeft(table_.columnViewportPosition(kRun));
    line.setRight(table_.viewport()->width() - kPanelMargin);
    const QFont font = SmallerFont(table_.font());
    painter.save();
    painter.setClipRect(cell);
    painter.setFont(font);
    painter.setPen(table_.context_.look.Color(row.state_role));
    painter.drawText(line, Qt::AlignLeft | Qt::AlignBottom,
                     QFontMetrics(font).elidedText(row.state, Qt::ElideRight, line.width()));
    painter.restore();
  }

  const RunTable& table_;
};

RunTable::RunTable(const ViewContext& context, QWidget* parent)
    : QTableView(parent), context_(context), model_(new Model(this)) {
  setObjectName(QStringLiteral("runTable"));
  setAccessibleName(tr("Runs"));
  setHorizontalHeader(new SectionHeader(tr("Runs"), context_.look, this));
  setModel(model_);
  setItemDelegate(new Delegate(this));
  horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  verticalHeader()->hide();
  verticalHeader()->setDefaultSectionSize(
      fontMetrics().height() + QFontMetrics(SmallerFont(font())).height() + 2 * kPadding);
  setFrameShape(QFrame::NoFrame);
  setShowGrid(false);
  setSelectionMode(QAbstractItemView::SingleSelection);
  setSelectionBehavior(QAbstractItemView::SelectRows);
  setEditTriggers(QAbstractItemView::NoEditTriggers);
  setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setTabKeyNavigation(false);
  connect(this, &QTableView::clicked, this, [this](const QModelIndex& index) {
    if (index.column() == kShown) {
      Toggle(index);
    } else if (RunDocument* run = RunAt(index)) {
      context_.runs.SetCurrent(*run);
    }
  });
  connect(this, &QTableView::activated, this, [this](const QModelIndex& index) {
    RunDocument* run = RunAt(index);
    if (run != nullptr && index.column() != kShown) context_.runs.SetCurrent(*run);
  });
  new Refresher(context_, this, [this] { Refresh(); });
}

void RunTable::Refresh() {
  std::vector<RunTableRow> rows;
  for (const SelectedRun& run : context_.runs.runs()) rows.push_back(RowOf(run, context_));
  const bool other = model_->SetRows(std::move(rows));
  FitColumns();
  if (other) updateGeometry();
}

// The room of the losses only grows: nothing moves when a number gets shorter.
void RunTable::FitColumns() {
  const QFontMetrics metrics(context_.look.NumberFont());
  loss_width_ = std::max(loss_width_, metrics.horizontalAdvance(QStringLiteral("000.0")));
  for (const RunTableRow& row : model_->rows()) {
    loss_width_ = std::max(loss_width_, metrics.horizontalAdvance(row.loss));
  }
  setColumnWidth(kShown, kPanelMargin + kEye + kGap + kLine + kGap);
  setColumnWidth(kLoss, kGap + loss_width_ + kPanelMargin);
  setColumnWidth(kRun, std::max(1, viewport()->width() - columnWidth(kShown) - columnWidth(kLoss)));
}

RunDocument* RunTable::RunAt(const QModelIndex& index) const {
  if (!index.isValid()) return nullptr;
  const auto& rows = model_->rows();
  for (const SelectedRun& run : context_.runs.runs()) {
    if (run.document->key() == rows[static_cast<std::size_t>(index.row())].key) {
      return run.document.get();
    }
  }
  return nullptr;
}

void RunTable::Toggle(const QModelIndex& index) {
  RunDocument* run = RunAt(index);
  if (run == nullptr) return;
  const bool shown = model_->rows()[static_cast<std::size_t>(index.row())].shown;
  context_.runs.SetShown(*run, !shown);
}

void RunTable::resizeEvent(QResizeEvent* event) {
  QTableView::resizeEvent(event);
  FitColumns();
}

void RunTable::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Space) {
    Toggle(currentIndex());
  } else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
    if (RunDocument* run = RunAt(currentIndex())) context_.runs.SetCurrent(*run);
  } else if (event->key() == Qt::Key_Delete) {
    if (RunDocument* run = RunAt(currentIndex())) Q_EMIT closeRequested(run);
  } else {
    QTableView::keyPressEvent(event);
  }
}

void RunTable::contextMenuEvent(QContextMenuEvent* event) {
  const bool by_key = event->reason() == QContextMenuEvent::Keyboard;
  const QModelIndex index = by_key ? currentIndex() : indexAt(event->pos());
  // Guarded: it may be closed while the menu is open.
  const QPointer<RunDocument> run = RunAt(index);
  if (run == nullptr) return;
  const bool shown = model_->rows()[static_cast<std::size_t>(index.row())].shown;
  const QString path = QString::fromStdString(run->path().string());
  QMenu menu(this);
  QAction* make_current = menu.addAction(tr("Make current"));
  make_current->setEnabled(run != context_.runs.current());
  QAction* show = menu.addAction(shown ? tr("Hide in the plots") : tr("Show in the plots"));
  QAction* resume = menu.addAction(tr("Resume"));
  resume->setEnabled(run->loaded() && !run->live() && run->state() != RunState::kFinished);
  menu.addSeparator();
  QAction* open = menu.addAction(tr("Open its folder"));
  QAction* copy = menu.addAction(tr("Copy its path"));
  menu.addSeparator();
  QAction* close = menu.addAction(tr("Close"));
  close->setShortcut(QKeySequence::Delete);
  const QAction* chosen = menu.exec(by_key ? viewport()->mapToGlobal(visualRect(index).bottomLeft())
                                           : event->globalPos());
  if (chosen == nullptr || run == nullptr) return;
  if (chosen == make_current) context_.runs.SetCurrent(*run);
  if (chosen == show) context_.runs.SetShown(*run, !shown);
  if (chosen == resume) Q_EMIT resumeRequested(run);
  if (chosen == open) QDesktopServices::openUrl(QUrl::fromLocalFile(path));
  if (chosen == copy) QApplication::clipboard()->setText(path);
  if (chosen == close) Q_EMIT closeRequested(run);
}

void RunTable::paintEvent(QPaintEvent* event) {
  QTableView::paintEvent(event);
  if (model_->rowCount() > 0) return;
  QPainter painter(viewport());
  painter.setPen(context_.look.Color(Role::kQuietText));
  painter.setFont(font());
  DrawWrapped(painter, tr("No run is open. Start one, or open a folder."),
              QPointF(kPanelMargin, 0.0), viewport()->width() - 2 * kPanelMargin);
}

QSize RunTable::sizeHint() const {
  const int rows = std::max(1, model_->rowCount());
  return {220, horizontalHeader()->sizeHint().height() +
                   rows * verticalHeader()->defaultSectionSize() + kGap};
}

QSize RunTable::minimumSizeHint() const {
  return {180, horizontalHeader()->sizeHint().height() + verticalHeader()->defaultSectionSize()};
}

}  // namespace mhc
