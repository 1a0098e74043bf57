#include "core/plan/published_models.h"

#include <span>

namespace mhc {
namespace {

constexpr std::int64_t kVocabulary = 129280;
constexpr std::int64_t kStreams = 4;
constexpr std::int64_t kSequence = 4096;
constexpr std::int64_t kValueHead = 128;  // of MLA: a head's values and its keys without position
constexpr std::int64_t kRotary = 64;
constexpr std::int64_t kLatent = 512;  // rank of keys and values
constexpr std::int64_t kShortCompression = 4, kLongCompression = 128;

// A DeepSeek mixture of experts with n = 4 streams.
struct PublishedModel {
  std::string_view name;
  std::int64_t blocks, channels, expert_width;
  std::int64_t experts, shared, chosen;
  std::int64_t heads;
  PrintedTotals printed;

  // The first block has a dense MLP of this width; 0: all have experts.
  std::int64_t dense_width = 0;
  // Compressed attention of V4, in place of MLA: the query's rank, and the output's groups.
  std::int64_t query_rank = 0;
  std::int64_t output_groups = 0;
  std::int64_t first_compression = 0;  // of the two first blocks: 0, none; 128
};

constexpr std::int64_t kHeadWidth = 512, kOutputRank = 1024;     // of V4
constexpr std::int64_t kIndexHeads = 64, kIndexHeadWidth = 128;  // of V4's indexer
constexpr std::int64_t kHashedBlocks = 3;                        // routed without a correction

// The widths of the papers' dense blocks are those of the experts that a token meets.
constexpr PublishedModel kModels[] = {
    {"paper-3b", 12, 1280, 896, 64, 2, 6, 16, {2.97e9, 612e6}, 8 * 896},
    {"paper-9b", 18, 1920, 1280, 64, 2, 6, 24, {9.18e9, 1.66e9}, 8 * 1280},
    {"paper-27b", 30, 2560, 1536, 72, 2, 6, 32, {27.0e9, 4.14e9}, 8 * 1536},
    {"v4-flash", 43, 4096, 2048, 256, 1, 6, 64, {284e9, 13e9}, 0, 1024, 8, 0},
    {"v4-pro", 61, 7168, 3072, 384, 1, 6, 128, {1.6e12, 49e9}, 0, 1536, 16, kLongCompression}};

bool IsV4(const PublishedModel& model) { return model.query_rank > 0; }

std::int64_t SwiGlu(const PublishedModel& model, std::int64_t width) {
  return 3 * model.channels * width;
}

// MLA without compression of the queries, one block.
std::int64_t LatentAttention(const PublishedModel& m) {
  return m.channels * m.heads * (kValueHead + kRotary) + m.channels * (kLatent + kRotary) +
         kLatent * m.heads * 2 * kValueHead + m.heads * kValueHead * m.channels;
}

// Gated pooling of `ratio` tokens to one of `width`: keys, gates, places and a norm; windows of the
// short compression overlap, which doubles it.
std::int64_t Compressor(const PublishedModel& m, std::int64_t ratio, std::int64_t width) {
  const std::int64_t pooled = (ratio == kShortCompression ? 2 : 1) * width;
  return 2 * m.channels * pooled + ratio * pooled + width;
}

// V4's attention in all blocks: queries of low rank, one shared head of keys and values, grouped
// output, sinks; compressors, and the indexer of the short compression.
std::int64_t CompressedAttention(const PublishedModel& m) {
  const std::int64_t block = m.channels * m.query_rank + m.query_rank * m.heads * kHeadWidth +
                             m.channels * kHeadWidth + m.heads * kHeadWidth * kOutputRank +
                             m.output_groups * kOutputRank * m.channels + m.query_rank +
                             kHeadWidth + m.heads;
  const std::int64_t indexer = m.query_rank * kIndexHeads * kIndexHeadWidth +
                               m.channels * kIndexHeads +
                               Compressor(m, kShortCompression, kIndexHeadWidth);
  const std::int64_t alternating = m.blocks - 2;
  const std::int64_t shorts = (alternating + 1) / 2;
  const std::int64_t longs = alternating / 2 + (m.first_compression == kLongCompression ? 2 : 0);
  return m.blocks * block + shorts * (Compressor(m, kShortCompression, kHeadWidth) + indexer) +
         longs * Compressor(m, kLongCompression, kHeadWidth);
}

SiteSettings PaperSite() {
  SiteSettings site;
  site.read = site.write = "mhc";
  site.constraint = ChooseConstraint("sinkhorn").value();
  return site;
}

// The parts in order; the counts of the experts that a token does not meet are returned.
std::int64_t AddParts(const PublishedModel& m, Plan& plan) {
  const std::int64_t expert_blocks = m.blocks - (m.dense_width > 0 ? 1 : 0);
  const std::int64_t expert = SwiGlu(m, m.expert_width);
  const std::int64_t site = SiteParameters(PaperSite(), kStreams, m.channels);
  plan.site_parameters.assign(2 * m.blocks, site);
  plan.mixing_parameters = 2 * m.blocks * site;
  if (IsV4(m)) plan.mixing_parameters += LearnedReadoutParameters(kStreams, m.channels);
  const std::int64_t corrections = IsV4(m) ? (m.blocks - kHashedBlocks) * m.experts : 0;
  const std::int64_t latent_norms = IsV4(m) ? 0 : m.blocks * kLatent;
  plan.parts = {{"embedding", kVocabulary * m.channels},
                {"head", kVocabulary * m.channels},
                {"attention", IsV4(m) ? CompressedAttention(m) : m.blocks * LatentAttention(m)},
                {"dense_mlp", SwiGlu(m, m.dense_width)},
                {"experts", expert_blocks * (m.experts + m.shared) * expert},
                {"router", expert_blocks * m.experts * m.channels + corrections},
                {"norms", (2 * m.blocks + 1) * m.channels + latent_norms},
                {"mixing", plan.mixing_parameters}};
  for (const auto& [part, count] : plan.parts) plan.parameters += count;
  return expert_blocks * (m.experts - m.chosen) * expert;
}

void AddFlops(const PublishedModel& m, Plan& plan) {
  const auto blocks = static_cast<double>(m.blocks);
  plan.mixing_flops_per_token = 2.0 * blocks * SiteFlops(PaperSite(), kStreams, m.channels);
  const double weights = static_cast<double>(plan.active_parameters - plan.mixing_parameters);
  const double attended = 0.5 * static_cast<double>(kSequence + 1);
  const double head_width =
      static_cast<double>(IsV4(m) ? 2 * kHeadWidth : 2 * kValueHead + kRotary);
  const double attention = blocks * 2.0 * static_cast<double>(m.heads) * head_width * attended;
  plan.flops_per_token = 3.0 * (2.0 * weights + attention) + plan.mixing_flops_per_token;
}

// One sequence, with the streams kept as the paper recomputes them.
void AddMemory(const PublishedModel& m, Plan& plan) {
  constexpr double kPublishedStateBytes = 16.0, kStreamBytes = 2.0;
  const std::int64_t sublayers = 2 * m.blocks;
  plan.recompute_block = RecomputeBlock(kStreams, sublayers);
  const std::int64_t kept =
      RecomputedElements(kStreams, sublayers, *plan.recompute_block) + sublayers;
  plan.state_bytes = kPublishedStateBytes * static_cast<double>(plan.parameters);
  plan.activation_bytes = static_cast<double>(kSequence) * kStreamBytes *
                          static_cast<double>(kept) * static_cast<double>(m.channels);
}

std::string Millions(std::int64_t count) {
  return fmt::format("{:.4g}M", static_cast<double>(count) * 1e-6);
}

// What Table 5 of the mHC paper does not say.
void AssumeForPaper(const PublishedModel& m, Plan& plan) {
  constexpr std::int64_t kQueryRank = 1536;  // of DeepSeek-V3
  const std::int64_t direct = m.channels * m.heads * (kValueHead + kRotary);
  const std::int64_t compressed =
      m.channels * kQueryRank + kQueryRank * m.heads * (kValueHead + kRotary) + kQueryRank;
  plan.assumptions = {
      fmt::format("the leading dense block's MLP is {} wide, as the experts that a token meets "
                  "together: {} of the total",
                  m.dense_width, Millions(SwiGlu(m, m.dense_width))),
      fmt::format("queries are not compressed; DeepSeek-V3's rank of {} would change the total by "
                  "{}",
                  kQueryRank, Millions(m.blocks * (compressed - direct))),
      fmt::format("input and output embeddings are apart, as the printed vocabulary parameters "
                  "say; the active ones count the output's alone, and {} of sites",
                  Millions(plan.mixing_parameters)),
      fmt::format("no head of multi-token prediction; the streams are read out by their sum, and a "
                  "learned readout would add {}",
                  Millions(LearnedReadoutParameters(kStreams, m.channels)))};
}

void AssumeForV4(const PublishedModel& m, Plan& plan) {
  plan.assumptions = {
      "widths, ranks, groups and experts as in the configuration that was published with the "
      "weights, since the report prints totals, blocks and channels",
      fmt::format("attention: the first two blocks {}, then compression by 4 and by 128 in turn; "
                  "compressors, indexers and the rest of it are {} of the total",
                  m.first_compression == 0 ? "are not compressed" : "compress by 128",
                  Millions(CompressedAttention(m))),
      fmt::format("without the block of multi-token prediction, which would add about {}",
                  Millions((m.experts + m.shared) * SwiGlu(m, m.expert_width))),
      "tables of the hashed routing are not counted: they are not trained"};
}

void AssumeForAll(Plan& plan) {
  plan.assumptions.insert(
      plan.assumptions.end(),
      {"flops_per_token: training, a backward pass of twice the forward; attention over all "
       "earlier positions of 4,096 tokens, without sparsity",
       "memory_bytes: the whole model in float32 with gradients and AdamW's two moments, and of "
       "one "
       "sequence of 4,096 tokens the streams in bfloat16 with recomputation; what attention and "
       "experts keep is not counted"});
}

}  // namespace

std::vector<std::string_view> PublishedModelNames() {
  std::vector<std::string_view> names;
  for (const PublishedModel& model : kModels) names.push_back(model.name);
  return names;
}

std::optional<Plan> PublishedPlan(std::string_view name) {
  for (const PublishedModel& model : kModels) {
    if (model.name != name) continue;
    Plan plan;
    plan.name = name;
    const std::int64_t idle = AddParts(model, plan);
    plan.active_parameters = plan.parameters - idle - kVocabulary * model.channels;
    plan.unfused = UnfusedElements(kStreams, model.channels);
    plan.fused = FusedElements(kStreams, model.channels);
    AddFlops(model, plan);
    AddMemory(model, plan);
    plan.printed = model.printed;
    (IsV4(model) ? AssumeForV4 : AssumeForPaper)(model, plan);
    AssumeForAll(plan);
    return plan;
  }
  return std::nullopt;
}

}  // namespace mhc
