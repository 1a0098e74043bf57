#include "widgets/panels/difference_list.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "widgets/document/current_constraints.h"
#include "widgets/document/refresher.h"
#include "widgets/panels/section.h"
#include "widgets/panels/wrapped_text.h"
#include "widgets/words/record_words.h"

namespace mhc {
namespace {

constexpr int kSample = 10, kSampleGap = 3;  // a run's line before its value
constexpr int kBetween = 12;                 // two values on a line
constexpr std::size_t kMostSamples = 3;      // then "+4"

std::vector<const SelectedRun*> ComparedRuns(const RunSelection& runs) {
  std::vector<const SelectedRun*> compared;
  for (const SelectedRun& run : runs.runs()) {
    if (run.shown && run.document->loaded()) compared.push_back(&run);
  }
  return compared;
}

void AddTo(Difference& difference, const QString& value, int color) {
  for (Difference::Group& group : difference.groups) {
    if (group.value == value) return group.colors.push_back(color);
  }
  difference.groups.push_back({value, {color}});
}

// "+4" where more runs have a value than are drawn before it.
QString MoreText(const Difference::Group& group) {
  if (group.colors.size() <= kMostSamples) return {};
  return QStringLiteral("+%1").arg(group.colors.size() - kMostSamples);
}

}  // namespace

std::vector<Difference> DifferencesOf(const RunSelection& runs) {
  const auto compared = ComparedRuns(runs);
  std::vector<Difference> rows;
  const auto keep = [&](Difference difference) {
    if (difference.groups.size() > 1) rows.push_back(std::move(difference));
  };
  Difference constraints{DifferenceList::tr("constraint"),
                         DifferenceList::tr("The constraints of the sites as they are now."),
                         {}};
  for (const SelectedRun* run : compared) {
    const auto choices = ConstraintChoicesAt(*run->document, run->document->last_step());
    AddTo(constraints, choices.empty() ? QStringLiteral("–") : ChoicesText(choices), run->color);
  }
  keep(std::move(constraints));
  for (const ConfigurationKey& key : ConfigurationKeys()) {
    const std::string& name = key.declaration.key;
    // The name is in the table of runs; the constraint and its transpose are above, as they are.
    if (name == "name" || name == "mixing.constraint" || name == "mixing.transpose") continue;
    Difference difference{
        KeyText(name), QString::fromStdString(name + "\n" + key.declaration.text), {}};
    for (const SelectedRun* run : compared) {
      AddTo(difference, ValueWords(key.get(run->document->configuration())), run->color);
    }
    keep(std::move(difference));
  }
  return rows;
}

DifferenceList::DifferenceList(const ViewContext& context, QWidget* parent)
    : QWidget(parent), context_(context) {
  setAccessibleName(tr("Only what differs"));
  setMinimumWidth(1);
  QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
  connect(&context_.look, &Look::changed, this, qOverload<>(&QWidget::update));
  new Refresher(context_, this, [this] { Refresh(); });
}

void DifferenceList::Refresh() {
  std::vector<Difference> rows = DifferencesOf(context_.runs);
  const std::size_t compared = ComparedRuns(context_.runs).size();
  if (rows != rows_ || compared != compared_) {
    rows_ = std::move(rows);
    compared_ = compared;
    updateGeometry();
    update();
  }
}

QString DifferenceList::Sentence() const {
  if (compared_ > 1) return tr("The settings of these runs are the same.");
  return tr("Open another run, and the settings in which they differ appear here.");
}

// As much as the names need, and at most two fifths of the width.
int DifferenceList::NameWidth(int width) const {
  int needed = 0;
  for (const Difference& row : rows_) {
    needed = std::max(needed, fontMetrics().horizontalAdvance(row.name) + 2);
  }
  return std::min(needed, (width - 2 * kPanelMargin) * 2 / 5);
}

std::vector<DifferenceList::Place> DifferenceList::PlacesOf(const Difference& row, int width,
                                                            int* height) const {
  const int room = width - 2 * kPanelMargin - NameWidth(width) - kRowSpacing;
  std::vector<Place> places;
  int left = 0, top = 0, line_height = 0;
  for (const Difference::Group& group : row.groups) {
    const auto samples = static_cast<int>(std::min(group.colors.size(), kMostSamples));
    const QString more = MoreText(group);
    const int before = samples * (kSample + kSampleGap) + kSampleGap +
                       (more.isEmpty() ? 0 : fontMetrics().horizontalAdvance(more) + kSampleGap);
    const int text = fontMetrics().horizontalAdvance(group.value) + 2;
    if (left > 0 && left + before + text > room) {
      left = 0;
      top += line_height;
      line_height = 0;
    }
    const int text_width = std::min(text, room - before);
    places.push_back({&group, left, top, left + before, text_width});
    line_height = std::max(line_height, WrappedHeight(group.value, font(), text_width));
    left += before + text_width + kBetween;
  }
  *height = top + line_height;
  return places;
}

int DifferenceList::RowHeight(const Difference& row, int width) const {
  int height = 0;
  PlacesOf(row, width, &height);
  return std::max(height, WrappedHeight(row.name, font(), NameWidth(width))) + kRowSpacing / 2;
}

int DifferenceList::heightForWidth(int width) const {
  if (rows_.empty()) {
    return WrappedHeight(Sentence(), font(), width - 2 * kPanelMargin) + kRowSpacing;
  }
  int height = 0;
  for (const Difference& row : rows_) height += RowHeight(row, width);
  return height;
}

QSize DifferenceList::sizeHint() const { return {200, heightForWidth(std::max(width(), 200))}; }

void DifferenceList::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Look& look = context_.look;
  painter.setFont(font());
  if (rows_.empty()) {
    painter.setPen(look.Color(Role::kQuietText));
    DrawWrapped(painter, Sentence(), QPointF(kPanelMargin, 0.0), width() - 2 * kPanelMargin);
    return;
  }
  int top = 0;
  for (const Difference& row : rows_) {
    painter.setPen(look.Color(Role::kQuietText));
    DrawWrapped(painter, row.name, QPointF(kPanelMargin, top), NameWidth(width()));
    PaintValues(painter, row, top);
    top += RowHeight(row, width());
  }
}

void DifferenceList::PaintValues(QPainter& painter, const Difference& row, int top) const {
  const Look& look = context_.look;
  const int origin = kPanelMargin + NameWidth(width()) + kRowSpacing;
  int height = 0;
  for (const Place& place : PlacesOf(row, width(), &height)) {
    const Difference::Group& group = *place.group;
    const int y = top + place.top;
    const double middle = y + fontMetrics().height() / 2.0;
    double x = origin + place.left;
    for (std::size_t i = 0; i < std::min(group.colors.size(), kMostSamples); ++i) {
      painter.setPen(look.RunPen(group.colors[i], 2.0));
      painter.drawLine(QPointF(x, middle), QPointF(x + kSample, middle));
      x += kSample + kSampleGap;
    }
    painter.setPen(look.Color(Role::kQuietText));
    painter.drawText(QPointF(x, y + fontMetrics().ascent()), MoreText(group));
    painter.setPen(look.Color(Role::kText));
    DrawWrapped(painter, group.value, QPointF(origin + place.text_left, y), place.width);
  }
}

bool DifferenceList::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  int top = 0;
  for (const Difference& row : rows_) {
    const int height = RowHeight(row, width());
    if (help->pos().y() < top + height) {
      QToolTip::showText(help->globalPos(), row.tip, this);
      return true;
    }
    top += height;
  }
  QToolTip::hideText();
  return true;
}

}  // namespace mhc
