#include "widgets/runs/new_run_dialog.h"

#include <gtest/gtest.h>

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>

#include "widgets/look/look.h"

namespace mhc {
namespace {

class NewRunDialogTest : public testing::Test {
 protected:
  QString Cost() { return dialog_.findChild<QLabel*>("newRunCost")->text(); }
  QLineEdit* Line(const char* name) { return dialog_.findChild<QLineEdit*>(name); }

  Look look_{Look::Mode::kLight};
  NewRunDialog dialog_{look_, "tiny"};
};

TEST_F(NewRunDialogTest, SaysWhatTheRunWillTake) {
  EXPECT_TRUE(Cost().contains(", 1 thread")) << Cost().toStdString();
  EXPECT_TRUE(Cost().contains(" parameters, ")) << Cost().toStdString();
  Line("field-train.steps")->setText("1000");
  EXPECT_TRUE(Cost().contains("256k tokens")) << Cost().toStdString();
  Line("field-model.channels")->setText("wide");
  EXPECT_TRUE(Cost().isEmpty()) << "nothing is said of what cannot be trained";
}

TEST_F(NewRunDialogTest, TheThreadsThatAPersonAsksForAreTaken) {
  Line("field-threads")->setText("3");
  EXPECT_TRUE(Cost().contains(", 3 threads")) << Cost().toStdString();
  EXPECT_TRUE(dialog_.EngineWords().contains("threads=3"));
  Line("field-threads")->clear();
  EXPECT_FALSE(dialog_.EngineWords().join(' ').contains("threads="));
}

}  // namespace
}  // namespace mhc
