#include "app/lab/export_figure.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>
#include <cstdio>

#include "widgets/figures/figure_file.h"
#include "widgets/figures/figure_table.h"

namespace mhc {
namespace {

constexpr int kLongestWait_ms = 30000;

int Refuse(int status, const std::string& sentence) {
  fmt::print(stderr, "mhclab: {}\n", sentence);
  return status;
}

// Runs the event loop until the condition holds or the time is up; true where it holds.
template <class Condition>
bool WaitFor(const RunSelection& runs, Condition condition) {
  QEventLoop loop;
  QTimer limit;
  limit.setSingleShot(true);
  QObject::connect(&limit, &QTimer::timeout, &loop, &QEventLoop::quit);
  QObject::connect(&runs, &RunSelection::recordChanged, &loop, [&] {
    if (condition()) loop.quit();
  });
  if (condition()) return true;
  limit.start(kLongestWait_ms);
  loop.exec();
  return condition();
}

}  // namespace

int ListFigures() {
  for (const FigureRow& row : Figures()) fmt::print("{}\n", row.name);
  return 0;
}

int ExportFigure(const FigureRequest& request) {
  const FigureRow* row = FindFigure(request.figure);
  if (row == nullptr) {
    return Refuse(2, fmt::format("--figure: found \"{}\", expected a name that `mhclab figures` "
                                 "lists",
                                 request.figure));
  }
  Look look(Look::Mode::kLight);
  RunSelection runs;
  StepCursor step;
  SiteCursor site;
  for (const std::string& run : request.runs) runs.Open(run);
  runs.SetCurrent(*runs.runs().front().document);
  const auto settled = [](const SelectedRun& run) {
    return run.document->loaded() || !run.document->error().isEmpty();
  };
  WaitFor(runs, [&] {
    for (const SelectedRun& run : runs.runs()) {
      if (!settled(run)) return false;
    }
    return true;
  });
  for (const SelectedRun& run : runs.runs()) {
    if (!run.document->loaded()) return Refuse(2, run.document->error().toStdString());
  }
  step.SetLastStep(runs.current()->last_step());
  if (request.step >= 0) step.SetStep(request.step);
  site.SetSite(request.site);
  const std::unique_ptr<View> view = row->make({runs, step, site, look});
  const bool ready = WaitFor(runs, [&] {
    view->RefreshNow();
    return view->Ready() || !view->Reason().isEmpty();
  });
  if (!ready || !view->Ready()) {
    return Refuse(2, fmt::format("figure {}: {}", request.figure, view->Reason().toStdString()));
  }
  const Status written = WriteFigure(*view, {request.width_mm, request.height_mm}, request.out);
  if (!written) return Refuse(1, written.error().message);
  return 0;
}

}  // namespace mhc
