#include "widgets/frame/paper_ticks.h"

#include <gmock/gmock.h>

namespace mhc {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Texts(double low, double high, TickKind kind, int most = 5) {
  std::vector<std::string> texts;
  for (const PaperTick& tick : TicksFor(low, high, kind, most).ticks) {
    texts.push_back(tick.text.toStdString());
  }
  return texts;
}

TEST(PaperTicks, AreThreeToFiveWhateverTheRange) {
  for (double low = -3.0; low < 3.0; low += 0.37) {
    for (double span = 1e-3; span < 1e4; span *= 1.13) {
      const std::size_t count = Texts(low, low + span, TickKind::kNumbers).size();
      EXPECT_TRUE(count >= 3 && count <= 5) << count << " from " << low << " over " << span;
    }
  }
  for (double ratio = 1.2; ratio < 1e30; ratio *= 1.7) {
    const std::size_t count = Texts(0.7, 0.7 * ratio, TickKind::kLogarithmic).size();
    EXPECT_TRUE(count >= 3 && count <= 5) << count << " over " << ratio;
  }
}

TEST(PaperTicks, OfSitesAndStepsAreWhole) {
  EXPECT_THAT(Texts(-0.3, 3.3, TickKind::kWholeNumbers), ElementsAre("0", "1", "2", "3"));
  EXPECT_THAT(Texts(-0.3, 1.3, TickKind::kWholeNumbers), ElementsAre("0", "1"));
  EXPECT_THAT(Texts(1, 3000, TickKind::kWholeNumbers), ElementsAre("1,000", "2,000", "3,000"));
}

TEST(PaperTicks, AreWrittenAsAPersonDoes) {
  EXPECT_THAT(Texts(-0.021, 0.011, TickKind::kNumbers),
              ElementsAre("−0.02", "−0.01", "0.00", "0.01"));
  EXPECT_THAT(Texts(0.5, 200.0, TickKind::kLogarithmic), ElementsAre("1", "10", "100"));
  EXPECT_THAT(Texts(1e-9, 1e-3, TickKind::kLogarithmic, 4), ElementsAre("10⁻⁸", "10⁻⁶", "10⁻⁴"));
  const PaperTicks small = TicksFor(0.0, 4.1e-7, TickKind::kNumbers);
  EXPECT_EQ(small.unit, QStringLiteral("×\u00a010⁻⁷"));
  EXPECT_EQ(small.ticks.back().text, QStringLiteral("4"));
}

TEST(PaperTicks, AreNoneOfARangeThatIsNone) {
  EXPECT_TRUE(Texts(1.0, 1.0, TickKind::kNumbers).empty());
  EXPECT_TRUE(Texts(NAN, 1.0, TickKind::kNumbers).empty());
}

}  // namespace
}  // namespace mhc
