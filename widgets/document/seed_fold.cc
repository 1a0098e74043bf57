#include "widgets/document/seed_fold.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "widgets/document/smoothed_series.h"

namespace mhc {

bool SeedFold::Holds(const RunDocument* run) const {
  const auto is_it = [run](const SelectedRun* own) { return own->document.get() == run; };
  return std::any_of(runs.begin(), runs.end(), is_it) ||
         std::any_of(repeats.begin(), repeats.end(), is_it);
}

QString SeedFold::Name() const {
  if (runs.size() == 1) return first().Name();
  QString begin = first().Name();
  for (const SelectedRun* run : runs) {
    const QString name = run->document->Name();
    qsizetype same = 0;
    while (same < std::min(begin.size(), name.size()) && begin[same] == name[same]) ++same;
    begin.truncate(same);
  }
  while (!begin.isEmpty() && !begin.back().isLetterOrNumber()) begin.chop(1);
  if (begin.endsWith(QStringLiteral("seed"))) begin.chop(4);
  while (!begin.isEmpty() && !begin.back().isLetterOrNumber()) begin.chop(1);
  return QObject::tr("%1, %2 seeds").arg(begin.isEmpty() ? first().Name() : begin).arg(runs.size());
}

namespace {

std::int64_t SeedOf(const SelectedRun& run) { return run.document->configuration().seed; }

void AppendDistinct(const SeedFold& fold, std::vector<SeedFold>& folds) {
  SeedFold distinct;
  for (const SelectedRun* run : fold.runs) {
    const auto same =
        std::find_if(distinct.runs.begin(), distinct.runs.end(),
                     [&](const SelectedRun* other) { return SeedOf(*other) == SeedOf(*run); });
    if (same == distinct.runs.end()) {
      distinct.runs.push_back(run);
    } else if ((*same)->document->last_step() < run->document->last_step()) {
      distinct.repeats.push_back(std::exchange(*same, run));
    } else {
      distinct.repeats.push_back(run);
    }
  }
  if (distinct.runs.size() > 1) {
    folds.push_back(std::move(distinct));
    return;
  }
  for (const SelectedRun* run : fold.runs) folds.push_back({{run}, {}});
}

}  // namespace

std::vector<SeedFold> FoldSeeds(const RunSelection& runs) {
  std::vector<SeedFold> folds;
  std::vector<std::string> settings;
  for (const SelectedRun& run : runs.runs()) {
    if (!run.shown || !run.document->loaded()) continue;
    const std::string& own = run.document->settings_but_seed();
    const auto known = std::find(settings.begin(), settings.end(), own);
    if (known == settings.end()) {
      settings.push_back(own);
      folds.push_back({{&run}, {}});
    } else {
      folds[static_cast<std::size_t>(known - settings.begin())].runs.push_back(&run);
    }
  }
  std::vector<SeedFold> distinct;
  for (const SeedFold& fold : folds) AppendDistinct(fold, distinct);
  return distinct;
}

std::vector<Spread> SmoothedSeeds(const SeedFold& fold, const char* column, int mean_steps,
                                  const std::vector<Spread>& reference) {
  std::vector<SmoothedSeries> smooth;
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
  for (const SelectedRun* run : fold.runs) {
    const Series& raw = run->document->Of(column);
    smooth.emplace_back(mean_steps).Follow(raw);
    last = std::min(last, raw.last_step());
  }
  if (!reference.empty()) last = std::min(last, static_cast<std::int64_t>(reference.size()));
  std::vector<Spread> spread;
  std::vector<double> values(fold.runs.size());
  for (std::int64_t step = 1; step <= last; ++step) {
    const double less =
        reference.empty() ? 0.0 : reference[static_cast<std::size_t>(step - 1)].mean;
    for (std::size_t i = 0; i < smooth.size(); ++i) values[i] = smooth[i].series().At(step) - less;
    spread.push_back(SpreadOf(values));
  }
  return spread;
}

}  // namespace mhc
