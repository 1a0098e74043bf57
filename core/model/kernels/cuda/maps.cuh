// From the products of a token to its maps, and back, a token a thread: the arithmetic of lanes/,
// whose arrays stand in the memory that a block shares.
#pragma once

#include "core/model/kernels/cuda/launch.cuh"
#include "core/model/kernels/lanes/constraints-inl.h"

namespace mhc::kernels::on_a_thread {

__device__ inline void MapConstraint(const Constraint& constraint, int n, int /*tokens*/,
                                     const float* logits, float* res, float* scratch) {
  if (constraint.logits == 0) return MapIdentity(n, res);
  MapInLanes(constraint, n, logits, res, scratch);
  if (constraint.transpose) TransposeEntries(n, res);
}

// `grad_res` is changed.
__device__ inline void PullConstraint(const Constraint& constraint, int n, int /*tokens*/,
                                      const float* logits, float* grad_res, float* grad_logits,
                                      float* scratch) {
  if (constraint.logits == 0) return;
  if (constraint.transpose) TransposeEntries(n, grad_res);
  for (int k = 0; k < constraint.logits; ++k) grad_logits[k] = 0.0f;
  PullInLanes(constraint, n, logits, grad_res, grad_logits, scratch);
}

}  // namespace mhc::kernels::on_a_thread

#include "core/model/kernels/lanes/coefficients-inl.h"

namespace mhc::kernels::cuda {

// Where a thread's arrays lie: in the block's memory, and what a constraint works with in scratch.
struct MapsMemory {
  int floats_of_thread = 0;
  std::int64_t constraint_floats = 0;
  float* constraint = nullptr;  // [threads, constraint_floats]
};

__device__ __forceinline__ TileArrays ArraysOfThread(const Site& site, const MapsMemory& memory,
                                                     float* shared) {
  TileArrays a = ArraysOf(site, shared + threadIdx.x * memory.floats_of_thread, nullptr);
  const std::int64_t thread = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  a.constraint = memory.constraint + thread * memory.constraint_floats;
  return a;
}

__device__ __forceinline__ void CopyNumbers(const float* from, int count, float* to) {
  for (int k = 0; k < count; ++k) to[k] = from == nullptr ? 0.0f : from[k];
}

struct MapsOfTokens {
  const float* flat_products = nullptr;    // [P, flat columns]
  const float* flat_squares = nullptr;     // [P]
  const float* stream_products = nullptr;  // [P,N, stream columns]
  const float* stream_squares = nullptr;   // [P,N]
};

static __global__ void MapsKernel(Site site, MapsForward m, MapsOfTokens given, MapsMemory memory) {
  float* const shared = MemoryOfBlock<float>();
  const TileArrays a = ArraysOfThread(site, memory, shared);
  const int n = site.streams, values = site.Values();
  const int flat = site.Columns(Source::kFlattened), row = site.Columns(Source::kEachStream);
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t t = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
       t < m.tokens; t += step) {
    if (flat > 0) {
      CopyNumbers(given.flat_products + t * flat, flat, a.flat_products);
      a.flat_scale[0] = given.flat_squares[t];
      on_a_thread::ScalesOf(n * site.channels, site.eps_norm, a.flat_scale);
    }
    if (row > 0) {
      CopyNumbers(given.stream_products + t * n * row, n * row, a.stream_products);
      CopyNumbers(given.stream_squares + t * n, n, a.stream_scale);
      for (int s = 0; s < n; ++s) {
        on_a_thread::ScalesOf(site.channels, site.eps_norm, a.stream_scale + s);
      }
    }
    on_a_thread::NormaliseProducts(site, a);
    on_a_thread::MakeRaw(site, a);
    on_a_thread::MakeMaps(site, 1, a);
    CopyNumbers(a.pre, n, m.pre + t * n);
    CopyNumbers(a.post, n, m.post + t * n);
    CopyNumbers(a.res, n * n, m.res + t * n * n);
    if (m.kept.u) CopyNumbers(a.u, values, m.kept.u + t * values);
    if (m.kept.flat_scale) m.kept.flat_scale[t] = a.flat_scale[0];
    if (m.kept.stream_scale) CopyNumbers(a.stream_scale, n, m.kept.stream_scale + t * n);
  }
}

// What a token leaves: cotangents of the products with what stands before x, and of α and b.
struct GradientsOfTokens {
  const float* grad_read = nullptr;  // [P,N]: Σ_c x dz; null: of nothing
  float* flat_products = nullptr;    // [P, flat columns]
  float* flat_square = nullptr;      // [P]
  float* stream_products = nullptr;  // [P,N, stream columns]
  float* stream_square = nullptr;    // [P,N]
  float* sums = nullptr;             // [4 + values, P]: of α, then of b
};

// Cotangents of the raw values -> of u; what the token adds to those of α and b goes to `sums`.
__device__ inline void PullRawOfToken(const Site& site, const TileArrays& a, std::int64_t tokens,
                                      float* sums) {
  int value = 0, map = 0;
  for (const Predictor* predictor : PredictorsOf(site)) {
    const bool dynamic = predictor->source != Source::kStatic;
    float sum = 0.0f;
    for (int k = 0; k < predictor->values; ++k, ++value) {
      const float g = a.grad_raw[value];
      sums[(4 + value) * tokens] = g;
      if (!dynamic) continue;
      const float part = on_a_thread::DynamicPart(*predictor, a.u[value]);
      sum = fmaf(g, part, sum);
      float grad_u = g * *predictor->alpha;
      if (predictor->source == Source::kEachStream) grad_u *= fmaf(-part, part, 1.0f);
      a.grad_raw[value] = grad_u;
    }
    sums[map * tokens] = sum;
    ++map;
  }
}

static __global__ void PullMapsKernel(Site site, MapsBackward m, GradientsOfTokens left,
                                      MapsMemory memory) {
  float* const shared = MemoryOfBlock<float>();
  const TileArrays a = ArraysOfThread(site, memory, shared);
  const int n = site.streams, values = site.Values();
  const int flat = site.Columns(Source::kFlattened), row = site.Columns(Source::kEachStream);
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t t = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
       t < m.tokens; t += step) {
    const auto of_token = [t](const float* rows, int count) {
      return rows == nullptr ? nullptr : rows + t * count;
    };
    CopyNumbers(of_token(m.kept.u, values), values, a.u);
    CopyNumbers(of_token(m.kept.flat_scale, 1), 1, a.flat_scale);
    CopyNumbers(of_token(m.kept.stream_scale, n), n, a.stream_scale);
    on_a_thread::MakeRaw(site, a);
    CopyNumbers(of_token(m.grad_pre, n), n, a.pre);
    CopyNumbers(of_token(m.grad_post, n), n, a.post);
    CopyNumbers(of_token(m.grad_res, n * n), n * n, a.res);
    for (int k = 0; k < n && left.grad_read != nullptr && m.read == nullptr; ++k) {
      a.pre[k] += left.grad_read[t * n + k];
    }
    on_a_thread::PullMaps(site, 1, a);
    PullRawOfToken(site, a, m.tokens, left.sums + t);
    on_a_thread::PullNorm(site, a);
    if (flat > 0) {
      CopyNumbers(a.flat_products, flat, left.flat_products + t * flat);
      left.flat_square[t] = a.flat_scale[0];
    }
    if (row > 0) {
      CopyNumbers(a.stream_products, n * row, left.stream_products + t * n * row);
      CopyNumbers(a.stream_scale, n, left.stream_square + t * n);
    }
  }
}

// Σ over the tokens of each row of `numbers` [rows, P], in double precision and in a fixed order;
// the first four are the cotangents of α.
static __global__ void SumTokensKernel(const float* numbers, std::int64_t tokens, float* grad_alpha,
                                       float* grad_bias) {
  __shared__ double parts[256];
  const float* const row = numbers + blockIdx.x * tokens;
  double sum = 0.0;
  for (std::int64_t t = threadIdx.x; t < tokens; t += blockDim.x) sum += row[t];
  parts[threadIdx.x] = sum;
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) parts[threadIdx.x] += parts[threadIdx.x + half];
  }
  if (threadIdx.x != 0) return;
  float* const to = blockIdx.x < 4 ? grad_alpha + blockIdx.x : grad_bias + (blockIdx.x - 4);
  *to = static_cast<float>(parts[0]);
}

}  // namespace mhc::kernels::cuda
