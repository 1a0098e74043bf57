// mhclab: the lab. It links no LibTorch; engines are processes of their own.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <QApplication>
#include <cstdlib>
#include <string>
#include <vector>

#include "app/lab/export_figure.h"
#include "core/formats/standard_descriptors.h"
#include "core/record/configuration/home_path.h"
#include "widgets/look/plain_texts.h"
#include "widgets/window/main_window.h"

namespace {

struct Arguments {
  std::vector<std::string> runs;
  std::string train;
  mhc::FigureRequest figure;
  bool lists_figures = false, exports_figure = false;
};

void DeclareExport(CLI::App& app, Arguments& arguments) {
  mhc::FigureRequest& request = arguments.figure;
  CLI::App* figure = app.add_subcommand("export", "Draws a figure of runs into a file.");
  figure->add_option("RUN", request.runs, "Folders of runs, the current one first")->required();
  figure->add_option("--figure", request.figure, "A name that `mhclab figures` lists")->required();
  figure->add_option("--out", request.out, "File to write: .pdf, .svg, .png or .csv")->required();
  figure->add_option("--width", request.width_mm, "Width in mm")
      ->check(CLI::Range(20.0, 1000.0))
      ->capture_default_str();
  figure->add_option("--height", request.height_mm, "Height in mm (default: what it needs)")
      ->check(CLI::Range(20.0, 1000.0));
  figure->add_option("--step", request.step, "The step that is shown (default: the last)");
  figure->add_option("--site", request.site, "The site that is shown (default: the first)");
  figure->add_flag("--force", request.replaces_file, "Replace a file that is there");
  figure->footer(
      "Works without a display.\n\nExample:\n"
      "  mhclab export runs/mhc runs/hc --figure gain --out gain.pdf --width 85");
  figure->callback([&arguments] { arguments.exports_figure = true; });
  app.add_subcommand("figures", "The names of all figures, one a line.")->callback([&arguments] {
    arguments.lists_figures = true;
  });
}

void Declare(CLI::App& app, Arguments& arguments) {
  app.add_option("RUN", arguments.runs, "Folders of runs to open");
  app.add_option("--train", arguments.train,
                 "Start a run of this preset or configuration file and follow it");
  app.set_version_flag("--version", "mhclab " MHC_VERSION);
  app.footer("Examples:\n  mhclab\n  mhclab runs/mhc runs/hc\n  mhclab --train default");
  DeclareExport(app, arguments);
}

// Figures need no display.
void TakeOffscreenWhereThereIsNoDisplay() {
  if (!std::getenv("DISPLAY") && !std::getenv("WAYLAND_DISPLAY") &&
      !std::getenv("QT_QPA_PLATFORM")) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
  }
}

int ShowWindow(const Arguments& arguments) {
  mhc::MainWindow window;
  for (const std::string& run : arguments.runs) window.OpenRun(run);
  window.show();
  if (!arguments.train.empty()) window.StartRun(QString::fromStdString(arguments.train));
  return QApplication::exec();
}

}  // namespace

int main(int count, char** given) {
  mhc::KeepStandardDescriptors();
  CLI::App app("mHC Lab: see mixing matrices train, and change their constraint by hand.",
               "mhclab");
  Arguments arguments;
  Declare(app, arguments);
  std::vector<std::string> texts;
  texts.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) texts.push_back(mhc::ArgumentWithHome(given[i]));
  std::vector<char*> words;
  words.reserve(texts.size());
  for (std::string& text : texts) words.push_back(text.data());
  try {
    app.parse(count, words.data());
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "mhclab: {} (\"mhclab --help\" says what is expected)\n", error.what());
    return 2;
  }
  if (arguments.lists_figures) return mhc::ListFigures();
  if (arguments.exports_figure) TakeOffscreenWhereThereIsNoDisplay();
  QApplication application(count, given);
  mhc::PlainTexts plain_texts;
  application.installEventFilter(&plain_texts);
  QApplication::setApplicationName("mHC Lab");
  QApplication::setOrganizationName("mHC Lab");
  QApplication::setApplicationVersion(MHC_VERSION);
  return arguments.exports_figure ? mhc::ExportFigure(arguments.figure) : ShowWindow(arguments);
}
