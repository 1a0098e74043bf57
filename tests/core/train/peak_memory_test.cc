#include "core/train/peak_memory.h"

#include <gtest/gtest.h>

#include <vector>

namespace mhc {
namespace {

TEST(PeakMemory, HoldsWhatWasTakenAndGivenBack) {
  const double before = PeakMemory().value();
  EXPECT_GT(before, 1.0);
  const auto take = [] {
    std::vector<char> taken(256 << 20, 1);
    return taken[taken.size() / 2];
  };
  EXPECT_EQ(take(), 1);
  EXPECT_GT(PeakMemory().value(), before + 100.0);
}

}  // namespace
}  // namespace mhc
