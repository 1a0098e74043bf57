// Any scalar of the record as a curve over the steps.
#include "widgets/curves/curve_plot.h"

#include <gmock/gmock.h>

#include <QAction>
#include <QMenu>
#include <cmath>

#include "recorded_run.h"
#include "widgets/curves/curve_picture.h"
#include "widgets/curves/curve_stack.h"
#include "widgets/figures/figure_table.h"
#include "widgets/frame/header_choice.h"
#include "widgets/frame/step_axis.h"

namespace mhc {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Not;

class CurvePlotTest : public RecordedRunTest {
 protected:
  // A gain that doubles every step; validation at every tenth; no other scalar of the probe's.
  void WriteGains() {
    Content content;
    content.value = [](std::string_view column, std::int64_t step) -> std::optional<double> {
      if (column == "composite_forward_gain") return std::pow(2.0, static_cast<double>(step));
      if (column == "validation_loss") return step % 10 == 0 ? std::optional(2.0) : std::nullopt;
      if (column == "loss" || column == "gradient_norm") return 3.0;
      if (column == "skipped") return 0.0;
      return std::nullopt;
    };
    Write("run", content);
  }
  static QStringList Choices(const QWidget& plots, const char* name) {
    QStringList choices;
    for (const QAction* action : plots.findChild<HeaderChoice*>(name)->menu()->actions()) {
      choices << action->text();
    }
    return choices;
  }
  static std::vector<double> ValuesOf(const QCPGraph& graph) {
    std::vector<double> values;
    for (const QCPGraphData& point : *graph.data()) values.push_back(point.value);
    return values;
  }
};

TEST_F(CurvePlotTest, TheGainOfTheCompositeIsACurveBesideLossAndGradientNorm) {
  WriteGains();
  CurveStack stack(context());
  stack.resize(420, 330);
  stack.show();
  const auto* gain = stack.findChild<CurvePlot*>("compositePlot");
  ASSERT_NE(gain, nullptr);
  EXPECT_EQ(gain->title(), "Composite gain");
  ASSERT_TRUE(QTest::qWaitFor([&] { return gain->Ready(); }, kReadLimit_ms));
  const auto table = gain->FigureTable();
  EXPECT_EQ(table[0][1], "run composite_forward_gain");
  EXPECT_EQ(table[3][1], "8");
  EXPECT_TRUE(stack.findChild<CurvePlot*>("lossPlot")->isVisible());
  EXPECT_TRUE(stack.findChild<CurvePlot*>("gradientPlot")->isVisible());
}

TEST_F(CurvePlotTest, ThreeCurvesAreTwoWhereTheyWouldBeStrips) {
  WriteGains();
  CurveStack stack(context());
  stack.resize(420, 240);
  stack.show();
  EXPECT_TRUE(stack.findChild<CurvePlot*>("compositePlot")->isVisible());
  EXPECT_FALSE(stack.findChild<CurvePlot*>("gradientPlot")->isVisible());
}

TEST_F(CurvePlotTest, AnyRecordedScalarIsAChoiceAwayAndHasAFigure) {
  WriteGains();
  CurvePlot plot(context(), "plot", "composite_forward_gain", CurvePlot::Offers::kEveryScalar);
  plot.resize(420, 200);
  plot.RefreshNow();
  const QStringList choices = Choices(plot, "plotScalar");
  EXPECT_THAT(choices,
              ElementsAre("Loss", "Gradient norm", "Skipped", "Validation loss", "Composite gain"));
  plot.findChild<HeaderChoice*>("plotScalar")->menu()->actions()[3]->trigger();
  EXPECT_EQ(plot.title(), "Validation loss");
  EXPECT_EQ(plot.FigureName(), "curve_validation_loss");
  EXPECT_EQ(plot.FigureTable()[0][1], "run validation_loss");
  for (const StepColumn& column : StepColumns()) {
    CurvePlot other(context(), "other", std::string(column.name));
    const std::string figure = other.FigureName().toStdString();
    ASSERT_NE(FindFigure(figure), nullptr) << figure;
    EXPECT_EQ(FindFigure(figure)->make(context())->FigureName(), other.FigureName());
  }
}

TEST_F(CurvePlotTest, WhatIsMeasuredNowAndThenIsOneLineWithoutCrosses) {
  WriteGains();
  CurvePlot plot(context(), "plot", "validation_loss");
  plot.resize(420, 200);
  plot.RefreshNow();
  auto& picture = *plot.findChild<CurvePicture*>();
  picture.replot();
  bool has_line = false;
  for (int i = 0; i < picture.graphCount(); ++i) {
    for (const double value : ValuesOf(*picture.graph(i))) EXPECT_FALSE(std::isnan(value));
    const bool is_line = picture.graph(i)->lineStyle() != QCPGraph::lsNone;
    has_line = has_line || (is_line && picture.graph(i)->data()->size() >= 4);
    if (!is_line) {
      EXPECT_EQ(picture.graph(i)->data()->size(), 0) << "a cross";
    }
  }
  EXPECT_TRUE(has_line);
}

TEST_F(CurvePlotTest, ABandThatReachesZeroEndsAtTheFloorOfALogarithmicAxis) {
  Series values, low, high, skipped;
  values.Append(std::vector<double>{10.0, 20.0, 30.0});
  low.Append(std::vector<double>{5.0, 0.0, -3.0});
  high.Append(std::vector<double>{15.0, 40.0, 60.0});
  skipped.Append(std::vector<double>{0.0, 0.0, 0.0});
  QCustomPlot plot;
  plot.yAxis->setScaleType(QCPAxis::stLogarithmic);
  plot.yAxis->setRange(1.0, 100.0);
  plot.setViewport({0, 0, 400, 300});
  plot.replot();
  RunCurve curve(plot);
  curve.SetPen(QPen(Qt::black), Qt::white, Qt::red);
  CurveSource source;
  source.values = &values;
  source.low = &low;
  source.high = &high;
  source.skipped = &skipped;
  curve.Fill(source, {0.0, 4.0}, 1);
  EXPECT_THAT(ValuesOf(*plot.graph(0)), ElementsAre(5.0, 1.0, 1.0));
  EXPECT_THAT(ValuesOf(*plot.graph(1)), ElementsAre(15.0, 40.0, 60.0));
}

TEST_F(CurvePlotTest, TicksOfStepsAreWholeNumbers) {
  QCustomPlot plot;
  MakeStepAxis(*plot.xAxis);
  for (const double end : {1.01, 3.0, 11.0, 13.0, 5000.0}) {
    QVector<double> ticks;
    QVector<QString> labels;
    plot.xAxis->ticker()->generate({0.0, end}, QLocale::c(), 'g', 6, ticks, nullptr, &labels);
    for (const double tick : ticks) EXPECT_EQ(tick, std::round(tick)) << end;
    EXPECT_GE(ticks.size(), 2) << end;
    EXPECT_THAT(
        labels,
        Each(Not(testing::ResultOf([](const QString& text) { return text.contains('.'); }, true))));
  }
}

}  // namespace
}  // namespace mhc
