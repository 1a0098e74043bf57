// Every operation of a step, forward and backward, happens while its own part is timed: seen from
// LibTorch's own account of its operations, and so without a clock.
#include "core/model/part_clock.h"

#include <ATen/record_function.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "core/model/decoder.h"
#include "small_model.h"

namespace mhc {
namespace {

// Names of the operations by the part that was on while they began: "aten::sigmoid", and
// "SigmoidBackward0" of the backward pass.
using Operations = std::map<StepPart, std::multiset<std::string>>;

class Account {
 public:
  explicit Account(std::shared_ptr<PartClock> clock) : clock_(std::move(clock)) {
    reader_ = this;
    handle_ = at::addThreadLocalCallback(
        at::RecordFunctionCallback(&Account::Note)
            .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}));
  }
  ~Account() {
    at::removeCallback(handle_);
    reader_ = nullptr;
  }
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  Operations operations;

 private:
  static std::unique_ptr<at::ObserverContext> Note(const at::RecordFunction& function) {
    // The engine's own entry around a function of the backward pass begins before its hooks.
    const std::string name = function.name();
    if (name.find("evaluate_function") != std::string::npos) return nullptr;
    reader_->operations[reader_->clock_->current()].insert(name);
    return nullptr;
  }

  static inline thread_local Account* reader_ = nullptr;
  std::shared_ptr<PartClock> clock_;
  at::CallbackHandle handle_;
};

Operations OperationsOf(Decoder& model, bool in_detail) {
  ForwardTrace trace;
  trace.in_detail = in_detail;
  trace.positions = torch::tensor({1, 5}, torch::kInt64);
  trace.clock = std::make_shared<PartClock>(torch::kCPU);
  Account account(trace.clock);
  const at::Tensor logits = model->Forward(torch::arange(16).view({2, 8}), &trace);
  torch::nn::functional::cross_entropy(logits.flatten(0, 1), torch::arange(16)).backward();
  EXPECT_EQ(trace.clock->current(), StepPart::kRest);
  return account.operations;
}

Operations OperationsOfAStep(const std::vector<Setting>& settings) {
  Decoder model(SmallConfiguration(settings), 256);
  Perturb(*model, 9);
  return OperationsOf(model, /*in_detail=*/true);
}

std::size_t CountOf(const Operations& operations, StepPart part, const std::string& name) {
  const auto found = operations.find(part);
  return found == operations.end() ? 0 : found->second.count(name);
}

// How often it happened in this part, and that it did in no other.
std::size_t OnlyIn(const Operations& operations, StepPart part, const std::string& name) {
  for (const auto& [other, names] : operations) {
    if (other != part) {
      EXPECT_EQ(names.count(name), 0u) << name << " in part " << static_cast<int>(other);
    }
  }
  return CountOf(operations, part, name);
}

constexpr std::size_t kSites = 4, kBlocks = 2;
// As LibTorch names the way back of a function of our own.
constexpr const char* kGateBackward =
    "torch::autograd::CppNode<mhc::(anonymous namespace)::GateFunction>";

TEST(PartClock, SinkhornsOperationsAreTheConstraintsForwardAndBackward) {
  const Operations operations = OperationsOfAStep({{"mixing.constraint", "sinkhorn"}});
  EXPECT_EQ(OnlyIn(operations, StepPart::kConstraint, "aten::softmax"), kSites);
  EXPECT_EQ(OnlyIn(operations, StepPart::kConstraint, "SoftmaxBackward0"), kSites);
}

TEST(PartClock, GatesAndPredictorsAreCoefficientsForwardAndBackward) {
  const Operations operations = OperationsOfAStep({{"mixing.constraint", "sinkhorn"}});
  EXPECT_EQ(OnlyIn(operations, StepPart::kCoefficients, "aten::sigmoid"), 2 * kSites);
  EXPECT_EQ(OnlyIn(operations, StepPart::kCoefficients, "SigmoidBackward0"), 2 * kSites);
  EXPECT_EQ(OnlyIn(operations, StepPart::kCoefficients, "SplitWithSizesBackward0"), kSites);
}

TEST(PartClock, WritingIsAppliedAndTheSublayersAreTheirOwn) {
  const Operations operations = OperationsOfAStep({{"mixing.constraint", "sinkhorn"}});
  EXPECT_EQ(OnlyIn(operations, StepPart::kSublayer, kGateBackward), kBlocks);
  EXPECT_EQ(OnlyIn(operations, StepPart::kSublayer, "aten::scaled_dot_product_attention"), kBlocks);
  // addcmul is also how a predictor adds its static part.
  EXPECT_EQ(CountOf(operations, StepPart::kApply, "aten::addcmul"), kSites);
  EXPECT_EQ(CountOf(operations, StepPart::kApply, "AddcmulBackward0"), kSites);
  // A read and a mix a site.
  EXPECT_EQ(CountOf(operations, StepPart::kApply, "BmmBackward0"), 2 * kSites);
}

TEST(PartClock, TheLossIsAmongTheRestAndKeptTokensAmongTheTrace) {
  const Operations operations = OperationsOfAStep({{"mixing.constraint", "sinkhorn"}});
  EXPECT_EQ(OnlyIn(operations, StepPart::kRest, "aten::cross_entropy_loss"), 1u);
  EXPECT_EQ(OnlyIn(operations, StepPart::kRest, "NllLossBackward0"), 1u);
  EXPECT_EQ(OnlyIn(operations, StepPart::kRest, "EmbeddingBackward0"), 1u);
  // Of states and their gradients, and of five maps and a branch a site.
  EXPECT_GE(CountOf(operations, StepPart::kTrace, "aten::index_select"),
            2 * (kSites + 1) + 6 * kSites);
  for (const StepPart part :
       {StepPart::kCoefficients, StepPart::kConstraint, StepPart::kApply, StepPart::kSublayer}) {
    EXPECT_EQ(CountOf(operations, part, "aten::index_select"), 0u);
  }
}

TEST(PartClock, TheResidualModelHasSublayersAndAdditions) {
  const Operations operations = OperationsOfAStep({{"mixing.connection", "residual"}});
  EXPECT_EQ(OnlyIn(operations, StepPart::kSublayer, kGateBackward), kBlocks);
  EXPECT_EQ(operations.count(StepPart::kCoefficients), 0u);
  EXPECT_EQ(operations.count(StepPart::kConstraint), 0u);
  EXPECT_EQ(CountOf(operations, StepPart::kApply, "AddBackward0"), kSites);
}

TEST(PartClock, CastsOfTheResidualStateAreApplied) {
  const Operations operations =
      OperationsOfAStep({{"mixing.connection", "residual"}, {"model.dtype", "bfloat16"}});
  EXPECT_EQ(CountOf(operations, StepPart::kTrace, "aten::_to_copy"), 0u);
  // To float32 and back, at every sublayer.
  EXPECT_EQ(CountOf(operations, StepPart::kApply, "ToCopyBackward0"), 2 * kSites);
}

// The outgoing map of a blend predicts, too, where nothing else of the site does.
TEST(PartClock, BothPredictorsOfABlendAreCoefficients) {
  Decoder model(SmallConfiguration({{"mixing.read", "fixed"}, {"mixing.write", "fixed"}}), 256);
  Perturb(*model, 9);
  const ConstraintChoice identity = *ParseConstraint("identity");
  for (HyperConnection& site : model->sites) {
    site->SetConstraint(identity, torch::empty({0}), Blend{0, 4});
    site->SetBlendWeight(0.5);
  }
  const Operations operations = OperationsOf(model, /*in_detail=*/false);
  EXPECT_EQ(OnlyIn(operations, StepPart::kCoefficients, "SplitWithSizesBackward0"), kSites);
}

// Hooks on a parameter would stay on it from step to step.
TEST(PartClock, StaticMapsGetNoHookThatStays) {
  Decoder model(SmallConfiguration({{"mixing.connection", "hc"}, {"mixing.dynamic", "false"}}),
                256);
  const auto backward = [&](const std::shared_ptr<PartClock>& clock) {
    ForwardTrace trace;
    trace.clock = clock;
    model->Forward(torch::arange(16).view({2, 8}), &trace).square().sum().backward();
  };
  const auto first = std::make_shared<PartClock>(torch::kCPU);
  backward(first);
  const double spent = first->Milliseconds(StepPart::kCoefficients);
  EXPECT_EQ(first.use_count(), 1);
  backward(std::make_shared<PartClock>(torch::kCPU));
  EXPECT_EQ(first->Milliseconds(StepPart::kCoefficients), spent);
}

}  // namespace
}  // namespace mhc
