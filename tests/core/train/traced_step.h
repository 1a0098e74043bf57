// A step of a small perturbed model with its trace and its snapshots, for tests of what they say.
#pragma once

#include <cmath>
#include <map>

#include "core/train/probe.h"
#include "train_fixture.h"

namespace mhc {

inline constexpr std::int64_t kSites = 4, kTokens = 8;
inline constexpr double kRelative = 1e-6;
inline constexpr double kRounding = 1e-12;  // of what is 0 in one order of the sums

inline Configuration FourSites(const std::string& connection) {
  return TinyConfiguration(
      {{"model.blocks", "2"}, {"train.clip", "0"}, {"mixing.connection", connection}});
}

// A step of a perturbed model, traced in detail, with its snapshots.
struct TracedStep {
  explicit TracedStep(const Configuration& configuration)
      : batch(RandomBatch(configuration, 1)), trainer(configuration, kVocabulary, torch::kCPU) {
    Perturb(trainer);
    before = Parameters(trainer);
    trace.in_detail = true;
    outcome = trainer.Step(batch, 1e-2, &trace);
    StepRecord record;
    Probe(configuration).MeasureSnapshots(trace, outcome, record);
    for (Snapshot& snapshot : record.snapshots) snapshots[snapshot.kind] = snapshot;
  }

  // Row-major, at the last indices [row, column] of an array of `columns` columns.
  double At(const std::string& kind, std::int64_t row, std::int64_t columns = 1,
            std::int64_t column = 0) const {
    return snapshots.at(kind).data.at(row * columns + column);
  }

  Batch batch;
  Trainer trainer;
  NamedTensors before;  // parameters
  ForwardTrace trace;
  StepOutcome outcome;
  std::map<std::string, Snapshot> snapshots;
};

// probe.tokens 8 of 16 positions of [B, T, …]: every second one, as a matrix.
inline Matrix AtToken(const at::Tensor& t, std::int64_t token) {
  const at::Tensor one = t.flatten(0, 1)[2 * token].to(torch::kFloat64).contiguous();
  const std::int64_t columns = one.size(-1);
  return Eigen::Map<const Matrix>(one.data_ptr<double>(), one.numel() / columns, columns);
}

template <class Function>
double TokenMeanOf(Function value) {
  double sum = 0.0;
  for (std::int64_t t = 0; t < kTokens; ++t) sum += value(t);
  return sum / kTokens;
}

inline void ExpectClose(double found, double expected, const std::string& what) {
  EXPECT_NEAR(found, expected, kRelative * std::abs(expected) + kRounding) << what;
}

}  // namespace mhc
