// What if: branches made by hand in the window.
#include <QTableView>

#include "widgets/runs/branch_dialog.h"
#include "window_fixture.h"

namespace mhc {
namespace {

class WindowBranchTest : public MainWindowTest {
 protected:
  // A new run whose constraint was changed while it trained.
  void StartAndChange() {
    StartNewRun();
    if (HasFatalFailure()) return;
    auto* choice = Find<QComboBox>("constraintChoice");
    choice->setCurrentIndex(choice->findText("unconstrained"));
    QTest::mouseClick(Find<QPushButton>("applyButton"), Qt::LeftButton);
    ASSERT_TRUE(QTest::qWaitFor([&] { return Run()->interventions().size() == 1; }, kLimit_ms));
    ASSERT_TRUE(Run()->interventions().front().applied);
  }
  // Another run than `before` is current and trains.
  bool AnotherTrains(const std::filesystem::path& before) const {
    return QTest::qWaitFor(
        [&] {
          const RunDocument* run = Run();
          return run && run->loaded() && run->path() != before && run->live();
        },
        kLimit_ms);
  }
};

TEST_F(WindowBranchTest, OneClickOnAChangeTrainsTheRunWithoutItBesideTheOther) {
  StartAndChange();
  if (HasFatalFailure()) return;
  const std::filesystem::path parent = Run()->path();
  const std::int64_t step = Run()->interventions().front().step;
  auto* table = Find<QTableView>("interventionTable");
  ASSERT_TRUE(QTest::qWaitFor([&] { return table->model()->rowCount() == 1; }, kLimit_ms));
  const QModelIndex sign = table->model()->index(0, table->model()->columnCount() - 1);
  ASSERT_FALSE(table->isColumnHidden(sign.column()));
  EXPECT_TRUE(sign.data(Qt::ToolTipRole).toString().contains("without this"));
  QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(sign).center());
  ASSERT_TRUE(AnotherTrains(parent));
  const RunDocument* branch = Run();
  EXPECT_EQ(branch->path().filename().string(),
            parent.filename().string() + "-from-" + std::to_string(step));
  ASSERT_TRUE(branch->description().parent.has_value());
  EXPECT_EQ(branch->description().parent->step, step);
  EXPECT_TRUE(QTest::qWaitFor([&] { return branch->last_step() > step + 5; }, kLimit_ms));
  EXPECT_TRUE(branch->interventions().empty());
  EXPECT_EQ(branch->ConstraintsAt(branch->last_step()).front(), "sinkhorn");
  EXPECT_EQ(window_->runs().runs().size(), 2u);
}

TEST_F(WindowBranchTest, ABranchFromTheDialogDiffersAsItSays) {
  StartAndChange();
  if (HasFatalFailure()) return;
  const std::filesystem::path parent = Run()->path();
  const std::int64_t step = Run()->interventions().front().step;
  Action("actionBranch")->trigger();
  auto* dialog = Find<BranchDialog>("branchDialog");
  ASSERT_NE(dialog, nullptr);
  auto* from = dialog->findChild<QComboBox*>("branchCheckpoint");
  from->setCurrentIndex(from->findData(qlonglong(step)));
  ASSERT_EQ(dialog->step(), step);
  EXPECT_TRUE(dialog->findChild<QLabel*>("branchNote")->text().contains("unconstrained"));
  auto* constraint = dialog->findChild<QComboBox*>("branchConstraint");
  EXPECT_EQ(constraint->findText("block_orthostochastic") >= 0, true);
  constraint->setCurrentText("row_softmax");
  auto* rate = dialog->findChild<QLineEdit*>("branch-train.learning_rate");
  auto* button = dialog->findChild<QPushButton*>("branchButton");
  rate->setText("fast");
  EXPECT_FALSE(button->isEnabled());
  EXPECT_FALSE(dialog->findChild<QLabel*>("branchFault")->text().isEmpty());
  rate->setText("0.002");
  ASSERT_TRUE(button->isEnabled());
  QTest::mouseClick(button, Qt::LeftButton);
  ASSERT_TRUE(AnotherTrains(parent));
  RunDocument* branch = Run();
  ASSERT_TRUE(QTest::qWaitFor([&] { return branch->interventions().size() == 2; }, kLimit_ms));
  for (const Intervention& intervention : branch->interventions()) {
    EXPECT_TRUE(intervention.applied) << intervention.reason;
    EXPECT_EQ(intervention.step, step);
  }
  EXPECT_EQ(branch->ConstraintsAt(branch->last_step()).front(), "row_softmax");
}

TEST_F(WindowBranchTest, WithoutARunThereIsNothingToBranchAndItIsSaid) {
  EXPECT_FALSE(Action("actionBranch")->isEnabled());
  EXPECT_FALSE(Action("actionBranch")->toolTip().isEmpty());
}

// The texts of a record are a stranger's: a label that guesses would open what they name.
TEST_F(WindowBranchTest, NoLabelGuessesWhetherItsTextIsHtml) {
  StartAndChange();
  if (HasFatalFailure()) return;
  Action("actionBranch")->trigger();
  for (const auto* label : window_->findChildren<QLabel*>()) {
    const bool is_of_qt = label->objectName().startsWith("qt_");
    if (is_of_qt || label->textFormat() != Qt::AutoText) continue;
    EXPECT_FALSE(label->text().contains('<')) << label->objectName().toStdString();
  }
  for (const char* name : {"branchNote", "branchFault", "runBannerText", "startNotice"}) {
    EXPECT_EQ(Find<QLabel>(name)->textFormat(), Qt::PlainText) << name;
  }
}

}  // namespace
}  // namespace mhc
