#include "widgets/runs/machine_dialog.h"

#include <gtest/gtest.h>

#include <QComboBox>
#include <QLabel>
#include <QTemporaryDir>

#include "widgets/look/look.h"

namespace mhc {
namespace {

class MachineDialogTest : public testing::Test {
 protected:
  // A center of 64 channels, 4 streams, 4 blocks and 256 tokens, and other sizes one at a time.
  static MachineSweep SweptHere() {
    MachineSweep sweep{ThisMachine(), "0.0", 0.0, {}};
    for (const std::int64_t threads : {1, 2}) {
      for (const char* connection : {"mhc", "residual"}) {
        for (const Setting& change :
             {Setting{"seed", "1"}, Setting{"model.channels", "32"},
              Setting{"model.channels", "128"}, Setting{"model.streams", "2"},
              Setting{"model.blocks", "1"}, Setting{"train.batch", "2"}}) {
          const std::vector<Setting> settings = {{"model.channels", "64"},
                                                 {"model.blocks", "4"},
                                                 {"mixing.connection", connection},
                                                 change};
          const Configuration configuration = *LoadConfiguration("tiny", settings);
          SweepPoint point = PointOf(configuration);
          point.threads = threads;
          point.mixing_ms = 40 * point.work.mixing_gigabytes;
          point.step_ms = point.mixing_ms + (1 + 10 * point.work.gflop) / double(threads);
          sweep.points.push_back(point);
        }
      }
    }
    return sweep;
  }

  QTemporaryDir folder_;
  Look look_{Look::Mode::kLight};
};

TEST_F(MachineDialogTest, EachPanelShowsHowAStepGrowsWithOneSize) {
  const auto panels = ScalePanels(SweptHere(), 2, look_);
  ASSERT_EQ(panels.size(), 4u);
  EXPECT_EQ(panels[0].lines.size(), 4u) << "mixing and plain, measured and fitted";
  EXPECT_EQ(panels[0].lines[0].x, (std::vector<double>{32, 64, 128}));
  EXPECT_TRUE(std::is_sorted(panels[0].lines[0].y.begin(), panels[0].lines[0].y.end()));
  EXPECT_NEAR(panels[0].lines[1].y[2], panels[0].lines[0].y[2], 1e-6) << "the fit is exact here";
  EXPECT_EQ(panels[1].lines.size(), 2u) << "a plain model has one stream";
  EXPECT_EQ(panels[2].lines[0].x, (std::vector<double>{1, 4}));
  EXPECT_EQ(panels[3].lines[0].x, (std::vector<double>{64, 256}));
  EXPECT_TRUE(ScalePanels(SweptHere(), 7, look_).empty());
}

TEST_F(MachineDialogTest, SaysHowGoodTheFitIsAndOffersTheThreadsThatWereMeasured) {
  const auto file = std::filesystem::path(folder_.filePath("sweep.json").toStdString());
  ASSERT_TRUE(WriteSweep(file, SweptHere()));
  const MachineDialog dialog(look_, file);
  const QString said = dialog.findChild<QLabel*>("machineSaid")->text();
  EXPECT_TRUE(said.contains("off by 0.0 %")) << said.toStdString();
  EXPECT_EQ(dialog.findChild<QComboBox*>("machineThreads")->count(), 2);
  EXPECT_EQ(dialog.findChildren<LinePanelPlot*>().size(), 4);
}

TEST_F(MachineDialogTest, SaysHowToSweepAMachineThatWasNot) {
  const MachineDialog dialog(look_, folder_.filePath("none.json").toStdString());
  EXPECT_TRUE(dialog.findChild<QLabel*>("machineSaid")->text().contains("mhc bench --sweep"));
  EXPECT_TRUE(dialog.findChildren<LinePanelPlot*>().empty());
}

}  // namespace
}  // namespace mhc
