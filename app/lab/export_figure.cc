#include "app/lab/export_figure.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>
#include <cstdio>
#include <filesystem>

#include "core/formats/legible_text.h"
#include "widgets/figures/figure_file.h"
#include "widgets/figures/figure_table.h"

namespace mhc {
namespace {

constexpr int kLongestWait_ms = 30000;

int Refuse(int status, const std::string& sentence) {
  fmt::print(stderr, "mhclab: {}\n", LegibleText(sentence));
  return status;
}

// What bad usage would find out only after the runs were read.
Status CheckFile(const FigureRequest& request) {
  const std::filesystem::path file = request.out;
  if (!IsFigureEnding(file.extension().string())) {
    return Fail("{}: found the ending \"{}\", expected .pdf, .svg, .png or .csv", request.out,
                file.extension().string());
  }
  std::error_code error;
  if (!request.replaces_file && std::filesystem::exists(file, error)) {
    return Fail("{}: is there already; --force replaces it", request.out);
  }
  return {};
}

// The step and the site that were asked for are the run's.
Status CheckPlace(const FigureRequest& request, const RunDocument& run) {
  const std::string name = run.Name().toStdString();
  if (request.step && (*request.step < 1 || *request.step > run.last_step())) {
    return Fail("figure {}: --step: found {}, expected 1 to {}, the steps of {}", request.figure,
                *request.step, run.last_step(), name);
  }
  const std::int64_t sites = run.configuration().SiteCount();
  if (request.site && (*request.site < 0 || *request.site >= sites)) {
    if (sites == 0) {
      return Fail("figure {}: --site: found {}, but {} has no sites", request.figure, *request.site,
                  name);
    }
    return Fail("figure {}: --site: found {}, expected 0 to {}, the sites of {}", request.figure,
                *request.site, sites - 1, name);
  }
  return {};
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
  const Status file = CheckFile(request);
  if (!file) return Refuse(2, file.error().message);
  Look look(Look::Mode::kLight);
  RunSelection runs(RunColors::Use::kLook);
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
  const Status place = CheckPlace(request, *runs.current());
  if (!place) return Refuse(2, place.error().message);
  step.SetLastStep(runs.current()->last_step());
  if (request.step) step.SetStep(*request.step);
  site.SetSite(static_cast<int>(request.site.value_or(0)));
  const std::unique_ptr<View> view = row->make({runs, step, site, look});
  const bool ready = WaitFor(runs, [&] {
    view->RefreshNow();
    return view->Ready() || !view->Reason().isEmpty();
  });
  if (!ready || !view->Ready()) {
    return Refuse(2, fmt::format("figure {}: {}", request.figure, view->Reason().toStdString()));
  }
  const FigureSize size{request.width_mm, request.height_mm};
  if (const auto fits = SizeOfFigure(*view, size); !fits) {
    return Refuse(2, fmt::format("figure {}: {}", request.figure, fits.error().message));
  }
  const Status written = WriteFigure(*view, size, OriginOf(runs), request.out);
  if (!written) return Refuse(1, written.error().message);
  return 0;
}

}  // namespace mhc
