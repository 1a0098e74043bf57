// mhclab: the lab. It links no LibTorch; engines are processes of their own.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <QApplication>
#include <cstdlib>

#include "app/lab/export_figure.h"

namespace {

// Figures need no display.
void TakeOffscreenWhereThereIsNoDisplay() {
  if (!std::getenv("DISPLAY") && !std::getenv("WAYLAND_DISPLAY")) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
  }
}

}  // namespace

int main(int count, char** arguments) {
  CLI::App app("mHC Lab: see mixing matrices train, and change their constraint by hand.",
               "mhclab");
  app.require_subcommand(1);
  mhc::FigureRequest request;
  CLI::App* figures = app.add_subcommand("figures", "The names of all figures, one a line.");
  CLI::App* figure = app.add_subcommand("export", "Draws a figure of runs into a file.");
  figure->add_option("RUN", request.runs, "Folders of runs, the current one first")->required();
  figure->add_option("--figure", request.figure, "A name that `mhclab figures` lists")->required();
  figure->add_option("--out", request.out, ".pdf, .svg, .png or .csv")->required();
  figure->add_option("--width", request.width_mm, "mm")->check(CLI::Range(20.0, 1000.0));
  figure->add_option("--height", request.height_mm, "mm")->check(CLI::Range(20.0, 1000.0));
  figure->add_option("--step", request.step, "The step that is shown (default: the last)");
  figure->add_option("--site", request.site, "The site that is shown (default: 0)");
  try {
    app.parse(count, arguments);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "mhclab: {} (\"mhclab --help\" says what is expected)\n", error.what());
    return 2;
  }
  TakeOffscreenWhereThereIsNoDisplay();
  QApplication application(count, arguments);
  QApplication::setApplicationName("mHC Lab");
  QApplication::setOrganizationName("mHC Lab");
  QApplication::setApplicationVersion(MHC_VERSION);
  if (figures->parsed()) return mhc::ListFigures();
  return mhc::ExportFigure(request);
}
