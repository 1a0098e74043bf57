#include "widgets/dial/dial_page.h"

#include <gmock/gmock.h>

#include <QComboBox>
#include <QLabel>
#include <QSlider>
#include <QSpinBox>
#include <QTest>
#include <cmath>

#include "widgets/dial/dial_controls.h"
#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr int kLimit_ms = 60000;  // a hang guard

DialInput Input(const std::string& constraint) {
  DialInput input;
  input.options.choice = *ParseConstraint(constraint);
  input.options.depth = 8;
  return input;
}

TEST(TurnDial, OfGivenLogitsMultipliesTheirMatrixByItself) {
  DialInput input = Input("unconstrained");
  input.options.streams = 2;
  input.logits = {{1.0, 1.0, 0.0, 2.0}};
  const auto picture = TurnDial(input, 400);
  ASSERT_TRUE(picture) << picture.error().message;
  // [[1, 1], [0, 2]] to the eighth: [[1, 255], [0, 256]].
  EXPECT_DOUBLE_EQ(picture->composite(0, 1), 255.0);
  EXPECT_DOUBLE_EQ(picture->forward.median.back(), 256.0);
  EXPECT_DOUBLE_EQ(picture->backward.median.back(), 511.0);
  EXPECT_EQ(picture->trials, 0);
  EXPECT_FALSE(picture->residual);
}

TEST(TurnDial, OfRandomLogitsShowsTheMatricesOfTheFirstTrialOfTheStudy) {
  const DialInput input = Input("sinkhorn");
  const auto picture = TurnDial(input, 1);
  ASSERT_TRUE(picture) << picture.error().message;
  double largest = 0.0;
  for (Eigen::Index j = 0; j < 4; ++j) {
    largest = std::max(largest, std::abs(picture->composite.col(j).sum()));
  }
  EXPECT_NEAR(picture->backward.median.back(), largest, 1e-12);
}

TEST(TurnDial, ShowsTheResidualOfThirtyIterationsWhateverTheSlider) {
  const auto picture = TurnDial(Input("sinkhorn:iterations=3"), 2);
  ASSERT_TRUE(picture && picture->residual);
  EXPECT_EQ(picture->residual->column_error.size(), 30u);
  EXPECT_LT(picture->residual->column_error.back(), picture->residual->column_error[2]);
}

TEST(TurnDial, RefusesAnotherNumberOfLogitsThanTheMapHas) {
  DialInput input = Input("quaternion");
  input.logits = std::vector<double>(16, 0.5);
  const auto picture = TurnDial(input, 1);
  ASSERT_FALSE(picture);
  EXPECT_THAT(picture.error().message, testing::HasSubstr("expected 8"));
}

TEST(TurnDial, ComputesFewerTrialsOfLargerMapsAndSaysHowMany) {
  DialInput input = Input("unconstrained");
  input.options.streams = 16;
  const auto picture = TurnDial(input, 400);
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_EQ(picture->trials, 195) << "100,000 / 4³ / 8 layers";
}

TEST(TurnDial, RefusesWhatWouldKeepSomebodyWaiting) {
  for (const bool is_given : {false, true}) {
    DialInput input = Input("unconstrained");
    input.options.streams = 8;
    input.options.depth = 20'000;  // eight times the work of four streams a map
    input.options.trials = 1;
    if (is_given) input.logits = StartLogits(input.options.choice, 8);
    const auto picture = TurnDial(input, 1);
    ASSERT_FALSE(picture);
    EXPECT_THAT(picture.error().message, testing::HasSubstr("mhc simulate"));
  }
}

class DialPageTest : public testing::Test {
 protected:
  DialPageTest() {
    page_.resize(1280, 700);
    page_.show();
  }
  bool WaitForTrials(std::int64_t trials) {
    return QTest::qWaitFor([&] { return page_.trials() == trials; }, kLimit_ms);
  }
  template <class Type>
  Type* Find(const char* name) {
    return page_.findChild<Type*>(name);
  }

  Look look_{Look::Mode::kLight};
  DialPage page_{look_};
};

TEST_F(DialPageTest, FollowsTheSliderWithFewTrialsAndCompletesThemWhenTheHandRests) {
  ASSERT_TRUE(WaitForTrials(400));
  Find<QSlider>("dialIterations")->setValue(3);
  EXPECT_LT(page_.trials(), 400);
  EXPECT_TRUE(WaitForTrials(400));
}

TEST_F(DialPageTest, SaysWhyAMapDoesNotAllowTheseStreams) {
  ASSERT_TRUE(WaitForTrials(400));
  Find<QComboBox>("dialConstraint")->setCurrentText("quaternion");
  EXPECT_TRUE(Find<QLabel>("dialFault")->text().isEmpty());
  auto* streams = page_.findChild<QWidget*>("dial-streams")->findChild<QSpinBox*>();
  streams->setValue(3);
  EXPECT_TRUE(Find<QLabel>("dialFault")->text().contains("quaternion"))
      << Find<QLabel>("dialFault")->text().toStdString();
}

TEST_F(DialPageTest, TakesAMatrixAsLogitsThatGiveIt) {
  Matrix matrix(2, 2);
  matrix << 0.9, 0.1, 0.1, 0.9;
  ASSERT_TRUE(page_.controls().TakeMatrix(*ParseConstraint("sinkhorn"), matrix, "a site"));
  const auto input = page_.controls().Input();
  ASSERT_TRUE(input && input->logits) << (input ? "no logits" : input.error().message);
  const Matrix again = MapLogits(input->options.choice, 2, *input->logits);
  EXPECT_LT((again - matrix).norm(), 2e-3) << "logits are shown with three decimals";
}

TEST_F(DialPageTest, GivenLogitsOfAMapThatTheseStreamsCannotHaveAreASentence) {
  Find<QComboBox>("dialConstraint")->setCurrentText("identity");
  page_.findChild<QWidget*>("dial-streams")->findChild<QSpinBox*>()->setValue(16);
  Find<QComboBox>("dialConstraint")->setCurrentText("permutation_mix");
  Find<QComboBox>("dialLogits")->setCurrentIndex(1);
  EXPECT_TRUE(Find<QLabel>("dialFault")->text().contains("permutation_mix"));
}

TEST_F(DialPageTest, RefusesAMatrixThatItCannotFitAndStaysAsItIs) {
  const auto before = page_.controls().Input();
  const Matrix well = Matrix::Identity(4, 4);
  Matrix unknown = well, huge = well;
  unknown(1, 2) = std::nan("");
  huge(0, 0) = -1e30;
  for (const auto& [constraint, matrix, word] :
       {std::tuple{"sinkhorn", unknown, "not finite"}, std::tuple{"sinkhorn", huge, "expected"},
        std::tuple{"quaternion", Matrix(Matrix::Identity(3, 3)), "n = 4"}}) {
    const Status taken =
        page_.controls().TakeMatrix(*ParseConstraint(constraint), matrix, "a site");
    ASSERT_FALSE(taken);
    EXPECT_THAT(taken.error().message, testing::HasSubstr(word));
  }
  const auto after = page_.controls().Input();
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->options.choice, before->options.choice);
  EXPECT_EQ(after->options.streams, before->options.streams);
  EXPECT_EQ(after->logits, before->logits);
}

}  // namespace
}  // namespace mhc
