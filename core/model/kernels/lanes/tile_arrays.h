// The memory of a tile: tokens that go through a site together, one in each lane.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <cstdint>

#include "core/model/kernels/site_kernels.h"

namespace mhc::kernels {

// A vector has at most as many lanes, so that arrays [count][kTile] hold whole vectors. Where nvcc
// compiles, a tile is a thread's token; what hangs on it has another name there, so that the two
// do not meet when a program is linked.
#ifdef MHC_ON_A_CARD
inline namespace on_a_thread {
constexpr int kTile = 1;
#else
constexpr int kTile = 16;
#endif

constexpr std::array<const Predictor*, 4> PredictorsOf(const Site& site) {
  return {&site.pre, &site.post, &site.res, &site.old};
}

// What a tile works with, in lanes; all of it in the scratch memory of a thread.
struct TileArrays {
  float* flat_products;    // [flat columns][kTile], or their cotangents
  float* stream_products;  // [N][stream columns][kTile], likewise
  float* u;                // [values][kTile]
  float* raw;              // [values][kTile]
  float* grad_raw;         // [values][kTile], then the cotangents of u
  float* pre;              // [N][kTile]; on the way back the cotangents, as those that follow
  float* post;             // [N][kTile]
  float* res;              // [N·N][kTile]
  float* old;              // [N·N][kTile]
  float* flat_scale;       // [kTile]: 1/rms, then what stands before x on the way back
  float* stream_scale;     // [N][kTile], likewise
  float* read;             // [N][kTile]
  float* constraint;       // of the constraints' own
  Timing* timing;          // null: nothing is timed
};

#ifdef MHC_ON_A_CARD
// A thread of a card keeps no time.
struct Timed {
  constexpr explicit Timed(const double*) {}
};
#else
// Adds the time to its end to a sum, where there is one.
class Timed {
 public:
  explicit Timed(double* seconds) : seconds_(seconds) {
    if (seconds_) start_ = std::chrono::steady_clock::now();
  }
  ~Timed() {
    if (!seconds_) return;
    *seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  double* seconds_;
  std::chrono::steady_clock::time_point start_;
};
#endif

// Square matrices that a family in doubles works with, of n or of n·s rows.
constexpr std::int64_t MatricesInDoubles(Family family) {
  switch (family) {
    case Family::kCayley:
    case Family::kBlockEnergies:
    case Family::kHouseholder:
    case Family::kSpectralClip:
      return 3;
    case Family::kTransportFill:
      return 5;
    case Family::kSpectralSphere:
      return 8;
    default:
      return 0;
  }
}

// The states of every Sinkhorn step, a matrix of cotangents, and a token for the oracle; or
// matrices of doubles, half a tile of which stands in the memory of a tile of floats.
constexpr std::int64_t ConstraintFloats(const Constraint& constraint, int n) {
  const std::int64_t rows = n * constraint.block;
  return (2 * constraint.iterations * (n * n + n) + 2 * n * n + 2 * constraint.logits +
          MatricesInDoubles(constraint.family) * rows * rows) *
         kTile;
}

// Of the arrays before the constraints' own, in the order of ArraysOf.
constexpr std::int64_t ArrayFloats(const Site& site) {
  const std::int64_t n = site.streams;
  return (site.Columns(Source::kFlattened) + n * site.Columns(Source::kEachStream) +
          3 * site.Values() + 2 * n + 2 * n * n + 1 + 2 * n) *
         kTile;
}

constexpr TileArrays ArraysOf(const Site& site, float* scratch, Timing* timing) {
  const std::int64_t n = site.streams, values = site.Values();
  [[maybe_unused]] const float* const first = scratch;
  const auto take = [&scratch](std::int64_t count) {
    float* const taken = scratch;
    scratch += count * kTile;
    return taken;
  };
  TileArrays a{};
  a.flat_products = take(site.Columns(Source::kFlattened));
  a.stream_products = take(n * site.Columns(Source::kEachStream));
  a.u = take(values);
  a.raw = take(values);
  a.grad_raw = take(values);
  a.pre = take(n);
  a.post = take(n);
  a.res = take(n * n);
  a.old = take(n * n);
  a.flat_scale = take(1);
  a.stream_scale = take(n);
  a.read = take(n);
  a.constraint = scratch;
  a.timing = timing;
  assert(scratch - first == ArrayFloats(site));
  return a;
}

constexpr std::int64_t TileFloats(const Site& site) {
  return ArrayFloats(site) + std::max(ConstraintFloats(site.constraint, site.streams),
                                      ConstraintFloats(site.old_constraint, site.streams));
}

#ifdef MHC_ON_A_CARD
}  // namespace on_a_thread
#endif
}  // namespace mhc::kernels
