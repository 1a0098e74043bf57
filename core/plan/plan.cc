#include "core/plan/plan.h"

#include <algorithm>
#include <cmath>

#include "core/plan/published_models.h"
#include "core/record/configuration/model_shape.h"

namespace mhc {
namespace {

constexpr std::int64_t kByteVocabulary = 256;
constexpr double kFloatBytes = 4.0;
// The parameter, its gradient and AdamW's two moments, in float32.
constexpr double kStateBytes = 4.0 * kFloatBytes;

void AddParts(const Configuration& configuration, Plan& plan) {
  const ModelSettings& model = configuration.model;
  const std::int64_t channels = model.channels, n = configuration.StreamCount();
  const bool has_sites = configuration.SiteCount() > 0;
  for (std::int64_t site = 0; site < configuration.SiteCount(); ++site) {
    plan.site_parameters.push_back(SiteParameters(configuration.SiteAsBuilt(site), n, channels));
    plan.mixing_parameters += plan.site_parameters.back();
  }
  if (has_sites && model.expand == "scaled") plan.mixing_parameters += n * channels;
  if (has_sites && model.readout == "learned" && !configuration.ReadsOutWithLastRead()) {
    plan.mixing_parameters += LearnedReadoutParameters(n, channels);
  }
  plan.parts = {{"embedding", kByteVocabulary * channels},
                {"head", kByteVocabulary * channels},
                {"attention", model.blocks * 4 * channels * channels},
                {"mlp", model.blocks * 3 * channels * SwiGluWidth(channels)},
                {"norms", (2 * model.blocks + 1) * channels},
                {"mixing", plan.mixing_parameters}};
  for (const auto& [part, count] : plan.parts) plan.parameters += count;
  plan.active_parameters = plan.parameters - kByteVocabulary * channels;
}

void AddFlops(const Configuration& configuration, Plan& plan) {
  const ModelSettings& model = configuration.model;
  const auto channels = static_cast<double>(model.channels);
  const auto blocks = static_cast<double>(model.blocks);
  const double weights =
      blocks * (4.0 * channels * channels +
                3.0 * channels * static_cast<double>(SwiGluWidth(model.channels))) +
      static_cast<double>(kByteVocabulary) * channels;
  // Scores and values, each with the mean of 1 … T positions.
  const double attended = 0.5 * (static_cast<double>(model.context) + 1.0);
  const double attention = blocks * 2.0 * 2.0 * channels * attended;
  for (std::int64_t site = 0; site < configuration.SiteCount(); ++site) {
    plan.mixing_flops_per_token +=
        SiteFlops(configuration.SiteAsBuilt(site), configuration.StreamCount(), model.channels);
  }
  plan.flops_per_token = 3.0 * (2.0 * weights + attention) + plan.mixing_flops_per_token;
}

// What the operations of the decoder keep for the backward pass, of one token.
double KeptBytes(const Configuration& configuration) {
  const ModelSettings& model = configuration.model;
  const auto channels = static_cast<double>(model.channels);
  const auto streams = static_cast<double>(configuration.StreamCount());
  const double stream_bytes = model.dtype == "bfloat16" ? 2.0 : kFloatBytes;
  // Attention: its normed input, q, k, v, and the mixed values. SwiGLU: its normed input, gate, up,
  // their product.
  const double block =
      5.0 * channels + channels + 3.0 * static_cast<double>(SwiGluWidth(model.channels));
  double bytes = static_cast<double>(model.blocks) * block * kFloatBytes;
  for (std::int64_t site = 0; site < 2 * model.blocks; ++site) {
    // The streams, which the fused kernels keep at every √L-th site; what was read, and written.
    const auto block =
        std::max<std::int64_t>(1, std::llround(std::sqrt(2.0 * static_cast<double>(model.blocks))));
    const bool keeps = site % block == 0 || configuration.SiteCount() == 0 ||
                       configuration.Site(site).kernels != "fused";
    if (keeps) bytes += streams * channels * stream_bytes;
    bytes += 2.0 * channels * kFloatBytes;
    if (configuration.SiteCount() == 0) continue;
    const double logits = LogitCount(configuration.Site(site).constraint,
                                     static_cast<int>(configuration.StreamCount()));
    bytes += (streams * streams + 2.0 * streams + logits) * kFloatBytes;
  }
  // Embedding, final norm, logits and their softmax.
  return bytes + (2.0 * channels + 2.0 * static_cast<double>(kByteVocabulary)) * kFloatBytes;
}

void AddMemory(const Configuration& configuration, Plan& plan) {
  const double tokens = static_cast<double>(configuration.train.batch) *
                        static_cast<double>(configuration.model.context);
  plan.state_bytes = kStateBytes * static_cast<double>(plan.parameters);
  plan.activation_bytes = tokens * KeptBytes(configuration);
}

void AddAssumptions(const Configuration& configuration, Plan& plan) {
  if (configuration.data.tokenizer != "byte") {
    plan.assumptions.push_back(fmt::format(
        "a vocabulary of {} tokens; that of the tokenizer \"{}\" is known only with its "
        "data, and each token more adds {} parameters",
        kByteVocabulary, configuration.data.tokenizer, 2 * configuration.model.channels));
  }
  plan.assumptions.insert(
      plan.assumptions.end(),
      {"flops_per_token: training, a backward pass of twice the forward; two a weight of every "
       "matrix that is used, attention over the mean of its positions; of norms only those of "
       "the sites; neither softmax nor the constraints' own arithmetic is counted",
       "elements: fused as in the paper, write, mix and merge in one kernel; unfused as its Table "
       "2",
       "memory_bytes: float32 parameters, gradients and AdamW's two moments, and what the "
       "operations keep of one batch, the streams of every √L-th of L sites with the fused "
       "kernels; no "
       "workspace"});
}

}  // namespace

Plan PlanOf(const Configuration& configuration) {
  const std::int64_t n = configuration.StreamCount(), channels = configuration.model.channels;
  Plan plan;
  plan.name = configuration.name;
  AddParts(configuration, plan);
  AddFlops(configuration, plan);
  AddMemory(configuration, plan);
  AddAssumptions(configuration, plan);
  if (configuration.SiteCount() == 0) {
    plan.unfused = plan.fused = ResidualElements(channels);
    return plan;
  }
  plan.unfused = UnfusedElements(n, channels);
  plan.fused = FusedElements(n, channels);
  plan.recompute_block = RecomputeBlock(n, configuration.SiteCount());
  return plan;
}

Result<Plan> PlanByName(std::string_view name, std::span<const Setting> settings) {
  if (std::optional<Plan> published = PublishedPlan(name)) {
    if (settings.empty()) return *std::move(published);
    return Fail("{}: found a setting for {}, expected none for a published model",
                settings.front().key, name);
  }
  const Result<Configuration> configuration = LoadConfiguration(name, settings);
  if (!configuration) return tl::unexpected(configuration.error());
  return PlanOf(*configuration);
}

}  // namespace mhc
