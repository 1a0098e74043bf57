#include "widgets/panels/step_table.h"

#include <QAbstractTableModel>
#include <QContextMenuEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <algorithm>

#include "core/formats/person_text.h"
#include "widgets/panels/glyphs.h"
#include "widgets/panels/section.h"
#include "widgets/panels/wrapped_text.h"

namespace mhc {
namespace {

enum StepColumn { kStep, kText, kMeasure, kSign, kStepColumns };

constexpr int kColumnGap = 8;  // between columns
constexpr int kAbove = 4;      // and below a row's text
constexpr int kSignSize = 10;

QString WithoutThis() {
  return StepTable::tr("The run without this: a branch from right before it");
}

QString StepWords(const StepRow& row) {
  return row.step < 0 ? QString() : QString::fromStdString(StepText(row.step));
}

}  // namespace

class StepTable::Model : public QAbstractTableModel {
 public:
  Model(const QString& measure, QObject* parent) : QAbstractTableModel(parent), measure_(measure) {}

  const std::vector<StepRow>& rows() const { return rows_; }
  void SetRows(std::vector<StepRow> rows) {
    beginResetModel();
    rows_ = std::move(rows);
    endResetModel();
  }

  int rowCount(const QModelIndex& parent = {}) const override {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
  }
  int columnCount(const QModelIndex& parent = {}) const override {
    return parent.isValid() ? 0 : kStepColumns;
  }
  QVariant headerData(int section, Qt::Orientation, int role) const override {
    return section == kMeasure && role == Qt::DisplayRole ? QVariant(measure_) : QVariant();
  }
  QVariant data(const QModelIndex& index, int role) const override {
    const StepRow& row = rows_[static_cast<std::size_t>(index.row())];
    if (role == Qt::ToolTipRole) {
      return index.column() == kSign && row.branches ? WithoutThis() : row.tip;
    }
    if (role != Qt::DisplayRole) return {};
    switch (index.column()) {
      case kStep:
        return StepWords(row);
      case kText:
        return row.text;
      case kMeasure:
        return row.measure;
      default:
        break;
    }
    if (row.sign == StepRow::Sign::kApplied) return QStringLiteral("✓");
    if (row.sign == StepRow::Sign::kRefused) return QStringLiteral("✕");
    return {};
  }

 private:
  QString measure_;
  std::vector<StepRow> rows_;
};

class StepTable::Delegate : public QStyledItemDelegate {
 public:
  explicit Delegate(StepTable* table) : QStyledItemDelegate(table), table_(*table) {}

  void paint(QPainter* painter, const QStyleOptionViewItem& option,
             const QModelIndex& index) const override {
    const StepRow& row = table_.model_->rows()[static_cast<std::size_t>(index.row())];
    const Look& look = table_.look_;
    if (option.state.testFlag(QStyle::State_Selected) && table_.hasFocus()) {
      painter->fillRect(option.rect, look.Color(Role::kHover));
    }
    painter->setFont(table_.font());
    const bool is_text = index.column() == kText;
    painter->setPen(look.Color(is_text || row.role == Role::kBad ? row.role : Role::kQuietText));
    if (index.column() == kMeasure) painter->setPen(look.Color(row.role));
    const QRect cell = option.rect.adjusted(0, kAbove, 0, -kAbove);
    switch (index.column()) {
      case kStep:
        painter->setPen(look.Color(Role::kQuietText));
        painter->drawText(cell.adjusted(0, 0, -kColumnGap, 0), Qt::AlignRight | Qt::AlignTop,
                          StepWords(row));
        break;
      case kText:
        PaintText(*painter, cell, row);
        break;
      case kMeasure:
        painter->drawText(cell, Qt::AlignRight | Qt::AlignTop, row.measure);
        break;
      default:
        PaintSign(*painter, cell, row);
    }
  }

 private:
  void PaintText(QPainter& painter, QRect cell, const StepRow& row) const {
    if (row.sign == StepRow::Sign::kAlert) {
      const double middle = cell.top() + table_.fontMetrics().height() / 2.0;
      DrawTriangle(painter, {cell.left() + kSignSize / 2.0, middle}, kSignSize,
                   table_.look_.Color(Role::kWarning));
      cell.setLeft(cell.left() + kSignSize + kColumnGap / 2);
    }
    QFont font = table_.font();
    font.setStrikeOut(row.struck);
    painter.setFont(font);
    DrawWrapped(painter, row.text, cell.topLeft(), table_.TextWidth(row));
  }

  void PaintSign(QPainter& painter, const QRect& cell, const StepRow& row) const {
    const double top = cell.top() + (table_.fontMetrics().height() - kSignSize) / 2.0;
    const QRectF square(cell.right() + 1 - kPanelMargin - kSignSize, top, kSignSize, kSignSize);
    if (row.sign == StepRow::Sign::kApplied) {
      DrawTick(painter, square, table_.look_.Color(row.struck ? Role::kQuietText : Role::kGood));
    } else if (row.sign == StepRow::Sign::kRefused) {
      DrawCross(painter, square, table_.look_.Color(Role::kBad));
    }
    if (!row.branches) return;
    DrawBranch(painter, square.translated(0, table_.fontMetrics().lineSpacing()),
               table_.look_.Color(Role::kAccent));
  }

  const StepTable& table_;
};

StepTable::StepTable(const QString& title, const QString& measure, const QString& empty,
                     const Look& look, QWidget* parent)
    : QTableView(parent),
      look_(look),
      empty_(empty),
      has_measure_(!measure.isEmpty()),
      model_(new Model(measure, this)) {
  setAccessibleName(title);
  setHorizontalHeader(new SectionHeader(title, look, this));
  setModel(model_);
  setItemDelegate(new Delegate(this));
  verticalHeader()->hide();
  verticalHeader()->setMinimumSectionSize(1);
  horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  setFrameShape(QFrame::NoFrame);
  setShowGrid(false);
  setSelectionMode(QAbstractItemView::SingleSelection);
  setSelectionBehavior(QAbstractItemView::SelectRows);
  setEditTriggers(QAbstractItemView::NoEditTriggers);
  setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setTabKeyNavigation(false);
  setColumnHidden(kMeasure, !has_measure_);
  setColumnHidden(kSign, !has_measure_);
  connect(&look_, &Look::changed, viewport(), [this] { viewport()->update(); });
  const auto choose = [this](const QModelIndex& index) {
    const StepRow& row = model_->rows()[static_cast<std::size_t>(index.row())];
    if (index.column() == kSign && row.branches) {
      Q_EMIT branchRequested(row.step);
    } else if (row.step >= 0) {
      Q_EMIT stepChosen(row.step);
    }
  };
  connect(this, &QTableView::clicked, this, choose);
  connect(this, &QTableView::activated, this, choose);
}

void StepTable::SetRows(std::vector<StepRow> rows) {
  if (rows == model_->rows()) return;
  const bool at_end = IsAtEnd();
  model_->SetRows(std::move(rows));
  FitColumns();
  FitRows();
  updateGeometry();
  if (at_end) scrollToBottom();
}

// The newest rows stay in sight, unless a hand scrolled away from them.
bool StepTable::IsAtEnd() const {
  return verticalScrollBar()->value() == verticalScrollBar()->maximum();
}

void StepTable::FitColumns() {
  const QFontMetrics metrics(font());
  int step = metrics.horizontalAdvance(QStringLiteral("0,000")), measure = 0;
  measure = metrics.horizontalAdvance(
      model_->headerData(kMeasure, Qt::Horizontal, Qt::DisplayRole).toString());
  for (const StepRow& row : model_->rows()) {
    step = std::max(step, metrics.horizontalAdvance(StepWords(row)));
    measure = std::max(measure, metrics.horizontalAdvance(row.measure));
  }
  setColumnWidth(kStep, kPanelMargin + step + kColumnGap);
  setColumnWidth(kMeasure, kColumnGap + measure);
  setColumnWidth(kSign, kColumnGap + kSignSize + kPanelMargin);
  const int others = columnWidth(kStep) + (has_measure_ ? columnWidth(kMeasure) : 0) +
                     (has_measure_ ? columnWidth(kSign) : kPanelMargin);
  setColumnWidth(kText, std::max(1, viewport()->width() - others));
}

// Rows without a number use its room for their text.
int StepTable::TextWidth(const StepRow& row) const {
  int width = columnWidth(kText);
  if (has_measure_ && row.measure.isEmpty()) width += columnWidth(kMeasure);
  if (row.sign == StepRow::Sign::kAlert) width -= kSignSize + kColumnGap / 2;
  return width;
}

void StepTable::FitRows() {
  clearSpans();
  const auto& rows = model_->rows();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    // Below the tick there is room for the branch.
    const int lines = rows[i].branches ? 2 * fontMetrics().lineSpacing() : 0;
    const int height = std::max(lines, WrappedHeight(rows[i].text, font(), TextWidth(rows[i])));
    setRowHeight(static_cast<int>(i), height + 2 * kAbove);
    if (has_measure_ && rows[i].measure.isEmpty()) setSpan(static_cast<int>(i), kText, 1, 2);
  }
}

void StepTable::resizeEvent(QResizeEvent* event) {
  const bool at_end = IsAtEnd();
  QTableView::resizeEvent(event);
  const int before = columnWidth(kText);
  FitColumns();
  if (columnWidth(kText) != before) {
    FitRows();
    updateGeometry();
  }
  if (at_end) scrollToBottom();
}

void StepTable::contextMenuEvent(QContextMenuEvent* event) {
  const QModelIndex index = indexAt(event->pos());
  if (!index.isValid() || !model_->rows()[std::size_t(index.row())].branches) return;
  const std::int64_t step = model_->rows()[std::size_t(index.row())].step;
  QMenu menu(this);
  menu.addAction(WithoutThis(), this, [this, step] { Q_EMIT branchRequested(step); });
  menu.exec(event->globalPos());
}

void StepTable::paintEvent(QPaintEvent* event) {
  QTableView::paintEvent(event);
  QPainter painter(viewport());
  const auto& rows = model_->rows();
  if (rows.empty()) {
    painter.setPen(look_.Color(Role::kQuietText));
    painter.setFont(font());
    DrawWrapped(painter, empty_, QPointF(kPanelMargin, 0.0),
                viewport()->width() - 2 * kPanelMargin);
  }
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(look_.Color(Role::kAccent), 1.0, Qt::DashLine));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].pending) continue;
    const int row = static_cast<int>(i);
    const QRectF outline(kPanelMargin / 2.0, rowViewportPosition(row) + 0.5,
                         viewport()->width() - kPanelMargin, rowHeight(row) - 1.0);
    painter.drawRoundedRect(outline, 4.0, 4.0);
  }
}

QSize StepTable::sizeHint() const {
  int height = horizontalHeader()->sizeHint().height() + kColumnGap;
  if (model_->rows().empty()) {
    height += WrappedHeight(empty_, font(), std::max(100, viewport()->width() - 2 * kPanelMargin));
  }
  for (int row = 0; row < model_->rowCount(); ++row) height += rowHeight(row);
  return {200, height};
}

QSize StepTable::minimumSizeHint() const {
  return {160, horizontalHeader()->sizeHint().height() + 5 * fontMetrics().lineSpacing()};
}

}  // namespace mhc
