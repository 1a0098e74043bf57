// What the strip above the views says of a run of the preset `first-look`.
#include "widgets/panels/tour_strip.h"

#include <gmock/gmock.h>

#include "recorded_run.h"

namespace mhc {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class TourStripTest : public RecordedRunTest {
 protected:
  // The composite's gain is `before` up to step 20 and `after` from then on.
  void WriteGains(const std::string& name, double before, double after,
                  std::vector<Intervention> interventions = {}) {
    Content content;
    content.settings = {{"name", name}, {"mixing.connection", "hc"}};
    content.value = [=](std::string_view column, std::int64_t step) -> std::optional<double> {
      return column == "composite_forward_gain" ? (step <= 20 ? before : after) : 1.0;
    };
    content.interventions = std::move(interventions);
    Write(name, content);
    strip_ = std::make_unique<TourStrip>(context(), sender_);
  }
  static Intervention Change(const std::string& constraint, bool applied = true) {
    Intervention change;
    change.request.id = "a";
    change.request.kind = "constraint";
    change.step = 20;
    change.applied = applied;
    change.value_text = constraint;
    return change;
  }
  std::string Text() const { return strip_->findChild<QLabel*>("tourText")->text().toStdString(); }
  QPushButton& Button() const { return *strip_->findChild<QPushButton*>("tourButton"); }

  RequestSender sender_;
  std::unique_ptr<TourStrip> strip_;
};

TEST_F(TourStripTest, IsThereForItsOwnPresetOnlyAndUntilItIsClosed) {
  WriteGains("default", 1.0, 1.0);
  EXPECT_TRUE(strip_->isHidden());
  WriteGains("first-look", 1.0, 1.0);
  EXPECT_FALSE(strip_->isHidden());
  strip_->findChild<QPushButton*>("tourClose")->click();
  EXPECT_TRUE(strip_->isHidden());
}

TEST_F(TourStripTest, SaysWhatToWatchWhileTheGainIsNear1) {
  WriteGains("first-look", 1.0, 1.31);
  EXPECT_THAT(Text(), AllOf(HasSubstr("Nothing holds"), HasSubstr("Now: 1.31")));
  EXPECT_TRUE(Button().isHidden());
}

TEST_F(TourStripTest, SaysByHowMuchTheGainHasLeft1InEitherDirection) {
  WriteGains("first-look", 1.0, 41.2);
  EXPECT_THAT(Text(), AllOf(HasSubstr("has left 1"), HasSubstr("41.2")));
}

TEST_F(TourStripTest, OffersNoClickThatNoEngineWouldTake) {
  WriteGains("first-look", 1.0, 41.2);  // the run is finished
  EXPECT_TRUE(Button().isHidden());
  EXPECT_THAT(Text(), HasSubstr("ended"));
}

TEST_F(TourStripTest, TellsWhatTheClickDidFromTheRecordAlone) {
  WriteGains("first-look", 41.2, 1.0, {Change("sinkhorn")});
  EXPECT_THAT(Text(), AllOf(HasSubstr("at step 20"), HasSubstr("was 41.2 and is 1.000")));
}

TEST_F(TourStripTest, ARefusedOrUndoneChangeBroughtNothingBack) {
  Intervention undone = Change("sinkhorn");
  undone.undone = true;
  Intervention refused = Change("sinkhorn", /*applied=*/false);
  refused.request.id = "b";
  WriteGains("first-look", 1.0, 41.2, {undone, refused});
  EXPECT_THAT(Text(), HasSubstr("has left 1"));
}

TEST_F(TourStripTest, AConstraintThatHoldsNoSumIsNoWayBack) {
  WriteGains("first-look", 1.0, 41.2, {Change("unconstrained")});
  EXPECT_THAT(Text(), HasSubstr("has left 1"));
}

}  // namespace
}  // namespace mhc
