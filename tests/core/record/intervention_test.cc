#include "core/record/intervention/intervention.h"
#include "core/record/configuration/site_list.h"

#include <limits>

#include "core/formats/json_text.h"
#include "record_fixture.h"

namespace mhc {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

Configuration Small() { return Must(ParseConfiguration("", "test", {})); }

Result<InterventionRequest> Make(std::string_view kind,
                                 std::optional<std::string_view> value = std::nullopt,
                                 std::optional<std::string_view> sites = std::nullopt,
                                 std::optional<std::string_view> transfer = std::nullopt) {
  return MakeRequest(Small(), kind, value, sites, transfer);
}

TEST(Interventions, EveryKindIsDeclaredWithATextAndAFallbackThatItAccepts) {
  for (const InterventionKind& kind : InterventionKinds()) {
    EXPECT_FALSE(kind.value.text.empty()) << kind.value.key;
    EXPECT_TRUE(Check(kind.value, kind.value.fallback).has_value()) << kind.value.key;
    EXPECT_EQ(FindInterventionKind(kind.value.key), &kind);
  }
  EXPECT_EQ(FindInterventionKind("dance"), nullptr);
}

TEST(Interventions, AConstraintIsRecordedWithAllItsOptions) {
  const InterventionRequest request = Must(Make("constraint", "sinkhorn:iterations=5"));
  EXPECT_THAT(ValueText(request), AllOf(HasSubstr("sinkhorn:iterations=5,"),
                                        HasSubstr("order=columns_rows"), HasSubstr("epsilon=0")));
  EXPECT_EQ(ToText(Must(ParseConstraint(ValueText(request)))), "sinkhorn:iterations=5");
  const InterventionRequest transposed = Must(Make("constraint", "row_softmax:transpose=true"));
  EXPECT_TRUE(Must(ParseConstraint(ValueText(transposed))).transpose);
}

TEST(Interventions, EveryConstraintReadsBackFromItsRecordedText) {
  for (const MixingConstraint& constraint : MixingConstraints()) {
    const auto request = Make("constraint", constraint.name);
    if (!request) continue;  // not for this number of streams
    EXPECT_EQ(Must(ParseConstraint(ValueText(*request))),
              AtDepth(Must(ChooseConstraint(constraint.name)), Small().SiteCount()));
  }
}

TEST(Interventions, BareKindsTakeNoValueAndStepTakesOneOrNone) {
  EXPECT_EQ(ValueText(Must(Make("pause"))), "");
  EXPECT_THAT(Make("pause", "1").error().message, HasSubstr("expected pause alone"));
  EXPECT_EQ(Must(Make("step")).value, Value(std::int64_t{1}));
  EXPECT_EQ(Must(Make("step", "20")).value, Value(std::int64_t{20}));
  EXPECT_FALSE(Make("step", "0").has_value());
}

TEST(Interventions, NumbersAreTakenAsAPersonWritesThem) {
  EXPECT_EQ(Must(Make("iterations", "2e1")).value, Value(std::int64_t{20}));
  EXPECT_EQ(Must(Make("learning_rate", "3e-4")).value, Value(3e-4));
  EXPECT_EQ(Must(Make("step", "1e1")).value, Value(std::int64_t{10}));
  EXPECT_EQ(Must(ParseTransfer("blend(1e2)")), (Transfer{Transfer::Kind::kBlend, 100}));
  EXPECT_EQ(Must(ParseRequest(Small(), "r", R"({"kind": "iterations", "value": 2e1})")).value,
            Value(std::int64_t{20}));
  EXPECT_EQ(Must(ParseConstraint("sinkhorn:iterations=1e1")).options.Integer("iterations"), 10);
  EXPECT_THAT(Make("iterations", "2.5").error().message,
              AllOf(HasSubstr("2.5"), HasSubstr("an integer from")));
  EXPECT_FALSE(ParseTransfer("blend(2.5)").has_value());
}

TEST(Interventions, WhatIsThereIsListedWhereSomethingElseIsAsked) {
  EXPECT_THAT(Make("dance").error().message,
              AllOf(HasSubstr("constraint=VALUE"), HasSubstr("on_nonfinite"), HasSubstr("pause")));
  EXPECT_THAT(Make("on_nonfinite", "cry").error().message,
              HasSubstr("expected one of skip, stop, roll_back"));
  EXPECT_THAT(Make("constraint", "birkhoff").error().message, HasSubstr("sinkhorn"));
  EXPECT_THAT(Make("constraint").error().message, HasSubstr("found no value"));
  EXPECT_THAT(Make("learning_rate", "fast").error().message, HasSubstr("a number from 0 to 1"));
}

TEST(Interventions, ALearningRateOfZeroIsAskedForLikeAnyOther) {
  EXPECT_EQ(Must(Make("learning_rate", "0")).value, Value(0.0));
  EXPECT_EQ(Must(ParseConfiguration("train.learning_rate = 0", "test", {})).train.learning_rate,
            0.0);
}

TEST(Interventions, SitesAndTransfersBelongToKindsThatTakeThem) {
  EXPECT_THAT(Make("pause", {}, "0").error().message, HasSubstr("takes no sites"));
  EXPECT_THAT(Make("iterations", "5", "0", "keep_logits").error().message,
              HasSubstr("takes no transfer"));
  EXPECT_THAT(Make("iterations", "5", "6-9").error().message, HasSubstr("sites from 0 to 7"));
  EXPECT_THAT(Must(Make("iterations", "5", "6,1-2")).sites, ElementsAre(1, 2, 6));
}

TEST(Interventions, ARunWithoutSitesHasNoMixingToChange) {
  const Configuration plain =
      Must(ParseConfiguration("[mixing]\nconnection = \"residual\"\n", "test", {}));
  const auto request = MakeRequest(plain, "iterations", "5", "0", std::nullopt);
  ASSERT_FALSE(request.has_value());
  EXPECT_THAT(request.error().message, HasSubstr("residual"));
}

TEST(Interventions, TransfersReadBackAndNonsenseIsRefused) {
  for (const char* text : {"keep_logits", "match_matrix", "blend(1)", "blend(1000000)"}) {
    EXPECT_EQ(ToText(Must(ParseTransfer(text))), text);
  }
  for (const char* text : {"", "blend", "blend()", "blend(0)", "blend(1000001)", "blend(-1)",
                           "blend(1.5)", "blend(99999999999999999999)", "blend(5", "copy"}) {
    EXPECT_THAT(ParseTransfer(text).error().message, HasSubstr("expected keep_logits")) << text;
  }
}

TEST(Interventions, SiteListsReadAsAPersonTypesThem) {
  EXPECT_THAT(Must(ParseSites("0-3,7", 8)), ElementsAre(0, 1, 2, 3, 7));
  EXPECT_EQ(SitesToText(std::vector<std::int64_t>{0, 1, 2, 5, 7, 8}), "0-2,5,7-8");
  EXPECT_EQ(SitesToText({}), "");
  for (const char* text :
       {"", ",", "8", "-1", "3-1", "0-8", "a", "1,", "0--2", "1.5", "99999999999999999999"}) {
    EXPECT_FALSE(ParseSites(text, 8).has_value()) << text;
  }
}

TEST(Interventions, TheirJsonHasTheContractsKeysAndNoNumberThatJsonCannotHold) {
  Intervention intervention;
  intervention.request = Must(Make("learning_rate", "0.001"));
  intervention.request.id = "t-r";
  intervention.step = 7;
  intervention.applied = true;
  intervention.matrix_jump = std::numeric_limits<double>::infinity();
  const auto row = ToJson(intervention);
  EXPECT_EQ(row["id"], "t-r");
  EXPECT_EQ(row["step"], 7);
  EXPECT_EQ(row["kind"], "learning_rate");
  EXPECT_EQ(row["value"], 0.001);
  EXPECT_EQ(row["sites"], nlohmann::ordered_json::array());
  EXPECT_TRUE(row["transfer"].is_null());
  EXPECT_EQ(row["outcome"], "applied");
  EXPECT_TRUE(row["reason"].is_null());
  EXPECT_THAT(DumpJson(row), HasSubstr("\"matrix_jump\":\"inf\""));
  EXPECT_TRUE(row["unmatched"].is_null());
}

}  // namespace
}  // namespace mhc
