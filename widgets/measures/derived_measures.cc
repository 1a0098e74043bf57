#include "widgets/measures/derived_measures.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/formats/person_text.h"
#include "core/manifold/diagnostics/birkhoff.h"
#include "core/manifold/diagnostics/logit_diagnostics.h"
#include "core/manifold/diagnostics/mixing.h"
#include "core/manifold/diagnostics/spectrum.h"
#include "widgets/measures/matrix_measures.h"

namespace mhc {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int kMostStreams = 8;          // that a decomposition is quick for
constexpr std::size_t kTermsOfATip = 5;  // then "and 3 more"

bool IsIdentity(const PermutationWeight& term) {
  for (std::size_t i = 0; i < term.columns.size(); ++i) {
    if (term.columns[i] != static_cast<int>(i)) return false;
  }
  return true;
}

bool StartsLogitsAnew(const Intervention& intervention, std::int64_t site) {
  const InterventionRequest& request = intervention.request;
  if (!intervention.applied || intervention.undone || request.kind != "constraint") return false;
  if (request.transfer.kind == Transfer::Kind::kKeepLogits) return false;
  return request.sites.empty() ||
         std::find(request.sites.begin(), request.sites.end(), site) != request.sites.end();
}

// Steps after which the site's logits were started: 0, or those of an intervention before `step`.
std::int64_t LogitsStartedAt(const RunDocument& run, std::int64_t site, std::int64_t step) {
  std::int64_t start = 0;
  for (const Intervention& intervention : run.interventions()) {
    if (intervention.step < step && StartsLogitsAnew(intervention, site)) {
      start = std::max(start, intervention.step);
    }
  }
  return start;
}

// The learning rates of the updates between the snapshots at `first` and at `last`: a snapshot
// shows the parameters that its step began with.
std::vector<double> RatesBetween(const RunDocument& run, std::int64_t first, std::int64_t last) {
  const Series &rates = run.Of("learning_rate"), &skipped = run.Of("skipped");
  std::vector<double> applied;
  for (std::int64_t step = first; step < last; ++step) {
    if (skipped.At(step) == 0.0) applied.push_back(rates.At(step));
  }
  return applied;
}

}  // namespace

std::vector<std::vector<double>> PermutationWeights(RunDocument&, RunSnapshots&,
                                                    const FetchedSnapshot& found) {
  const auto sites = static_cast<int>(found.snapshot.shape.front());
  std::vector<std::vector<double>> lines(4, std::vector<double>(sites, kNan));
  if (found.snapshot.shape.back() > kMostStreams) return lines;
  for (int site = 0; site < sites; ++site) {
    const BirkhoffMixture mixture = DecomposeBirkhoff(MatrixOfSite(found.snapshot, site));
    double identity = 0.0, largest = 0.0, others = 0.0;
    for (const PermutationWeight& term : mixture.terms) {
      if (IsIdentity(term)) {
        identity += term.weight;
      } else {
        largest = std::max(largest, term.weight);
        others += term.weight;
      }
    }
    const double values[] = {identity, largest, others, mixture.residual};
    for (std::size_t line = 0; line < lines.size(); ++line) lines[line][site] = values[line];
  }
  return lines;
}

QString PermutationsOfSite(const Snapshot& res_mean, int site) {
  if (res_mean.shape.back() > kMostStreams) return {};
  const BirkhoffMixture mixture = DecomposeBirkhoff(MatrixOfSite(res_mean, site));
  QStringList lines;
  for (const PermutationWeight& term : mixture.terms) {
    if (static_cast<std::size_t>(lines.size()) == kTermsOfATip) break;
    QStringList columns;
    for (const int column : term.columns) columns << QString::number(column);
    lines << QCoreApplication::translate("SiteMeasure", "%1 of %2")
                 .arg(QString::fromStdString(MeasureText(term.weight)), columns.join(' '));
  }
  const auto more = static_cast<int>(mixture.terms.size()) - static_cast<int>(lines.size());
  if (more > 0) lines << QCoreApplication::translate("SiteMeasure", "and %1 more").arg(more);
  return lines.join('\n');
}

std::vector<std::vector<double>> ContractionBounds(RunDocument&, RunSnapshots&,
                                                   const FetchedSnapshot& found) {
  const auto n = static_cast<Eigen::Index>(found.snapshot.shape.back());
  const Matrix uniform = Matrix::Constant(n, n, 1.0 / static_cast<double>(n));
  std::vector<std::vector<double>> lines(3);
  std::vector<Matrix> maps;
  Matrix product = Matrix::Identity(n, n);
  double coefficients = std::sqrt(static_cast<double>(n));
  for (int site = 0; site < found.snapshot.shape.front(); ++site) {
    maps.push_back(MatrixOfSite(found.snapshot, site));
    product = maps.back() * product;
    coefficients *= Dobrushin(maps.back());
    lines[0].push_back(SpectralNorm(product - uniform));
    lines[1].push_back(coefficients);
    lines[2].push_back(DobrushinBound(maps));
  }
  return lines;
}

std::vector<std::vector<double>> LogarithmsOfSums(RunDocument&, RunSnapshots&,
                                                  const FetchedSnapshot& found) {
  const std::vector<float>& sums = found.snapshot.data;
  const auto larger = [&sums](std::size_t first) {
    const double least = std::abs(std::log(static_cast<double>(sums[first])));
    const double most = std::abs(std::log(static_cast<double>(sums[first + 1])));
    return std::isnan(least) || std::isnan(most) ? kNan : std::max(least, most);
  };
  std::vector<std::vector<double>> lines(2);
  for (std::size_t site = 0; site + 4 <= sums.size(); site += 4) {
    lines[0].push_back(larger(site));
    lines[1].push_back(larger(site + 2));
  }
  return lines;
}

std::vector<std::vector<double>> LogitsAndTheirDecay(RunDocument& run, RunSnapshots& snapshots,
                                                     const FetchedSnapshot& found) {
  const SnapshotHistory* history = snapshots.Over("logit_norm");
  if (history == nullptr) return {};
  const std::vector<float>& now = found.snapshot.data;
  std::vector<std::vector<double>> lines(2);
  lines[0].assign(now.begin(), now.end());
  lines[1].assign(now.size(), kNan);
  for (std::size_t site = 0; site < now.size(); ++site) {
    const auto index = static_cast<std::int64_t>(site);
    const std::int64_t start = LogitsStartedAt(run, index, found.step);
    const auto first = std::upper_bound(history->steps.begin(), history->steps.end(), start);
    if (first == history->steps.end() || *first > found.step) continue;
    const SiteSettings& settings = run.configuration().Site(index);
    const double decay =
        settings.weight_decay == "all" ? run.configuration().train.weight_decay : 0.0;
    const std::vector<float>& norms = history->data[first - history->steps.begin()];
    lines[1][site] = norms[site] * DecayFactor(RatesBetween(run, *first, found.step),
                                               decay * settings.learning_rate_scale);
  }
  return lines;
}

}  // namespace mhc
