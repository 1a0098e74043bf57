#include "widgets/document/run_colors.h"

#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include "tests/widgets/written_run.h"
#include "widgets/document/run_selection.h"
#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr int kLimit_ms = 60000;  // a hang guard

class RunColorsTest : public testing::Test {
 protected:
  void SetUp() override { QSettings().clear(); }

  std::filesystem::path PathOf(const std::string& name) const {
    return folder_.path().toStdString() + "/" + name;
  }
  RunDocument& Open(RunSelection& runs, const std::string& name) {
    if (!std::filesystem::exists(PathOf(name))) Write({PathOf(name), "id-" + name});
    RunDocument& run = runs.Open(PathOf(name));
    EXPECT_TRUE(QTest::qWaitFor([&] { return run.loaded(); }, kLimit_ms));
    return run;
  }
  static QPen PenOf(const RunSelection& runs, const RunDocument& run) {
    return Look(Look::Mode::kLight).RunPen(runs.ColorOf(run));
  }

  QTemporaryDir folder_;
};

TEST_F(RunColorsTest, ARunKeepsItsColorWhateverIsOpenedAndClosedAndTomorrow) {
  QColor of_a, of_b;
  {
    RunSelection runs;
    RunDocument& a = Open(runs, "a");
    of_a = PenOf(runs, a).color();
    RunDocument& b = Open(runs, "b");
    of_b = PenOf(runs, b).color();
    EXPECT_NE(of_a, of_b);
    runs.Close(a);
    EXPECT_EQ(PenOf(runs, b).color(), of_b);
    EXPECT_EQ(PenOf(runs, Open(runs, "c")).style(), Qt::SolidLine);
    EXPECT_EQ(PenOf(runs, b).color(), of_b);
  }
  RunSelection tomorrow;
  EXPECT_EQ(PenOf(tomorrow, Open(tomorrow, "b")).color(), of_b);
  EXPECT_EQ(PenOf(tomorrow, Open(tomorrow, "a")).color(), of_a);
}

TEST_F(RunColorsTest, ALoneRunIsASolidLineInTheFirstColorThatNoOtherRunHas) {
  for (int run = 0; run < 2 * Look::RunColorCount(); ++run) {
    RunSelection runs;
    const QPen pen = PenOf(runs, Open(runs, "run-" + std::to_string(run)));
    EXPECT_EQ(pen.style(), Qt::SolidLine) << run;
    const QColor expected = Look(Look::Mode::kLight).RunPen(run % Look::RunColorCount()).color();
    EXPECT_EQ(pen.color(), expected) << run;
  }
}

TEST_F(RunColorsTest, TwoRunsOfOneColorAreToldApartByTheirDashUntilOneIsAlone) {
  for (int run = 0; run <= Look::RunColorCount(); ++run) {
    RunSelection runs;
    Open(runs, "run-" + std::to_string(run));
  }
  RunSelection runs;
  RunDocument& first = Open(runs, "run-0");
  RunDocument& ninth = Open(runs, "run-" + std::to_string(Look::RunColorCount()));
  EXPECT_EQ(PenOf(runs, first).color(), PenOf(runs, ninth).color());
  EXPECT_EQ(PenOf(runs, first).style(), Qt::SolidLine);
  EXPECT_NE(PenOf(runs, ninth).style(), Qt::SolidLine);
  runs.Close(first);
  EXPECT_EQ(PenOf(runs, ninth).style(), Qt::SolidLine);
}

TEST_F(RunColorsTest, LookingOnReadsWhatIsKeptAndWritesNothing) {
  QColor kept;
  {
    RunSelection runs;
    Open(runs, "a");
    kept = PenOf(runs, Open(runs, "b")).color();
  }
  std::filesystem::remove_all(PathOf("a"));
  const QStringList before = QSettings().allKeys();
  ASSERT_FALSE(before.isEmpty());
  RunSelection looking(RunColors::Use::kLook);
  EXPECT_EQ(PenOf(looking, Open(looking, "b")).color(), kept);
  Open(looking, "new");
  EXPECT_EQ(QSettings().allKeys(), before);
}

TEST_F(RunColorsTest, ColorsOfRunsThatAreGoneAreForgotten) {
  QColor of_a;
  {
    RunSelection runs;
    of_a = PenOf(runs, Open(runs, "a")).color();
  }
  std::filesystem::remove_all(PathOf("a"));
  RunSelection runs;
  EXPECT_TRUE(QSettings().allKeys().filter("id-a").isEmpty());
  EXPECT_EQ(PenOf(runs, Open(runs, "b")).color(), of_a) << "the first colour is free again";
}

TEST_F(RunColorsTest, WhatVersionOneKeptIsForgotten) {
  QSettings().setValue("runColors/old", 11);
  QSettings().setValue("nextRunColor", 12);
  const RunSelection runs;
  EXPECT_TRUE(QSettings().allKeys().isEmpty());
}

}  // namespace
}  // namespace mhc
