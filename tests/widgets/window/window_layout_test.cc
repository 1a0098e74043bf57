// Where things are: whole, reachable and in one place, in small windows too.
#include <QHeaderView>
#include <QScrollArea>
#include <QSpinBox>
#include <QStatusTipEvent>
#include <QTableView>
#include <QToolBar>
#include <QToolButton>
#include <QTreeWidget>
#include <map>

#include "widgets/actions/action_palette.h"
#include "widgets/frame/view.h"
#include "window_fixture.h"

namespace mhc {
namespace {

constexpr QSize kSizes[] = {{1000, 700}, {1280, 720}, {1280, 800}, {1920, 1080}};

class WindowLayoutTest : public MainWindowTest {
 protected:
  void Resize(const QSize& size) {
    window_->resize(size);
    Settle();
  }
  static void Settle() {
    for (int i = 0; i < 3; ++i) QCoreApplication::processEvents();
  }
  QRect InWindow(const QWidget& widget) const {
    return {widget.mapTo(window_.get(), QPoint(0, 0)), widget.size()};
  }
  // Every control of the panels at the right but the options of a map, which are its own; by name.
  std::map<QString, QRect> Controls() const {
    std::map<QString, QRect> places;
    for (const QWidget* widget : Find<QWidget>("steeringColumn")->findChildren<QWidget*>()) {
      const bool is_control =
          qobject_cast<const QAbstractButton*>(widget) || qobject_cast<const QComboBox*>(widget) ||
          qobject_cast<const QAbstractSpinBox*>(widget) || qobject_cast<const QLineEdit*>(widget) ||
          qobject_cast<const QTableView*>(widget);
      const bool is_inner = qobject_cast<const QAbstractSpinBox*>(widget->parentWidget()) ||
                            widget->objectName().startsWith("qt_");
      const bool is_option = IsInOptions(widget) && widget->objectName() != "transposeEdit";
      if (!is_control || is_inner || is_option || !widget->isVisibleTo(window_.get())) continue;
      const QString name = widget->parentWidget()->objectName() + "/" + widget->objectName();
      places[name] = InWindow(*widget);
    }
    return places;
  }
  static bool IsInOptions(const QWidget* widget) {
    for (; widget != nullptr; widget = widget->parentWidget()) {
      if (QLatin1String(widget->metaObject()->className()) == "mhc::MapOptions") return true;
    }
    return false;
  }
};

TEST_F(WindowLayoutTest, WithARunOpenEverythingIsInReachAtEverySize) {
  StartNewRun();
  if (HasFatalFailure()) return;
  for (const QSize& size : kSizes) {
    Resize(size);
    const std::string at = std::to_string(size.width()) + " wide";
    ASSERT_EQ(window_->size(), size) << "the window cannot be as small";
    const QRect inside = window_->rect();
    EXPECT_TRUE(inside.contains(InWindow(*Find<QWidget>("stepCursor")))) << at;
    for (const char* name : {"stepBack", "stepPlay", "stepForward", "stepFollow", "stepTrack"}) {
      EXPECT_TRUE(inside.contains(InWindow(*Find<QWidget>(name)))) << at << " " << name;
    }
    for (const View* view : window_->findChildren<View*>()) {
      if (!view->isVisibleTo(window_.get())) continue;
      const auto name = view->objectName().toStdString();
      EXPECT_TRUE(inside.contains(InWindow(*view))) << at << " " << name;
      EXPECT_GE(view->height(), 100) << at << " " << name;
      EXPECT_GE(view->width(), 180) << at << " " << name;
    }
    for (const QAction* action : Find<QToolBar>("runBar")->actions()) {
      const QWidget* button =
          Find<QToolBar>("runBar")->widgetForAction(const_cast<QAction*>(action));
      ASSERT_NE(button, nullptr);
      EXPECT_TRUE(button->isVisible()) << at << " " << action->text().toStdString();
    }
    auto* column = Find<QScrollArea>("steeringColumn");
    for (const char* name : {"constraintChoice", "sitesEdit", "transferChoice", "applyButton",
                             "learning_rateEdit", "interventionTable"}) {
      auto* control = Find<QWidget>(name);
      // Of a line edit it is the cursor that is made visible, and so much around it.
      column->ensureWidgetVisible(control, 0, control->height());
      Settle();
      const QWidget* port = column->viewport();
      const QRect place(control->mapTo(port, QPoint(0, 0)), control->size());
      const QRect seen = place.intersected(port->rect());
      EXPECT_EQ(seen.width(), control->width()) << at << " " << name;
      EXPECT_GE(seen.height(), std::min(control->height(), 100)) << at << " " << name;
    }
  }
}

TEST_F(WindowLayoutTest, EveryControlStaysWhereItIsWhateverConstraintAndTransferAreChosen) {
  StartNewRun();
  if (HasFatalFailure()) return;
  Action("actionPause")->trigger();
  ASSERT_TRUE(QTest::qWaitFor([&] { return Run()->state() == RunState::kPaused; }, kLimit_ms));
  for (const QSize& size : kSizes) {
    Resize(size);
    const std::map<QString, QRect> before = Controls();
    ASSERT_TRUE(before.contains("/applyButton")) << "nothing to compare";
    auto* choice = Find<QComboBox>("constraintChoice");
    auto* transfer = Find<QComboBox>("transferChoice");
    ASSERT_GT(choice->count(), 10);
    for (int constraint = 0; constraint < choice->count(); ++constraint) {
      choice->setCurrentIndex(constraint);
      for (int row = 0; row < transfer->count(); ++row) {
        transfer->setCurrentIndex(row);
        Settle();
        ASSERT_EQ(Controls(), before)
            << choice->currentText().toStdString() << ", " << transfer->currentText().toStdString();
      }
    }
    for (const char* sites : {"99", "1-2", "x", ""}) {
      auto* edit = Find<QLineEdit>("sitesEdit");
      edit->setText(sites);
      Q_EMIT edit->textEdited(sites);
      Settle();
      ASSERT_EQ(Controls(), before) << "sites " << sites;
    }
  }
}

TEST_F(WindowLayoutTest, HoveringMovesNothing) {
  StartNewRun();
  if (HasFatalFailure()) return;
  Action("actionPause")->trigger();
  ASSERT_TRUE(QTest::qWaitFor([&] { return Run()->state() == RunState::kPaused; }, kLimit_ms));
  Resize({1280, 720});
  const auto places = [&] {
    std::map<const QWidget*, QRect> found;
    for (const QWidget* widget : window_->findChildren<QWidget*>()) {
      if (widget->isVisible() && !widget->isWindow()) found[widget] = InWindow(*widget);
    }
    return found;
  };
  const auto before = places();
  for (QAbstractButton* button : window_->findChildren<QAbstractButton*>()) {
    if (!button->isVisible()) continue;
    QEnterEvent enter(button->rect().center(), button->rect().center(), button->rect().center());
    QCoreApplication::sendEvent(button, &enter);
    Settle();
    EXPECT_EQ(places(), before) << button->text().toStdString();
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(button, &leave);
  }
  for (QAction* action : window_->actions().actions()) {
    action->hover();
    QStatusTipEvent tip(action->statusTip());
    QCoreApplication::sendEvent(window_.get(), &tip);
    Settle();
    EXPECT_EQ(places(), before) << action->objectName().toStdString();
  }
}

TEST_F(WindowLayoutTest, ThePaletteShowsEveryNameWholeWithinASmallWindow) {
  for (const QSize& size : kSizes) {
    Resize(size);
    Action("actionPalette")->trigger();
    auto* palette = Find<ActionPalette>("actionPaletteDialog");
    ASSERT_NE(palette, nullptr);
    EXPECT_LE(palette->width(), size.width());
    EXPECT_LE(palette->height(), size.height());
    const auto* list = palette->findChild<QTreeWidget*>();
    ASSERT_GT(list->topLevelItemCount(), 20);
    for (int row = 0; row < list->topLevelItemCount(); ++row) {
      for (const int column : {0, 2}) {
        const QString text = list->topLevelItem(row)->text(column);
        const QRect cell = list->visualRect(list->model()->index(row, column));
        EXPECT_GE(list->header()->sectionSize(column),
                  list->fontMetrics().horizontalAdvance(text) + 4)
            << text.toStdString();
        EXPECT_LE(cell.right(), list->viewport()->width()) << text.toStdString();
      }
    }
    palette->close();
    QCoreApplication::sendPostedEvents(palette, QEvent::DeferredDelete);
  }
}

TEST_F(WindowLayoutTest, SpaceLeavesANumberFieldAndPauses) {
  StartNewRun();
  if (HasFatalFailure()) return;
  for (const char* name : {"learning_rateEdit", "iterationsEdit"}) {
    auto* field = Find<QWidget>("trainingPanel")->findChild<QWidget*>(name);
    ASSERT_NE(field, nullptr) << name;
    window_->activateWindow();
    // What the run does not steer yet takes no focus.
    ASSERT_TRUE(QTest::qWaitFor([&] { return field->isEnabled(); }, kLimit_ms)) << name;
    field->setFocus();
    ASSERT_TRUE(QTest::qWaitFor([&] { return field->hasFocus(); }, kLimit_ms)) << name;
    const RunState awaited =
        Run()->state() == RunState::kPaused ? RunState::kRunning : RunState::kPaused;
    QTest::keyClick(field, Qt::Key_Space);
    EXPECT_FALSE(field->hasFocus()) << name;
    EXPECT_TRUE(QTest::qWaitFor([&] { return Run()->state() == awaited; }, kLimit_ms)) << name;
  }
}

TEST_F(WindowLayoutTest, OpeningARunLeavesTheCursorWhereItIs) {
  StartNewRun();
  if (HasFatalFailure()) return;
  ASSERT_TRUE(QTest::qWaitFor([&] { return Run()->last_step() > 20; }, kLimit_ms));
  Action("actionPause")->trigger();
  ASSERT_TRUE(QTest::qWaitFor([&] { return Run()->state() == RunState::kPaused; }, kLimit_ms));
  Action("actionStepBack")->trigger();
  const auto position = [&] {
    for (const auto* label : Find<QWidget>("stepCursor")->findChildren<QLabel*>()) {
      if (label->text().contains(" / ")) return label->text().section(" / ", 0, 0);
    }
    return QString();
  };
  Settle();
  const QString before = position();
  ASSERT_NE(before, "0");
  RunDocument* first = Run();
  window_->OpenRun(runs_.path().toStdString());  // which is no run
  ASSERT_TRUE(QTest::qWaitFor([&] { return !Run()->error().isEmpty(); }, kLimit_ms));
  window_->runs().SetCurrent(*first);
  Settle();
  EXPECT_EQ(position(), before);
}

}  // namespace
}  // namespace mhc
