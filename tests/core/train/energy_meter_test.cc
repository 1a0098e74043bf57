#include "core/train/energy_meter.h"

#include "train_fixture.h"

namespace mhc {
namespace {

using testing::HasSubstr;

// A stand-in for the system's tree: two packages, memory and cores below the first.
class EnergyMeterTest : public TrainTest {
 protected:
  void SetZone(const std::string& zone, const std::string& name, std::uint64_t microjoules) {
    Write(zone + "/name", name + "\n");
    Write(zone + "/energy_uj", fmt::format("{}\n", microjoules));
    Write(zone + "/max_energy_range_uj", "1000000000\n");
  }
};

TEST_F(EnergyMeterTest, IsThatOfPackagesAndMemoryAndNothingIsCountedTwice) {
  const auto at = [this](std::uint64_t joules) {
    SetZone("intel-rapl:0", "package-0", 1000000 * joules);
    SetZone("intel-rapl:0:0", "core", 700000 * joules);
    SetZone("intel-rapl:0:1", "dram", 200000 * joules);
    SetZone("intel-rapl:1", "package-1", 2000000 * joules);
    SetZone("intel-rapl-mmio:0", "package-0", 1000000 * joules);
    SetZone("intel-rapl:2", "psys", 9000000 * joules);
  };
  at(10);
  EnergyMeter meter(folder_);
  ASSERT_TRUE(meter.tells()) << meter.reason();
  at(15);
  EXPECT_NEAR(meter.JoulesSinceLast().value(), 5 * (1 + 0.2 + 2), 1e-9);
  EXPECT_EQ(meter.JoulesSinceLast().value(), 0.0);
  at(16);
  EXPECT_NEAR(meter.JoulesSinceLast().value(), 3.2, 1e-9);
}

TEST_F(EnergyMeterTest, FollowsACounterThatBeginsAgain) {
  SetZone("intel-rapl:0", "package-0", 999000000);
  EnergyMeter meter(folder_);
  SetZone("intel-rapl:0", "package-0", 2000000);
  EXPECT_NEAR(meter.JoulesSinceLast().value(), 3.0, 1e-9);
}

TEST_F(EnergyMeterTest, SaysWhyThereIsNoNumber) {
  EnergyMeter none(folder_ / "nowhere");
  EXPECT_FALSE(none.tells());
  EXPECT_FALSE(none.JoulesSinceLast());
  EXPECT_THAT(none.reason(), HasSubstr("has no package"));
  Write("intel-rapl:0/name", "package-0\n");
  EnergyMeter closed(folder_);
  EXPECT_FALSE(closed.JoulesSinceLast());
  EXPECT_THAT(closed.reason(), HasSubstr("energy_uj may not be read"));
}

TEST_F(EnergyMeterTest, HasNoNumberWhileACounterIsGone) {
  SetZone("intel-rapl:0", "package-0", 5000000);
  EnergyMeter meter(folder_);
  std::filesystem::remove(folder_ / "intel-rapl:0" / "energy_uj");
  EXPECT_FALSE(meter.JoulesSinceLast());
  SetZone("intel-rapl:0", "package-0", 6000000);
  EXPECT_NEAR(meter.JoulesSinceLast().value(), 1.0, 1e-9);
}

}  // namespace
}  // namespace mhc
