// How long a run of 100,000 steps takes to be open in the window, and a repaint of its loss while a
// hand pans and zooms.
#include <fmt/format.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QSlider>
#include <algorithm>
#include <cstdlib>
#include <random>
#include <vector>

#include "tests/bench/long_run.h"
#include "widgets/curves/curve_plot.h"
#include "widgets/dial/dial_page.h"
#include "widgets/look/custom_plot.h"

namespace mhc {
namespace {

constexpr int kRepaints = 400, kMoves = 150;

double Milliseconds(const QElapsedTimer& timer) {
  return 1e-6 * static_cast<double>(timer.nsecsElapsed());
}

double WaitUntilOpen(RunSelection& runs, const std::filesystem::path& path) {
  QElapsedTimer timer;
  timer.start();
  const RunDocument& run = runs.Open(path);
  QEventLoop loop;
  QObject::connect(&runs, &RunSelection::recordChanged, &loop, [&] {
    if (run.last_step() == kLongRunSteps) loop.quit();
  });
  loop.exec();
  return Milliseconds(timer);
}

// Random ranges, as a hand that pans and zooms asks for them.
std::vector<double> Repaint(QCustomPlot& plot) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> share(0.0, 1.0);
  std::vector<double> times;
  for (int i = 0; i < kRepaints; ++i) {
    const double width = kLongRunSteps * std::pow(share(random), 3.0) + 50.0;
    const double first = share(random) * (kLongRunSteps - width);
    QElapsedTimer timer;
    timer.start();
    plot.xAxis->setRange(first, first + width);
    plot.replot(QCustomPlot::rpImmediateRefresh);
    times.push_back(Milliseconds(timer));
  }
  std::sort(times.begin(), times.end());
  return times;
}

// A hand on the dial's slider: from its move to the painted picture.
std::vector<double> MoveSlider(const Look& look) {
  DialPage page(look);
  page.resize(1280, 700);
  page.show();
  QApplication::processEvents();
  auto* slider = page.findChild<QSlider*>("dialIterations");
  std::vector<double> times;
  for (int i = 0; i < kMoves; ++i) {
    QElapsedTimer timer;
    timer.start();
    slider->setValue(1 + i % 30);
    QApplication::processEvents();
    times.push_back(Milliseconds(timer));
  }
  std::sort(times.begin(), times.end());
  return times;
}

int Run() {
  const LongRun long_run;
  Look look(Look::Mode::kLight);
  RunSelection runs(RunColors::Use::kLook);
  StepCursor step;
  SiteCursor site;
  CurvePlot view({runs, step, site, look}, "lossPlot", "loss");
  view.resize(900, 500);
  view.show();
  fmt::print("open, ms: {:.0f}\n", WaitUntilOpen(runs, long_run.path()));
  step.SetLastStep(kLongRunSteps);
  QApplication::processEvents();
  const std::vector<double> times = Repaint(*view.findChild<QCustomPlot*>());
  fmt::print("repaint, ms: median {:.2f}, p99 {:.2f}, of {}\n", times[times.size() / 2],
             times[times.size() * 99 / 100], times.size());
  const std::vector<double> moves = MoveSlider(look);
  fmt::print("dial, ms a move of the slider: median {:.1f}, p99 {:.1f}, of {}\n",
             moves[moves.size() / 2], moves[moves.size() * 99 / 100], moves.size());
  return 0;
}

}  // namespace
}  // namespace mhc

int main(int count, char** arguments) {
  if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication application(count, arguments);
  return mhc::Run();
}
