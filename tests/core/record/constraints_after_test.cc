#include "core/record/intervention/constraints_after.h"

#include <limits>

#include "record_fixture.h"

namespace mhc {
namespace {

using testing::ElementsAre;

// Two blocks: four sites.
Configuration Small() {
  return Must(
      ParseConfiguration("model.blocks = 2\n[[mixing.site]]\nsites = [3]\nconstraint = "
                         "\"identity\"\n",
                         "test", {}));
}

Intervention Applied(std::int64_t step, std::string_view kind, std::string_view value,
                     std::optional<std::string_view> sites = std::nullopt) {
  Intervention intervention;
  intervention.request = Must(MakeRequest(Small(), kind, value, sites, std::nullopt));
  intervention.step = step;
  intervention.applied = true;
  return intervention;
}

std::vector<std::string> After(const std::vector<Intervention>& interventions, std::int64_t step) {
  std::vector<std::string> texts;
  for (const ConstraintChoice& choice : ConstraintsAfter(Small(), interventions, step)) {
    texts.push_back(ToText(choice));
  }
  return texts;
}

TEST(ConstraintsAfter, AreTheConfigurationsAndOverThemWhatWasAppliedUntilTheStep) {
  const std::vector<Intervention> past = {Applied(10, "constraint", "unconstrained", "1-2"),
                                          Applied(20, "constraint", "row_softmax")};
  EXPECT_THAT(After(past, 9), ElementsAre("sinkhorn", "sinkhorn", "sinkhorn", "identity"));
  EXPECT_THAT(After(past, 10),
              ElementsAre("sinkhorn", "unconstrained", "unconstrained", "identity"));
  EXPECT_THAT(After(past, 20),
              ElementsAre("row_softmax", "row_softmax", "row_softmax", "row_softmax"));
}

TEST(ConstraintsAfter, TakeOptionsOfTheirOwnRequestsToo) {
  EXPECT_THAT(
      After({Applied(3, "iterations", "5", "0-1")}, 3),
      ElementsAre("sinkhorn:iterations=5", "sinkhorn:iterations=5", "sinkhorn", "identity"));
}

TEST(ConstraintsAfter, LeaveOutWhatWasRefusedUndoneOrCannotBeRead) {
  std::vector<Intervention> past(3, Applied(1, "constraint", "unconstrained"));
  past[0].applied = false;
  past[1].undone = true;
  past[2].request.value = std::string("a map of another program");
  past.push_back(Applied(1, "constraint", "unconstrained"));
  past.back().request.kind = "dance";
  past.push_back(Applied(1, "constraint", "unconstrained"));
  past.back().request.sites = {-1, 4, std::numeric_limits<std::int64_t>::max()};
  EXPECT_THAT(After(past, 5), ElementsAre("sinkhorn", "sinkhorn", "sinkhorn", "identity"));
}

TEST(ConstraintsAfter, LeaveOutAMapThatTheseStreamsCannotHave) {
  const Configuration narrow = Must(ParseConfiguration("model.streams = 2\n", "test", {}));
  const std::vector<Intervention> past = {Applied(1, "constraint", "quaternion")};
  for (const ConstraintChoice& choice : ConstraintsAfter(narrow, past, 5)) {
    EXPECT_EQ(choice.constraint->name, "sinkhorn");
  }
}

TEST(ValueAfter, IsTheNewestRequestsOrTheConfigurations) {
  const std::vector<Intervention> past = {Applied(10, "learning_rate", "0.25"),
                                          Applied(20, "learning_rate", "0.5")};
  EXPECT_EQ(ValueAfter(Small(), past, "learning_rate", 9), Value(Small().train.learning_rate));
  EXPECT_EQ(ValueAfter(Small(), past, "learning_rate", 19), Value(0.25));
  EXPECT_EQ(ValueAfter(Small(), past, "learning_rate", 20), Value(0.5));
  EXPECT_EQ(ValueAfter(Small(), past, "pause", 20), std::nullopt);
}

}  // namespace
}  // namespace mhc
