// One thread for every test that does not ask for two: tensors as small as these gain nothing from
// more, and on a busy machine OpenMP's waiting threads turn seconds into minutes.
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

namespace mhc {
namespace {

class OneThread : public testing::Environment {
 public:
  void SetUp() override { at::set_num_threads(1); }
};

[[maybe_unused]] const testing::Environment* const kOneThread =
    testing::AddGlobalTestEnvironment(new OneThread);

}  // namespace
}  // namespace mhc
