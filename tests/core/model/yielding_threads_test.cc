#include "core/model/yielding_threads.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <filesystem>

namespace mhc {
namespace {

std::int64_t ThreadsOfThisProcess() {
  const std::filesystem::directory_iterator all("/proc/self/task");
  return std::distance(begin(all), end(all));
}

TEST(YieldingThreads, AreMoreThanTheCoresWhileTheyYield) {
  const at::Tensor numbers = torch::rand({1 << 20});
  const double sum = numbers.sum().item<double>();
  const std::int64_t before = ThreadsOfThisProcess();
  YieldingThreads threads;
  EXPECT_FALSE(threads.yields());
  threads.Yield(true);
  EXPECT_TRUE(threads.yields());
  const std::int64_t more = ThreadsOfThisProcess() - before;
  EXPECT_GT(more + at::get_num_threads() - 1,
            static_cast<std::int64_t>(std::thread::hardware_concurrency()));
  EXPECT_EQ(numbers.sum().item<double>(), sum);
  threads.Yield(true);
  EXPECT_EQ(ThreadsOfThisProcess() - before, more) << "asked again";
  threads.Yield(false);
  EXPECT_FALSE(threads.yields());
  EXPECT_EQ(numbers.sum().item<double>(), sum);
}

}  // namespace
}  // namespace mhc
