// What a newcomer sees in the first minute: `installers/from_source run` opens this preset.
#include "core/record/record/record_reader.h"
#include "window_fixture.h"

namespace mhc {
namespace {

constexpr int kLookLimit_ms = 5 * kLimit_ms;   // a hang guard on a machine that others use too
constexpr std::int64_t kStepsOfAMinute = 240;  // at four steps a second, on one slow core

TEST_F(MainWindowTest, AFirstLookSeesTheGainLeave1AndOneClickBringItBack) {
  window_->StartRun("first-look");
  ASSERT_TRUE(QTest::qWaitFor([&] { return Run() && Run()->last_step() > 0; }, kLookLimit_ms));
  const RunDocument& run = *Run();
  auto* strip = Find<QWidget>("tourStrip");
  EXPECT_TRUE(strip->isVisible());
  auto* button = Find<QPushButton>("tourButton");
  ASSERT_TRUE(QTest::qWaitFor([&] { return button->isVisible(); }, kLookLimit_ms));
  EXPECT_LE(run.last_step(), kStepsOfAMinute) << "the gain leaves 1 within a minute";

  QTest::mouseClick(button, Qt::LeftButton);
  EXPECT_FALSE(button->isVisible()) << "one request at a time";
  ASSERT_TRUE(QTest::qWaitFor([&] { return !run.interventions().empty(); }, kLookLimit_ms));
  const Intervention change = run.interventions().front();
  ASSERT_TRUE(change.applied) << change.reason;
  EXPECT_EQ(run.ConstraintsAt(change.step).front(), "sinkhorn");
  ASSERT_TRUE(QTest::qWaitFor([&] { return run.last_step() > change.step + 1; }, kLookLimit_ms));
  const Series& gain = run.Of("composite_forward_gain");
  EXPECT_GE(gain.At(change.step), 2.0);
  EXPECT_NEAR(gain.At(change.step + 1), 1.0, 1e-3);
  EXPECT_TRUE(QTest::qWaitFor(
      [&] { return Find<QLabel>("tourText")->text().contains("Brought back at step"); },
      kLookLimit_ms));
}

}  // namespace
}  // namespace mhc
