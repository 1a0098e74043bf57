#include "widgets/curves/curve_sheet.h"

#include <QObject>
#include <algorithm>
#include <cmath>

#include "widgets/frame/paper_changes.h"
#include "widgets/look/look.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

constexpr double kPaleShare = 0.28;  // of the run's colour in what is behind its line

std::vector<double> ValuesOf(const Series& series) {
  std::vector<double> values;
  for (std::int64_t step = 1; step <= series.last_step(); ++step) values.push_back(series.At(step));
  return values;
}

// The line of a sparse one goes on over what was not measured.
PaperLine SheetLineOf(const Series& series, const QPen& pen, bool is_sparse = false) {
  PaperLine line;
  for (std::int64_t step = 1; step <= series.last_step(); ++step) {
    const double value = series.At(step);
    if (is_sparse && std::isnan(value)) continue;
    line.x.push_back(static_cast<double>(step));
    line.y.push_back(value);
  }
  line.pen = pen;
  return line;
}

// From the least to the most of all seeds, as measured.
void AddBand(const CurveLine& line, const std::string& column, PaperLine& drawn) {
  std::vector<const Series*> runs;
  for (const SelectedRun* run : line.fold.runs) runs.push_back(&run->document->Of(column));
  SeedSeries seeds;
  seeds.Follow(runs);
  drawn.low = ValuesOf(seeds.low());
  drawn.high = ValuesOf(seeds.high());
}

// Where a step was skipped or its value is not finite.
void AddCrosses(const CurveSource& source, PaperMarks& crosses) {
  for (std::int64_t step = 1; step <= source.values->last_step(); ++step) {
    if (source.skipped->At(step) < 1.0 && std::isfinite(source.values->At(step))) continue;
    crosses.at.emplace_back(static_cast<double>(step), NAN);
  }
}

PaperMarks RingsOf(const Series& series, const QPen& pen) {
  PaperMarks marks{{{}, QPen(pen.color()), PaperKey::Mark::kRing}, {}};
  for (std::int64_t step = 1; step <= series.last_step(); ++step) {
    if (!std::isfinite(series.At(step))) continue;
    marks.at.emplace_back(static_cast<double>(step), series.At(step));
  }
  return marks;
}

}  // namespace

QPen PalePen(QPen pen, const Look& look) {
  const QColor strong = pen.color(), surface = look.Color(Role::kSurface);
  const auto mix = [](int a, int b) { return static_cast<int>(b + (a - b) * kPaleShare); };
  pen.setColor(QColor(mix(strong.red(), surface.red()), mix(strong.green(), surface.green()),
                      mix(strong.blue(), surface.blue())));
  return pen;
}

PaperSheet CurveSheet(const std::vector<CurveLine>& lines, const std::string& column,
                      int mean_steps, const RunDocument& marked, const Look& look) {
  PaperSheet sheet;
  sheet.x_title = QObject::tr("step");
  PaperPanel panel;
  PaperMarks crosses{
      {QObject::tr("skipped or not finite"), QPen(look.Color(Role::kBad)), PaperKey::Mark::kCross},
      {}};
  std::vector<PaperLine> ghosts, tops;
  std::vector<PaperMarks> points;
  const QPen quiet(look.Color(Role::kQuietText));
  for (const CurveLine& line : lines) {
    const QPen pen = look.RunPen(line.color);
    PaperLine drawn = SheetLineOf(*line.shown, pen, line.source.is_sparse);
    drawn.run = line.name;
    if (line.fold.runs.size() > 1 && !line.source.is_sparse) {
      AddBand(line, column, drawn);
    } else if (line.source.mean != nullptr) {
      ghosts.push_back(SheetLineOf(*line.source.values, PalePen(pen, look)));
    }
    tops.push_back(std::move(drawn));
    if (!line.source.is_sparse) AddCrosses(line.source, crosses);
    if (line.source.points == nullptr) continue;
    points.push_back(RingsOf(*line.source.points, pen));
    if (points.back().at.empty()) points.pop_back();
  }
  if (lines.size() == 1) {
    tops.front().run.clear();
    if (!points.empty() || !ghosts.empty()) tops.front().kind = QObject::tr("training");
  }
  if (mean_steps > 0) {
    const QPen& pen = lines.size() == 1 ? tops.front().pen : quiet;
    const QString steps = StepNumber(mean_steps);
    sheet.keys.push_back(
        {QObject::tr("every step (lines: mean of %1)").arg(steps), PalePen(pen, look)});
  }
  if (!points.empty()) {
    sheet.keys.push_back({QObject::tr("validation"), lines.size() == 1 ? tops.front().pen : quiet,
                          PaperKey::Mark::kRing});
  }
  panel.lines = std::move(ghosts);
  panel.lines.insert(panel.lines.end(), tops.begin(), tops.end());
  panel.marks = std::move(points);
  panel.marks.push_back(std::move(crosses));
  panel.marks.push_back(AlertsOf(marked, look));
  panel.changes = ChangesOf(marked);
  sheet.panels.push_back(std::move(panel));
  return sheet;
}

}  // namespace mhc
