// What goes through the streams with the maps at hand, a token a warp: read, write and mix, and
// back. T is the type of the streams, Z of what is between read and write; a thread takes W
// channels at once.
#pragma once

#include "core/model/kernels/cuda/numbers.cuh"
#include "core/model/kernels/site_kernels.h"

namespace mhc::kernels::cuda {

constexpr int kTokensOfBlock = 8;  // a warp each

// N numbers of a token that all lanes take.
template <int N>
__device__ __forceinline__ void LoadMap(const float* from, float (&to)[N]) {
  if constexpr (N % 4 == 0) {
    LoadRow(from, to);
  } else {
#pragma unroll
    for (int k = 0; k < N; ++k) to[k] = from[k];
  }
}
template <int N>
__device__ __forceinline__ void StoreMap(const float (&from)[N], float* to) {
#pragma unroll
  for (int k = 0; k < N; ++k) to[k] = from[k];
}

__device__ __forceinline__ std::int64_t TokenOfWarp() {
  return static_cast<std::int64_t>(blockIdx.x) * kTokensOfBlock + threadIdx.x / kWarp;
}
__device__ __forceinline__ int LaneOfWarp() { return static_cast<int>(threadIdx.x % kWarp); }

// z = pre · x.
template <int N, int W, class T, class Z>
__global__ void ReadKernel(std::int64_t tokens, std::int64_t channels, const T* x,
                           const float* read, Z* z) {
  const std::int64_t token = TokenOfWarp();
  if (token >= tokens) return;
  float h[N];
  LoadMap(read + token * N, h);
  x += token * N * channels;
  z += token * channels;
#pragma unroll 2
  for (std::int64_t c = LaneOfWarp() * W; c < channels; c += kWarp * W) {
    float row[N][W], sum[W] = {};
#pragma unroll
    for (int j = 0; j < N; ++j) LoadRow(x + j * channels + c, row[j]);
#pragma unroll
    for (int j = 0; j < N; ++j) {
#pragma unroll
      for (int k = 0; k < W; ++k) sum[k] = fmaf(h[j], row[j][k], sum[k]);
    }
    StoreRow(sum, z + c);
  }
}

// The cotangent of what reads: Σ_c x_jc dz_c.
template <int N, int W, class T, class Z>
__global__ void PullReadKernel(std::int64_t tokens, std::int64_t channels, const T* x,
                               const Z* grad_z, float* grad_read) {
  const std::int64_t token = TokenOfWarp();
  if (token >= tokens) return;
  x += token * N * channels;
  grad_z += token * channels;
  float sums[N] = {};
#pragma unroll 2
  for (std::int64_t c = LaneOfWarp() * W; c < channels; c += kWarp * W) {
    float row[N][W], g[W];
    LoadRow(grad_z + c, g);
#pragma unroll
    for (int j = 0; j < N; ++j) LoadRow(x + j * channels + c, row[j]);
#pragma unroll
    for (int j = 0; j < N; ++j) {
#pragma unroll
      for (int k = 0; k < W; ++k) sums[j] = fmaf(row[j][k], g[k], sums[j]);
    }
  }
#pragma unroll
  for (int j = 0; j < N; ++j) sums[j] = SumOfWarp(sums[j]);
  if (LaneOfWarp() == 0) StoreMap(sums, grad_read + token * N);
}

// y = res · x + postᵀ f.
template <int N, int W, class T, class Z>
__global__ void MixKernel(MixForward m) {
  const std::int64_t token = TokenOfWarp(), channels = m.channels;
  if (token >= m.tokens) return;
  float post[N], res[N * N];
  LoadMap(m.post + token * N, post);
  LoadMap(m.res + token * N * N, res);
  const T* const x = static_cast<const T*>(m.x) + token * N * channels;
  const Z* const f = static_cast<const Z*>(m.f) + token * channels;
  T* const y = static_cast<T*>(m.y) + token * N * channels;
  for (std::int64_t c = LaneOfWarp() * W; c < channels; c += kWarp * W) {
    float row[N][W], written[W];
    LoadRow(f + c, written);
#pragma unroll
    for (int j = 0; j < N; ++j) LoadRow(x + j * channels + c, row[j]);
#pragma unroll
    for (int i = 0; i < N; ++i) {
      float sum[W];
#pragma unroll
      for (int k = 0; k < W; ++k) sum[k] = post[i] * written[k];
#pragma unroll
      for (int j = 0; j < N; ++j) {
#pragma unroll
        for (int k = 0; k < W; ++k) sum[k] = fmaf(res[i * N + j], row[j][k], sum[k]);
      }
      StoreRow(sum, y + i * channels + c);
    }
  }
}

// One pass: the cotangents of x, f, and of the maps, whose sums go over the token's channels.
template <int N, int W, class T, class Z>
__global__ void PullMixKernel(MixBackward m) {
  const std::int64_t token = TokenOfWarp(), channels = m.channels;
  if (token >= m.tokens) return;
  float post[N], res[N * N], grad_post[N] = {}, grad_res[N * N] = {};
  LoadMap(m.post + token * N, post);
  LoadMap(m.res + token * N * N, res);
  const T* const x = static_cast<const T*>(m.x) + token * N * channels;
  const Z* const f = static_cast<const Z*>(m.f) + token * channels;
  const T* const grad_y = static_cast<const T*>(m.grad_y) + token * N * channels;
  T* const grad_x = static_cast<T*>(m.grad_x) + token * N * channels;
  Z* const grad_f = static_cast<Z*>(m.grad_f) + token * channels;
  for (std::int64_t c = LaneOfWarp() * W; c < channels; c += kWarp * W) {
    float g[N][W], written[W], sum[W];
#pragma unroll
    for (int i = 0; i < N; ++i) LoadRow(grad_y + i * channels + c, g[i]);
    LoadRow(f + c, written);
#pragma unroll
    for (int k = 0; k < W; ++k) sum[k] = 0.0f;
#pragma unroll
    for (int i = 0; i < N; ++i) {
#pragma unroll
      for (int k = 0; k < W; ++k) {
        sum[k] = fmaf(post[i], g[i][k], sum[k]);
        grad_post[i] = fmaf(g[i][k], written[k], grad_post[i]);
      }
    }
    StoreRow(sum, grad_f + c);
#pragma unroll
    for (int j = 0; j < N; ++j) {
      float row[W];
      LoadRow(x + j * channels + c, row);
#pragma unroll
      for (int k = 0; k < W; ++k) sum[k] = 0.0f;
#pragma unroll
      for (int i = 0; i < N; ++i) {
#pragma unroll
        for (int k = 0; k < W; ++k) {
          sum[k] = fmaf(res[i * N + j], g[i][k], sum[k]);
          grad_res[i * N + j] = fmaf(g[i][k], row[k], grad_res[i * N + j]);
        }
      }
      StoreRow(sum, grad_x + j * channels + c);
    }
  }
#pragma unroll
  for (int i = 0; i < N; ++i) grad_post[i] = SumOfWarp(grad_post[i]);
#pragma unroll
  for (int k = 0; k < N * N; ++k) grad_res[k] = SumOfWarp(grad_res[k]);
  if (LaneOfWarp() != 0) return;
  StoreMap(grad_post, m.grad_post + token * N);
  StoreMap(grad_res, m.grad_res + token * N * N);
}

}  // namespace mhc::kernels::cuda
