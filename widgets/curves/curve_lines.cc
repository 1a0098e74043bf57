#include "widgets/curves/curve_lines.h"

#include <algorithm>

namespace mhc {
namespace {

bool HasValues(const Series& series) { return series.Over(1, series.last_step()).finite > 0; }

// True of what is not measured at every step, where a missing value says nothing.
bool IsSparse(std::string_view column, const Configuration& configuration) {
  if (column == "validation_loss" || column == "harmonized_scale") return true;
  if (column.ends_with("_ms")) return column != "step_ms";
  // Columns stand in the order in which they are taken: what follows is the probe's.
  const bool is_of_probe = FindStepColumn(column) > FindStepColumn("validation_loss");
  return is_of_probe && configuration.probe.every > 1;
}

std::vector<SeedFold> FoldsOf(const RunSelection& runs, bool folds_seeds) {
  if (folds_seeds) return FoldSeeds(runs);
  std::vector<SeedFold> each;
  for (const SelectedRun& run : runs.runs()) {
    if (run.shown) each.push_back({{&run}, {}});
  }
  return each;
}

}  // namespace

// What is kept of runs that were closed.
void CurveLines::Prune(const RunSelection& runs) {
  const auto is_closed = [&](const auto& entry) {
    return std::none_of(runs.runs().begin(), runs.runs().end(),
                        [&](const SelectedRun& run) { return run.document->key() == entry.first; });
  };
  std::erase_if(means_, is_closed);
  std::erase_if(folds_, is_closed);
  std::erase_if(points_, is_closed);
}

void CurveLines::SetColumn(std::string column) {
  column_ = std::move(column);
  Forget();
}

void CurveLines::Forget() {
  lines_.clear();
  means_.clear();
  folds_.clear();
  points_.clear();
}

const Series& CurveLines::SmoothedOf(const RunDocument& run, int mean_steps) {
  const Series& raw = run.Of(column_);
  if (mean_steps == 0) return raw;
  auto entry = means_.try_emplace(run.key(), mean_steps).first;
  if (entry->second.steps() != mean_steps) entry->second = SmoothedSeries(mean_steps);
  entry->second.Follow(raw);
  return entry->second.series();
}

CurveLine CurveLines::LineOf(SeedFold fold, int mean_steps, const RunSelection& runs) {
  CurveLine line;
  line.fold = std::move(fold);
  const RunDocument& first = line.fold.first();
  line.name = line.fold.Name();
  line.color = line.fold.runs.front()->color;
  line.is_current = line.fold.Holds(runs.current());
  // Loss alone has a second measure of the same quantity.
  const bool has_points = column_ == "loss";
  line.source.skipped = &first.Of("skipped");
  line.source.is_sparse = IsSparse(column_, first.configuration());
  if (line.fold.runs.size() == 1) {
    line.source.values = &first.Of(column_);
    if (mean_steps > 0) line.source.mean = &SmoothedOf(first, mean_steps);
    if (has_points) line.source.points = &first.Of("validation_loss");
    line.shown = mean_steps > 0 ? line.source.mean : line.source.values;
    return line;
  }
  std::vector<const Series*> values, points;
  for (const SelectedRun* run : line.fold.runs) {
    values.push_back(&SmoothedOf(*run->document, mean_steps));
    points.push_back(&run->document->Of("validation_loss"));
  }
  SeedSeries& folded = folds_[first.key()];
  folded.Follow(values);
  line.source.values = line.shown = &folded.mean();
  line.source.low = &folded.low();
  line.source.high = &folded.high();
  if (has_points) {
    points_[first.key()].Follow(points);
    line.source.points = &points_[first.key()].mean();
  }
  return line;
}

const std::vector<CurveLine>& CurveLines::Collect(const RunSelection& runs, int mean_steps,
                                                  bool folds_seeds) {
  lines_.clear();
  // Other smoothed series stand at the same addresses.
  if (mean_steps != mean_steps_) folds_.clear();
  mean_steps_ = mean_steps;
  Prune(runs);
  for (SeedFold& fold : FoldsOf(runs, folds_seeds)) {
    std::erase_if(fold.runs, [this](const SelectedRun* run) {
      return !HasValues(run->document->Of(column_));
    });
    if (!fold.runs.empty()) lines_.push_back(LineOf(std::move(fold), mean_steps, runs));
  }
  return lines_;
}

}  // namespace mhc
