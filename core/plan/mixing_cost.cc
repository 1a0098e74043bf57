#include "core/plan/mixing_cost.h"

#include <cassert>
#include <string>

namespace mhc {
namespace {

// A predictor of `values` numbers of one map, by its kind ("mhc", "hc", "fixed").
struct Predictor {
  std::string kind;
  std::int64_t values = 0;
  bool dynamic = true;
  std::int64_t streams = 0;
  std::int64_t channels = 0;

  bool Exists() const { return kind != "fixed" && values > 0; }
  bool Reads() const { return Exists() && dynamic; }
  std::int64_t Phi() const {
    if (!Reads()) return 0;
    return kind == "mhc" ? streams * channels * values
                         : (values + streams - 1) / streams * channels;
  }
  std::int64_t Parameters() const { return Exists() ? values + (dynamic ? 1 : 0) + Phi() : 0; }
  // Of the product with φ, of one token: `hc` applies it to each stream.
  double ProductFlops() const {
    return 2.0 * static_cast<double>(kind == "mhc" ? Phi() : Phi() * streams);
  }
};

struct SitePredictors {
  Predictor pre, post, res;
};

SitePredictors PredictorsOf(const SiteSettings& settings, std::int64_t streams,
                            std::int64_t channels) {
  const int logits = LogitCount(settings.constraint, static_cast<int>(streams));
  return {{settings.read, streams, settings.dynamic, streams, channels},
          {settings.write, streams, settings.dynamic, streams, channels},
          {settings.connection, logits, settings.dynamic, streams, channels}};
}

std::int64_t Coefficients(std::int64_t streams) { return streams * streams + 2 * streams; }

}  // namespace

ElementCount ResidualElements(std::int64_t channels) { return {2 * channels, channels}; }

ElementCount UnfusedElements(std::int64_t streams, std::int64_t channels) {
  return {(5 * streams + 1) * channels + Coefficients(streams),
          (3 * streams + 1) * channels + Coefficients(streams)};
}

ElementCount FusedElements(std::int64_t streams, std::int64_t channels) {
  return {(3 * streams + 1) * channels + Coefficients(streams),
          (streams + 1) * channels + Coefficients(streams)};
}

std::int64_t SiteParameters(const SiteSettings& settings, std::int64_t streams,
                            std::int64_t channels) {
  const SitePredictors predictors = PredictorsOf(settings, streams, channels);
  return predictors.pre.Parameters() + predictors.post.Parameters() + predictors.res.Parameters();
}

double SiteFlops(const SiteSettings& settings, std::int64_t streams, std::int64_t channels) {
  const auto n = static_cast<double>(streams), c = static_cast<double>(channels);
  double flops = 0.0;
  bool reads = false;
  const SitePredictors predictors = PredictorsOf(settings, streams, channels);
  for (const Predictor& predictor : {predictors.pre, predictors.post, predictors.res}) {
    // The derivative of a product is two products.
    flops += 3.0 * predictor.ProductFlops();
    reads = reads || predictor.Reads();
  }
  const double norm = reads ? 4.0 * n * c : 0.0;
  const double read = 2.0 * n * c + 4.0 * n * c;
  const double write = 2.0 * n * (n + 1.0) * c + 4.0 * n * (n + 1.0) * c;
  return flops + norm + read + write;
}

std::int64_t LearnedReadoutParameters(std::int64_t streams, std::int64_t channels) {
  return Predictor{"mhc", streams, true, streams, channels}.Parameters();
}

std::int64_t StaticHyperConnectionParameters(std::int64_t streams) {
  return streams * (streams + 2);
}

std::int64_t DynamicHyperConnectionParameters(std::int64_t streams, std::int64_t channels) {
  constexpr std::int64_t kScales = 2;
  return StaticHyperConnectionParameters(streams) + (streams + 2) * channels + kScales;
}

std::int64_t RecomputedElements(std::int64_t streams, std::int64_t sublayers, std::int64_t block) {
  return streams * ((sublayers + block - 1) / block) + (streams + 2) * block;
}

std::int64_t RecomputeBlock(std::int64_t streams, std::int64_t sublayers) {
  assert(streams >= 1 && sublayers >= 1);
  std::int64_t best = 1;
  for (std::int64_t block = 2; block <= sublayers; ++block) {
    if (RecomputedElements(streams, sublayers, block) <
        RecomputedElements(streams, sublayers, best)) {
      best = block;
    }
  }
  return best;
}

}  // namespace mhc
