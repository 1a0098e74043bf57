#include "core/plan/thread_choice.h"

#include <gtest/gtest.h>

namespace mhc {
namespace {

std::int64_t ThreadsOf(const char* preset, std::int64_t cores,
                       const std::vector<Setting>& settings = {}) {
  return ChooseThreads(*LoadConfiguration(preset, settings), cores);
}

TEST(ThreadChoice, ASmallStepTakesOneThreadAndALargeOneEveryCore) {
  EXPECT_EQ(ThreadsOf("tiny", 64), 1);
  EXPECT_EQ(ThreadsOf("default", 2), 2);
  EXPECT_EQ(ThreadsOf("bench", 2), 2);
  EXPECT_EQ(ThreadsOf("bench", 16), 16);
  EXPECT_LT(ThreadsOf("default", 64), 64);
}

TEST(ThreadChoice, WhatIsAskedForIsTaken) {
  EXPECT_EQ(ThreadsOf("tiny", 2, {{"threads", "7"}}), 7);
}

TEST(ThreadChoice, ALargerBatchIsWorthMoreThreads) {
  EXPECT_GT(ThreadsOf("tiny", 64, {{"train.batch", "1024"}}), ThreadsOf("tiny", 64));
}

}  // namespace
}  // namespace mhc
