// Numbers as the window writes them.
#include "widgets/words/number_words.h"

#include <gmock/gmock.h>

#include <set>

#include "core/record/record/step_record.h"
#include "widgets/look/custom_plot.h"
#include "widgets/look/look.h"
#include "widgets/look/plot_style.h"
#include "widgets/words/record_words.h"
#include "widgets/words/scalar_words.h"

namespace mhc {
namespace {

TEST(NumberWords, AreBrokenBeforeADeviationOnly) {
  EXPECT_EQ(Unbroken(ValueWithSpread(60743, 40968)), QString("6.1 ±\u00a04.1\u00a0×\u00a010⁴"));
}

TEST(NumberWords, GivenNumbersHaveEveryDigitThePowerAndTheWideMinus) {
  EXPECT_EQ(ValueWords(Value(-0.5)), "−0.5");
  EXPECT_EQ(ValueWords(Value(3e-4)), "3\u00a0×\u00a010⁻⁴");
  EXPECT_EQ(ValueWords(Value(-1.23456e-5)), "−1.23456\u00a0×\u00a010⁻⁵");
  EXPECT_EQ(ValueWords(Value(1e-3)), "0.001");
  EXPECT_EQ(ValueWords(Value(1e-20)), "10⁻²⁰");
  EXPECT_EQ(ValueWords(Value(std::int64_t{-1200})), "−1,200");
}

TEST(NumberWords, ACellSaysADistanceThatThreeDecimalsWouldHide) {
  EXPECT_EQ(DistanceCell(0.0), "0.000");
  EXPECT_EQ(DistanceCell(0.0031), "0.003");
  EXPECT_EQ(DistanceCell(0.0005), "0.001");
  EXPECT_EQ(DistanceCell(3e-4), "3\u00a0×\u00a010⁻⁴");
  EXPECT_EQ(DistanceCell(60743.2), "60,743");
}

TEST(NumberWords, OneThreadIsNotThreads) {
  EXPECT_EQ(ThreadsText(1), "1 thread");
  EXPECT_EQ(ThreadsText(2), "2 threads");
}

TEST(NumberWords, TicksBelowZeroHaveTheWideMinus) {
  QCustomPlot plot;
  StylePlot(plot, Look(Look::Mode::kLight));
  QVector<double> ticks;
  QVector<QString> labels;
  for (const double reach : {1.0, 1500.0}) {
    plot.yAxis->ticker()->generate({-reach, reach}, QLocale::c(), 'g', 6, ticks, nullptr, &labels);
    ASSERT_GE(labels.size(), 3);
    EXPECT_TRUE(labels.front().startsWith(QChar(0x2212))) << labels.front().toStdString();
    for (const QString& label : labels) EXPECT_FALSE(label.contains('-')) << label.toStdString();
  }
}

TEST(ScalarWords, EveryScalarHasATitleOfItsOwn) {
  std::set<QString> titles;
  for (const StepColumn& column : StepColumns()) {
    const QString title = ScalarTitle(column.name);
    EXPECT_FALSE(title.contains('_')) << title.toStdString();
    EXPECT_TRUE(titles.insert(title).second) << title.toStdString();
    EXPECT_FALSE(ScalarText(column.name).isEmpty());
  }
}

TEST(ScalarWords, GainsHaveAnIdealAndTheirDeviationsHaveNone) {
  EXPECT_EQ(ScalarIdeal("composite_forward_gain"), 1.0);
  EXPECT_EQ(ScalarIdeal("site_backward_gain"), 1.0);
  EXPECT_FALSE(ScalarIdeal("composite_forward_gain_std"));
  EXPECT_FALSE(ScalarIdeal("loss"));
}

}  // namespace
}  // namespace mhc
