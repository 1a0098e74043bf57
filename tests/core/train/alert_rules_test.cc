#include "core/train/alert_rules.h"

#include <cmath>

#include "experiment_fixture.h"

namespace mhc {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class AlertRulesTest : public ExperimentTest {
 protected:
  static Configuration With(const std::string& tables, const std::string& settings = "") {
    return Must(ParseConfiguration(settings + "\n[probe]\nalerts = false\n" + tables, "test", {}));
  }
  // Steps at which the values of a scalar raise something.
  static std::vector<std::int64_t> Raised(AlertRules& rules, const std::string& scalar,
                                          const std::vector<double>& values) {
    std::vector<std::int64_t> steps;
    for (std::size_t i = 0; i < values.size(); ++i) {
      StepRecord record;
      record.step = static_cast<std::int64_t>(i) + 1;
      record.Set(scalar, values[i]);
      for (const auto& raised : rules.Look(record)) {
        EXPECT_THAT(raised.text, HasSubstr(scalar));
        steps.push_back(record.step);
      }
    }
    return steps;
  }
  static std::string Refusal(const std::string& tables) {
    const auto parsed = ParseConfiguration(tables, "test", {});
    if (!parsed) return parsed.error().message;
    const Status checked = CheckAlertRules(*parsed);
    return checked ? "accepted" : checked.error().message;
  }
};

TEST_F(AlertRulesTest, ABandIsLeftOnceAndToldOnce) {
  AlertRules rules(With("[[alert]]\nscalar = \"composite_forward_gain\"\nband = [0.1, 10]\n"));
  EXPECT_THAT(Raised(rules, "composite_forward_gain", {1, 10, 11, 12, 6e4, 9, 0.05}),
              ElementsAre(3));
}

TEST_F(AlertRulesTest, WhatHeldIsToldAgainOnlyAfterALongQuiet) {
  AlertRules rules(With("[[alert]]\nscalar = \"loss\"\nabove = 5\n"));
  std::vector<double> values(250, 1.0);
  values[10] = values[60] = values[200] = 6.0;
  EXPECT_THAT(Raised(rules, "loss", values), ElementsAre(11, 201));
}

TEST_F(AlertRulesTest, WhatHasNotMovedForSoManyMeasurements) {
  AlertRules rules(With("[[alert]]\nscalar = \"distance_to_identity\"\nunmoved_for = 4\n"));
  EXPECT_THAT(Raised(rules, "distance_to_identity", {1, 1, 1, 2, 2, 2, 2, 2}), ElementsAre(7));
}

TEST_F(AlertRulesTest, SoManyTimesInARow) {
  AlertRules rules(With("[[alert]]\nscalar = \"stream_cosine\"\nabove = 0.9\nfor = 3\n"));
  EXPECT_THAT(Raised(rules, "stream_cosine", {1, 1, 0, 1, 1, 1, 1}), ElementsAre(6));
}

TEST_F(AlertRulesTest, ASpikeIsMeasuredAgainstTheMedianOfTheLastFifty) {
  AlertRules rules(With("[[alert]]\nscalar = \"gradient_norm\"\nspike = 20\n"));
  std::vector<double> values(60, 1.0);
  values[30] = 100.0;  // too early to know
  values[55] = 21.0;
  EXPECT_THAT(Raised(rules, "gradient_norm", values), ElementsAre(56));
}

TEST_F(AlertRulesTest, WhatIsNotFiniteOrNotMeasuredIsNotLookedAt) {
  AlertRules rules(With("[[alert]]\nscalar = \"loss\"\nabove = 5\n"));
  EXPECT_THAT(Raised(rules, "loss", {std::nan(""), INFINITY}), IsEmpty());
  EXPECT_THAT(Raised(rules, "gradient_norm", {100.0}), IsEmpty());
}

TEST_F(AlertRulesTest, RulesThatCannotBeAreNamedWithTheirPlace) {
  EXPECT_EQ(Refusal("[[alert]]\nscalar = \"loss\"\nabove = 5\npause = true\n"), "accepted");
  EXPECT_THAT(Refusal("[[alert]]\nabove = 5\n"), HasSubstr("expected a scalar"));
  EXPECT_THAT(Refusal("[[alert]]\nscalar = \"loss\"\n"), HasSubstr("expected above"));
  EXPECT_THAT(Refusal("[[alert]]\nscalar = \"lost\"\nabove = 1\n"), HasSubstr("lost"));
  EXPECT_THAT(Refusal("[[alert]]\nscalar = \"loss\"\nover = 1\n"),
              AllOf(HasSubstr("test:3"), HasSubstr("alert.over")));
  EXPECT_THAT(Refusal("[[alert]]\nscalar = \"loss\"\nband = [2, 1]\n"), HasSubstr("two ends"));
  EXPECT_THAT(Refusal("[[alert]]\nscalar = \"loss\"\nunmoved_for = 1\n"), HasSubstr("from 2"));
  EXPECT_THAT(Refusal("alert = 3\n"), HasSubstr("[[alert]]"));
}

TEST_F(AlertRulesTest, TheTablesReadBackAsTheyWereWritten) {
  const std::string tables =
      "[[alert]]\nscalar = \"loss\"\nabove = 5.5\nfor = 3\npause = true\n"
      "[[alert]]\nscalar = \"gradient_norm\"\nspike = 4\n"
      "[[intervention]]\nstep = 4\nconstraint = \"sinkhorn:iterations=5\"\nsites = \"0-1\"\n"
      "[[intervention]]\nstep = 9\nlearning_rate = 0.001\n";
  const Configuration once = Must(ParseConfiguration(tables, "test", {}));
  ASSERT_THAT(once.alerts, SizeIs(2));
  ASSERT_THAT(once.planned, SizeIs(2));
  EXPECT_EQ(once.planned[1].value, "0.001");
  EXPECT_EQ(ToToml(Must(ParseConfiguration(ToToml(once), "again", {}))), ToToml(once));
}

TEST_F(AlertRulesTest, ARunTellsAndPausesAsItsRulesSay) {
  Configuration configuration = ConfigurationOf({});
  configuration.alerts.push_back({.scalar = "tokens", .above = 100.0, .pause = true});
  const auto experiment = Must(Experiment::Start(configuration, folder_ / "run", Host()));
  bool was_paused = false;
  Must(experiment->Run([&] {
    was_paused = Must(Reader("run").State()) == RunState::kPaused;
    return was_paused;
  }));
  EXPECT_TRUE(was_paused);
  const auto alerts = Must(Reader("run").Alerts());
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts[0].kind, "rule");
  EXPECT_EQ(alerts[0].step, 7);
  EXPECT_THAT(alerts[0].text, HasSubstr("tokens is 112"));
}

TEST_F(AlertRulesTest, AnUnconstrainedRunThatExplodesIsToldOf) {
  StartAndRun("run", {{"model.blocks", "12"},
                      {"mixing.connection", "hc"},
                      {"mixing.learning_rate_scale", "30"},
                      {"train.schedule", "constant"},
                      {"train.learning_rate", "0.05"},
                      {"train.clip", "0"}});
  std::vector<std::string> told;
  for (const Alert& alert : Must(Reader("run").Alerts())) told.push_back(alert.text);
  EXPECT_THAT(told, testing::Contains(HasSubstr("composite_forward_gain")));
}

TEST_F(AlertRulesTest, PlannedInterventionsTrainTheRunThatAPersonMade) {
  StartAndRun("by hand", {},
              {{4, "constraint", "row_softmax", "1"}, {9, "learning_rate", "0.002"}});
  Configuration planned = ConfigurationOf({});
  for (const Intervention& intervention : Interventions("by hand")) {
    planned.planned.push_back(AsPlanned(intervention));
  }
  const auto experiment = Must(Experiment::Start(planned, folder_ / "planned", Host()));
  EXPECT_EQ(Run(*experiment), RunState::kFinished);
  ExpectSameRun("by hand", "planned", 20);
  ASSERT_THAT(Interventions("planned"), SizeIs(2));
  EXPECT_EQ(Interventions("planned")[0].step, 4);
}

TEST_F(AlertRulesTest, APlannedInterventionIsNotDoneAgainAfterAKill) {
  Configuration planned = ConfigurationOf({{"train.checkpoint_every", "3"}});
  planned.planned = {{5, "learning_rate", "0.002", "", ""}, {12, "constraint", "identity", "", ""}};
  const auto start = [&](const std::string& name) {
    return Must(Experiment::Start(planned, folder_ / name, Host()));
  };
  EXPECT_EQ(Run(*start("straight")), RunState::kFinished);
  also_after_step_ = [&](std::int64_t step) {
    if (step == 8) {
      std::filesystem::copy(folder_ / "run", folder_ / "killed",
                            std::filesystem::copy_options::recursive);
    }
  };
  EXPECT_EQ(Run(*start("run")), RunState::kFinished);
  also_after_step_ = nullptr;
  EXPECT_EQ(ResumeAndRun("killed"), RunState::kFinished);
  EXPECT_THAT(Interventions("killed"), SizeIs(2));
  ExpectSameRun("straight", "killed", 20);
}

TEST_F(AlertRulesTest, APlanThatCannotBeMakesNoRun) {
  Configuration planned = ConfigurationOf({});
  planned.planned = {{5, "constraint", "identity", "9", ""}};
  const auto sites = Experiment::Start(planned, folder_ / "run", Host());
  ASSERT_FALSE(sites);
  EXPECT_THAT(sites.error().message, HasSubstr("intervention at step 5"));
  planned.planned = {{20, "constraint", "identity", "", ""}};
  EXPECT_FALSE(Experiment::Start(planned, folder_ / "run", Host()));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run"));
}

}  // namespace
}  // namespace mhc
