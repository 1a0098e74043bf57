#include "core/train/snapshot_arrays.h"

#include "core/record/record/snapshot_kinds.h"
#include "core/train/mixing_profile.h"
#include "core/train/site_measures.h"

namespace mhc {
namespace {

Snapshot FromArray(const std::string& kind, const HostArray& array) {
  return {kind, array.shape, {array.values.begin(), array.values.end()}};
}

Snapshot FromMatrix(std::string kind, const Matrix& matrix) {
  return {std::move(kind),
          {matrix.rows(), matrix.cols()},
          {matrix.data(), matrix.data() + matrix.size()}};
}

Snapshot FromVector(std::string kind, const Vector& vector) {
  return {std::move(kind), {vector.size()}, {vector.begin(), vector.end()}};
}

Snapshot FromMatrices(std::string kind, const std::vector<Matrix>& matrices) {
  Snapshot snapshot{
      std::move(kind),
      {static_cast<std::int64_t>(matrices.size()), matrices[0].rows(), matrices[0].cols()},
      {}};
  for (const Matrix& matrix : matrices) {
    snapshot.data.insert(snapshot.data.end(), matrix.data(), matrix.data() + matrix.size());
  }
  return snapshot;
}

void AddOverTokens(const std::string& kind, const OverTokens& values, std::vector<Snapshot>& out) {
  out.push_back(FromMatrix(kind, values.mean));
  out.push_back(FromMatrix(kind + "_deviation", values.deviation));
}

Snapshot FromSpreads(std::string kind, const std::vector<TokenSpread>& spreads) {
  Snapshot snapshot{std::move(kind), {static_cast<std::int64_t>(spreads.size()), 4}, {}};
  for (const TokenSpread& s : spreads) {
    for (const double value : {s.mean, s.deviation, s.minimum, s.maximum}) {
      snapshot.data.push_back(static_cast<float>(value));
    }
  }
  return snapshot;
}

// [places, tokens, …]: what is left of the shape is a matrix, a row or a number.
TokenArrays PerToken(const HostArray& array) {
  const std::vector<std::int64_t>& shape = array.shape;
  return {.places = shape[0],
          .tokens = shape[1],
          .rows = shape.size() > 3 ? shape[2] : 1,
          .columns = shape.size() > 2 ? shape.back() : 1,
          .values = array.values};
}

// [L,n] of a declared kind.
Matrix AsMatrix(const HostArray& array) {
  return Eigen::Map<const Matrix>(array.values.data(), array.shape[0], array.shape[1]);
}

void AddMixing(const HostArrays& arrays, const kernels::Place& place, std::vector<Snapshot>& out) {
  const MixingProfile profile = MeasureProfile(PerToken(arrays.at(kTokenRes)), place);
  out.push_back(FromMatrices("res_mean", profile.res_mean));
  out.push_back(FromMatrices("res_deviation", profile.res_deviation));
  out.push_back(FromSpreads("forward_gain", profile.forward_gain));
  out.push_back(FromSpreads("backward_gain", profile.backward_gain));
  out.push_back(FromSpreads("prefix_forward_gain", profile.prefix_forward_gain));
  out.push_back(FromSpreads("suffix_backward_gain", profile.suffix_backward_gain));
  AddOverTokens("prefix_two_sided_gain", profile.prefix_two_sided_gain, out);
  AddOverTokens("suffix_two_sided_gain", profile.suffix_two_sided_gain, out);
  out.push_back(FromMatrices("prefix_mean", profile.prefix_mean));
  out.push_back(FromMatrices("suffix_mean", profile.suffix_mean));
  out.push_back(FromMatrix("token_mean_product", profile.token_mean_product));
  AddOverTokens("singular_values", profile.singular_values, out);
  AddOverTokens("prefix_singular_values", profile.prefix_singular_values, out);
  out.push_back(FromVector("token_dependence",
                           TokenDependenceBySite(profile.res_mean, profile.res_deviation)));
  const Matrix kernel = DepthKernelOfMeans(AsMatrix(arrays.at("pre_mean")),
                                           AsMatrix(arrays.at("post_mean")), profile.res_mean);
  out.push_back(FromMatrix("depth_kernel", kernel));
}

}  // namespace

std::vector<Snapshot> MakeSnapshots(const HostArrays& arrays, const kernels::Place& place) {
  std::vector<Snapshot> out;
  for (const auto& [name, array] : arrays) {
    if (FindSnapshotKind(name) != nullptr) out.push_back(FromArray(name, array));
  }
  const TokenArrays grams = PerToken(arrays.at(kTokenGram));
  AddOverTokens("stream_diversity", StreamDiversity(grams, place), out);
  if (!arrays.contains(kTokenRes)) return out;
  const TokenArrays ranges = PerToken(arrays.at(kTokenLogitRange));
  out.push_back(FromMatrix("logit_range", LogitRanges(ranges)));
  const TokenArrays pre = PerToken(arrays.at(kTokenPre)), post = PerToken(arrays.at(kTokenPost));
  AddOverTokens("effective_streams", StreamUse(pre, post), out);
  AddMixing(arrays, place, out);
  return out;
}

}  // namespace mhc
