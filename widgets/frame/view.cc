#include "widgets/frame/view.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>
#include <QStyle>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

#include "core/formats/person_text.h"
#include "widgets/document/refresher.h"
#include "widgets/frame/header_button.h"

namespace mhc {
namespace {

constexpr int kHeaderHeight = 24;
constexpr int kLeastWidth = 200;
constexpr int kLeastHeight = 118;
constexpr int kLoadingDelay_ms = 150;

const QString kBetweenParts = QStringLiteral(" · ");

// Leaves out its last parts where there is no room: half a word says less than none.
class PartsLabel : public QLabel {
 public:
  using QLabel::QLabel;

 protected:
  void paintEvent(QPaintEvent*) override {
    QStringList parts = text().split(kBetweenParts);
    const auto fits = [&] {
      return fontMetrics().horizontalAdvance(parts.join(kBetweenParts)) <= width();
    };
    while (!parts.empty() && !fits()) parts.removeLast();
    QPainter painter(this);
    style()->drawItemText(&painter, rect(), Qt::AlignLeft | Qt::AlignVCenter, palette(),
                          isEnabled(), parts.join(kBetweenParts), foregroundRole());
  }
};

// Ends in an ellipsis where even a line of its own is too narrow.
class TitleLabel : public QLabel {
 public:
  using QLabel::QLabel;

  QSize minimumSizeHint() const override {
    constexpr int kLeast = 88;
    const QSize whole = QLabel::minimumSizeHint();
    return {std::min(whole.width(), kLeast), whole.height()};
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    style()->drawItemText(&painter, rect(), Qt::AlignLeft | Qt::AlignVCenter, palette(),
                          isEnabled(), fontMetrics().elidedText(text(), Qt::ElideRight, width()),
                          foregroundRole());
  }
};

}  // namespace

View::View(const ViewContext& context, const QString& object_name, const QString& title,
           QWidget* parent)
    : QWidget(parent), context_(context), title_(title) {
  setObjectName(object_name);
  setAccessibleName(title);
  // Two of them beside each other have room between the columns of the narrowest window, and five
  // above each other in the lowest one: whatever a picture's labels and legend would like to have.
  setMinimumSize(kLeastWidth, kLeastHeight);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  auto* header_row = new QWidget(this);
  header_row->setFixedHeight(kHeaderHeight + 4);
  header_ = new QHBoxLayout(header_row);
  header_->setContentsMargins(8, 2, 4, 2);
  header_->setSpacing(4);
  title_label_ = new TitleLabel(title, header_row);
  shows_label_ = new PartsLabel(header_row);
  shows_label_->setMinimumWidth(0);
  shows_label_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  header_->addWidget(title_label_);
  header_->addSpacing(4);
  header_->addWidget(shows_label_, 1);
  controls_ = new QWidget(header_row);
  auto* controls = new QHBoxLayout(controls_);
  controls->setContentsMargins(0, 0, 0, 0);
  controls->setSpacing(4);
  controls_->installEventFilter(this);
  header_->addWidget(controls_);
  header_->addWidget(MakeMenu());
  column->addWidget(header_row);
  second_row_ = new QWidget(this);
  second_row_->setFixedHeight(kHeaderHeight);
  auto* second = new QHBoxLayout(second_row_);
  second->setContentsMargins(8, 0, 4, 0);
  second->addStretch(1);
  second_row_->hide();
  column->addWidget(second_row_);

  auto* body = new QWidget(this);
  states_ = new QStackedLayout(body);
  sentence_ = new QLabel(body);
  sentence_->setTextFormat(Qt::PlainText);
  sentence_->setWordWrap(true);
  sentence_->setAlignment(Qt::AlignCenter);
  sentence_->setMargin(16);
  sentence_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  states_->addWidget(sentence_);
  column->addWidget(body, 1);

  connect(&context_.look, &Look::changed, this, &View::ApplyLook);
  refresher_ = new Refresher(context_, this, [this] { Refresh(); });
  ApplyLook();
}

QString View::Reason() const {
  // Said once, in the place of all views, which are hidden then.
  if (current() != nullptr && !current()->error().isEmpty()) return current()->error();
  return has_picture_ || shows_loading_ ? QString() : sentence_->text();
}

void View::ApplyLook() {
  const Look& look = context_.look;
  const auto color = [&](Role role) { return look.Color(role).name(); };
  QFont bold = font();
  bold.setWeight(QFont::DemiBold);
  title_label_->setFont(bold);
  title_label_->setStyleSheet(QStringLiteral("color: %1").arg(color(Role::kText)));
  shows_label_->setStyleSheet(QStringLiteral("color: %1").arg(color(Role::kQuietText)));
  sentence_->setStyleSheet(
      QStringLiteral("color: %1").arg(color(sentence_is_error_ ? Role::kBad : Role::kQuietText)));
  update();
}

void View::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), context_.look.Color(Role::kSurface));
}

void View::SetTitle(const QString& title, const QString& tip) {
  title_ = title;
  title_label_->setText(title);
  title_label_->setToolTip(tip);
  setAccessibleName(title);
}

void View::SetPicture(QWidget* picture) { states_->addWidget(picture); }

void View::AddControl(QWidget* control) { controls_->layout()->addWidget(control); }

void View::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  PlaceControls();
}

// A control that is hidden or says something longer changes what has room.
bool View::eventFilter(QObject* watched, QEvent* event) {
  if (watched == controls_ && event->type() == QEvent::LayoutRequest) PlaceControls();
  return QWidget::eventFilter(watched, event);
}

// The title is never cut for the controls: where both have no room, they stand below it.
void View::PlaceControls() {
  const QMargins margins = header_->contentsMargins();
  int needed = margins.left() + margins.right() + title_label_->sizeHint().width() + 4;
  for (int i = 2; i < header_->count(); ++i) {
    const QWidget* part = header_->itemAt(i)->widget();
    if (part == nullptr || part == shows_label_ || part == controls_) continue;
    needed += header_->spacing() + part->sizeHint().width();
  }
  needed += 2 * header_->spacing() + controls_->sizeHint().width();
  const bool below = needed > width();
  if (below == controls_are_below_) return;
  controls_are_below_ = below;
  if (below) {
    header_->removeWidget(controls_);
    second_row_->layout()->addWidget(controls_);
  } else {
    second_row_->layout()->removeWidget(controls_);
    header_->insertWidget(header_->count() - 1, controls_);
  }
  controls_->show();
  second_row_->setVisible(below);
}

QWidget* View::MakeMenu() {
  auto* button = new HeaderButton(QStringLiteral("⋯"), tr("What can be done with this view"),
                                  context_.look, this);
  button->setObjectName(objectName() + "Menu");
  auto* menu = new QMenu(button);
  menu->addAction(tr("Export figure …"), this, [this] { Q_EMIT exportRequested(FigureName()); });
  menu->addAction(tr("Copy numbers"), this, &View::CopyNumbers);
  connect(menu, &QMenu::aboutToShow, this, [this, menu] {
    for (QAction* action : menu->actions()) action->setEnabled(Ready());
  });
  button->setMenu(menu);
  return button;
}

// As a spreadsheet takes them.
void View::CopyNumbers() const {
  QStringList lines;
  for (const std::vector<std::string>& row : FigureTable()) {
    QStringList cells;
    for (const std::string& cell : row) cells << QString::fromStdString(cell);
    lines << cells.join('\t');
  }
  QGuiApplication::clipboard()->setText(lines.join('\n'));
}

void View::RefreshNow() { refresher_->RefreshNow(); }

void View::ShowPicture(const QString& shows) {
  ++loading_serial_;
  has_picture_ = true;
  shows_label_->setText(shows);
  shows_label_->setToolTip(shows);
  states_->setCurrentIndex(1);
}

void View::ShowSentence(const QString& sentence, bool is_error) {
  ++loading_serial_;
  has_picture_ = false;
  shows_loading_ = false;
  sentence_is_error_ = is_error;
  shows_label_->clear();
  sentence_->setText(sentence);
  sentence_->setStyleSheet(
      QStringLiteral("color: %1")
          .arg(context_.look.Color(is_error ? Role::kBad : Role::kQuietText).name()));
  states_->setCurrentIndex(0);
}

void View::ShowEmpty(const QString& sentence) { ShowSentence(sentence, false); }

void View::ShowError(const QString& sentence) { ShowSentence(sentence, true); }

void View::ShowLoading() {
  const int serial = ++loading_serial_;
  QTimer::singleShot(kLoadingDelay_ms, this, [this, serial] {
    if (serial != loading_serial_) return;
    ShowSentence(tr("Reading the record …"), false);
    shows_loading_ = true;
  });
}

bool View::ShowsWhenSnapshotsBegin(const QString& what, std::int64_t step) {
  const auto first = current()->FirstSnapshotStep();
  if (first && step >= *first) return false;
  ShowEmpty(first ? tr("%1 with the first snapshot, at step %2.")
                        .arg(what, QString::fromStdString(StepText(*first)))
                  : tr("This run has no snapshot."));
  return true;
}

bool View::ShowsGeneralState() {
  const RunDocument* run = current();
  if (run == nullptr) {
    ShowEmpty(tr("No run is open. Start one or open a folder, and %1 appears here.")
                  .arg(title_.toLower()));
    return true;
  }
  if (!run->error().isEmpty()) {
    ShowError(run->error());
    return true;
  }
  if (!run->loaded()) {
    if (!has_picture_) ShowLoading();
    return true;
  }
  return false;
}

}  // namespace mhc
