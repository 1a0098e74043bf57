// The last pass of a site's way back: from the cotangents of the products to those of the streams
// and of the weights,
//
//   dx = pass + read dz + square x + dP W      dW = dPᵀ x
//
// each stream loaded once. The weights' sums go over the tokens of a chunk; those of the chunks are
// added up afterwards in their order.
#pragma once

#include "core/model/kernels/cuda/launch.cuh"
#include "core/model/kernels/cuda/numbers.cuh"
#include "core/model/kernels/cuda/tensor_cores.cuh"

namespace mhc::kernels::cuda {

struct WalkBack {
  std::int64_t tokens = 0, channels = 0;
  int streams = 0;
  const void* x = nullptr;          // [P,N,C]
  const void* grad_pass = nullptr;  // [P,N,C] in the type of x; may be null
  const void* grad_z = nullptr;     // [P,C]; may be null
  const float* read = nullptr;      // [P,N]
  void* grad_x = nullptr;           // [P,N,C]

  // Of the flattened streams, where there are columns.
  int flat_columns = 0;
  const float* flat_weights = nullptr;  // [columns, flat stride]
  std::int64_t flat_stride = 0;
  const float* flat_gradients = nullptr;  // [P, columns]: dP
  const float* flat_square = nullptr;     // [P]

  // Of each stream alone.
  int stream_columns = 0;
  const float* stream_weights = nullptr;  // [columns, stream stride]
  std::int64_t stream_stride = 0;
  const float* stream_gradients = nullptr;  // [P,N, columns]
  const float* stream_square = nullptr;     // [P,N]

  std::int64_t tokens_of_chunk = 0;
  float* flat_sums = nullptr;  // [chunks, columns, N·C], of the tensor cores' kernel
};

// ---- In float32, of any shape.

constexpr int kThreadsOfStretch = 128, kTokensOfStretch = 8;

// A block takes W channels a thread of eight tokens.
template <int W, class T, class Z>
__global__ void PlainWalkBackKernel(WalkBack w) {
  float* const gradients = MemoryOfBlock<float>();  // [8][flat columns + N · stream columns]
  const std::int64_t length = w.streams * w.channels;
  const std::int64_t c =
      (static_cast<std::int64_t>(blockIdx.x) * kThreadsOfStretch + threadIdx.x) * W;
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.y) * kTokensOfStretch;
  const std::int64_t left = w.tokens - first;
  const int tokens = left < kTokensOfStretch ? static_cast<int>(left) : kTokensOfStretch;
  const int flat = w.flat_columns, row = w.stream_columns, all = flat + w.streams * row;
  for (int k = threadIdx.x; k < tokens * all; k += kThreadsOfStretch) {
    const int t = k / all, m = k % all;
    gradients[k] = m < flat ? w.flat_gradients[(first + t) * flat + m]
                            : w.stream_gradients[(first + t) * (all - flat) + m - flat];
  }
  __syncthreads();
  if (c >= length) return;
  const std::int64_t stream = c / w.channels, channel = c % w.channels;
  float sums[kTokensOfStretch][W] = {};
  const auto add = [&](const float* weights, int place) {
    float of[W];
    LoadRow(weights, of);
#pragma unroll
    for (int t = 0; t < kTokensOfStretch; ++t) {
      const float g = t < tokens ? gradients[t * all + place] : 0.0f;
#pragma unroll
      for (int k = 0; k < W; ++k) sums[t][k] = fmaf(g, of[k], sums[t][k]);
    }
  };
  for (int m = 0; m < flat; ++m) add(w.flat_weights + m * w.flat_stride + c, m);
  for (int m = 0; m < row; ++m) {
    add(w.stream_weights + m * w.stream_stride + channel,
        flat + static_cast<int>(stream) * row + m);
  }
#pragma unroll
  for (int t = 0; t < kTokensOfStretch; ++t) {
    if (t >= tokens) break;
    const std::int64_t token = first + t, at = token * length + c;
    float numbers[W], other[W];
    LoadRow(static_cast<const T*>(w.x) + at, numbers);
    float square = w.flat_square ? w.flat_square[token] : 0.0f;
    if (w.stream_square) square += w.stream_square[token * w.streams + stream];
#pragma unroll
    for (int k = 0; k < W; ++k) sums[t][k] = fmaf(square, numbers[k], sums[t][k]);
    if (w.grad_z) {
      const float read = w.read[token * w.streams + stream];
      LoadRow(static_cast<const Z*>(w.grad_z) + token * w.channels + channel, other);
#pragma unroll
      for (int k = 0; k < W; ++k) sums[t][k] = fmaf(read, other[k], sums[t][k]);
    }
    if (w.grad_pass) {
      LoadRow(static_cast<const T*>(w.grad_pass) + at, other);
#pragma unroll
      for (int k = 0; k < W; ++k) sums[t][k] += other[k];
    }
    StoreRow(sums[t], static_cast<T*>(w.grad_x) + at);
  }
}

// dPᵀ x over the rows of a chunk: W channels a thread, eight columns a block.
struct WeightSums {
  std::int64_t rows = 0, length = 0, rows_of_chunk = 0;
  int columns = 0;
  const float* gradients = nullptr;  // [rows, columns]
  float* sums = nullptr;             // [chunks, columns, length]
};

template <int W, class T>
__global__ void PlainWeightSumsKernel(const T* x, WeightSums w) {
  constexpr int kColumns = 8;
  const std::int64_t c =
      (static_cast<std::int64_t>(blockIdx.x) * kThreadsOfStretch + threadIdx.x) * W;
  if (c >= w.length) return;
  const int column = static_cast<int>(blockIdx.y) * kColumns;
  const std::int64_t begin = blockIdx.z * w.rows_of_chunk;
  const std::int64_t end = begin + w.rows_of_chunk < w.rows ? begin + w.rows_of_chunk : w.rows;
  float sums[kColumns][W] = {};
#pragma unroll 2
  for (std::int64_t r = begin; r < end; ++r) {
    float numbers[W];
    LoadRow(x + r * w.length + c, numbers);
#pragma unroll
    for (int m = 0; m < kColumns; ++m) {
      const float g = column + m < w.columns ? w.gradients[r * w.columns + column + m] : 0.0f;
#pragma unroll
      for (int k = 0; k < W; ++k) sums[m][k] = fmaf(g, numbers[k], sums[m][k]);
    }
  }
#pragma unroll
  for (int m = 0; m < kColumns; ++m) {
    if (column + m >= w.columns) break;
    StoreRow(sums[m], w.sums + (blockIdx.z * w.columns + column + m) * w.length + c);
  }
}

// Of the chunks in their order.
static __global__ void AddChunksKernel(const float* parts, int chunks, std::int64_t numbers,
                                       float* sums) {
  const std::int64_t k = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (k >= numbers) return;
  float sum = 0.0f;
  for (int part = 0; part < chunks; ++part) sum += parts[part * numbers + k];
  sums[k] = sum;
}

// ---- Of bfloat16 streams on tensor cores: a warp keeps to 32 channels and walks through the
// tokens of its chunk, 16 at a time. Its lane (g, q) holds the channels 8q … 8q + 7 of tokens g and
// g + 8: counted in another order they are the columns of four tiles of dx, and, transposed, the
// rows of two tiles of dW.

constexpr int kWarpsOfWalk = 8, kChannelsOfWarp = 32, kTokensAtOnce = 64;
constexpr int kThreadsOfWalk = kWarpsOfWalk * kWarp;

// Where lane g's column of tile j lies among 32 channels.
__device__ __forceinline__ int ChannelOf(int g, int j) { return g / 2 * 8 + 2 * j + g % 2; }

// Gradients of 64 tokens, high and low parts, by token and by column; rows as far apart as reading
// without conflicts wants.
template <int kTiles>
struct StagedGradients {
  static constexpr int kColumns = 8 * kTiles;
  static constexpr int kByToken = kColumns + (kTiles % 2 == 0 ? 8 : 0);
  static constexpr int kByColumn = kTokensAtOnce + 8;
  Bits16 by_token[2][kTokensAtOnce * kByToken];
  Bits16 by_column[2][kColumns * kByColumn];
};

template <int kTiles>
__device__ __forceinline__ void Stage(const WalkBack& w, std::int64_t first, std::int64_t end,
                                      StagedGradients<kTiles>& staged) {
  using Staged = StagedGradients<kTiles>;
  for (int k = threadIdx.x; k < kTokensAtOnce * Staged::kColumns; k += kThreadsOfWalk) {
    const int t = k / Staged::kColumns, m = k % Staged::kColumns;
    float value = 0.0f;
    if (first + t < end && m < w.flat_columns) {
      value = w.flat_gradients[(first + t) * w.flat_columns + m];
    }
    Bits16 high, low;
    FromFloat(value, high);
    FromFloat(value - ToFloat(high), low);
    staged.by_token[0][t * Staged::kByToken + m] = high;
    staged.by_token[1][t * Staged::kByToken + m] = low;
    staged.by_column[0][m * Staged::kByColumn + t] = high;
    staged.by_column[1][m * Staged::kByColumn + t] = low;
  }
}

__device__ __forceinline__ std::uint32_t PairAt(const Bits16* from) {
  return *reinterpret_cast<const std::uint32_t*>(from);
}

// dP W of 16 tokens and the four tiles of a warp's channels: high·high + high·low + low·high.
template <int kTiles>
__device__ __forceinline__ void MultiplyWeights(const StagedGradients<kTiles>& staged, int token,
                                                int q, const Parted (&weights)[4][kTiles],
                                                float (&sums)[4][4]) {
  using Staged = StagedGradients<kTiles>;
  const auto pair = [&](int part, int row, int tile) {
    return PairAt(staged.by_token[part] + row * Staged::kByToken + 8 * tile + 2 * q);
  };
#pragma unroll
  for (int t = 0; t + 1 < kTiles; t += 2) {
    const std::uint32_t h0 = pair(0, token, t), h1 = pair(0, token + 8, t);
    const std::uint32_t h2 = pair(0, token, t + 1), h3 = pair(0, token + 8, t + 1);
    const std::uint32_t l0 = pair(1, token, t), l1 = pair(1, token + 8, t);
    const std::uint32_t l2 = pair(1, token, t + 1), l3 = pair(1, token + 8, t + 1);
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      MultiplyTile(sums[j], l0, l1, l2, l3, weights[j][t].high, weights[j][t + 1].high);
      MultiplyTile(sums[j], h0, h1, h2, h3, weights[j][t].low, weights[j][t + 1].low);
      MultiplyTile(sums[j], h0, h1, h2, h3, weights[j][t].high, weights[j][t + 1].high);
    }
  }
  if constexpr (kTiles % 2 == 1) {
    constexpr int t = kTiles - 1;
    const std::uint32_t h0 = pair(0, token, t), h1 = pair(0, token + 8, t);
    const std::uint32_t l0 = pair(1, token, t), l1 = pair(1, token + 8, t);
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      MultiplyHalfTile(sums[j], l0, l1, weights[j][t].high);
      MultiplyHalfTile(sums[j], h0, h1, weights[j][t].low);
      MultiplyHalfTile(sums[j], h0, h1, weights[j][t].high);
    }
  }
}

// dPᵀ x of 16 tokens, added to the sums of two tiles of 16 channels.
template <int kTiles>
__device__ __forceinline__ void AddWeightSums(const StagedGradients<kTiles>& staged, int token,
                                              int g, int q, const std::uint32_t (&x)[2][4],
                                              float (&sums)[2][kTiles][4]) {
  using Staged = StagedGradients<kTiles>;
#pragma unroll
  for (int p = 0; p < 2; ++p) {
    const std::uint32_t a0 = TransposeTile(x[0][2 * p]), a1 = TransposeTile(x[0][2 * p + 1]);
    const std::uint32_t a2 = TransposeTile(x[1][2 * p]), a3 = TransposeTile(x[1][2 * p + 1]);
#pragma unroll
    for (int t = 0; t < kTiles; ++t) {
      const int at = (8 * t + g) * Staged::kByColumn + token + 2 * q;
      // As of products: tensor cores cut, and over many tokens that would add up.
      float few[4] = {};
      MultiplyTile(few, a0, a1, a2, a3, PairAt(staged.by_column[1] + at),
                   PairAt(staged.by_column[1] + at + 8));
      MultiplyTile(few, a0, a1, a2, a3, PairAt(staged.by_column[0] + at),
                   PairAt(staged.by_column[0] + at + 8));
#pragma unroll
      for (int k = 0; k < 4; ++k) sums[p][t][k] += few[k];
    }
  }
}

template <int kTiles, class Z>
__global__ void __launch_bounds__(kThreadsOfWalk, 2) TileWalkBackKernel(WalkBack w) {
  __shared__ StagedGradients<kTiles> staged;
  const int lane = static_cast<int>(threadIdx.x % kWarp), g = lane / 4, q = lane % 4;
  const std::int64_t length = w.streams * w.channels;
  const std::int64_t stretch =
      (static_cast<std::int64_t>(blockIdx.x) * kWarpsOfWalk + threadIdx.x / kWarp) *
      kChannelsOfWarp;
  const bool works = stretch < length;  // and waits for the others anyway
  const std::int64_t stream = works ? stretch / w.channels : 0;
  const std::int64_t channel = works ? stretch % w.channels : 0;
  Parted weights[4][kTiles] = {};
#pragma unroll
  for (int j = 0; j < 4; ++j) {
#pragma unroll
    for (int t = 0; t < kTiles; ++t) {
      const int m = 8 * t + 2 * q;
      const float* const at = w.flat_weights + m * w.flat_stride + stretch + ChannelOf(g, j);
      const float first = works && m < w.flat_columns ? at[0] : 0.0f;
      const float second = works && m + 1 < w.flat_columns ? at[w.flat_stride] : 0.0f;
      weights[j][t] = Part(first, second);
    }
  }
  float weight_sums[2][kTiles][4] = {};
  const std::int64_t begin = blockIdx.y * w.tokens_of_chunk;
  const std::int64_t end =
      begin + w.tokens_of_chunk < w.tokens ? begin + w.tokens_of_chunk : w.tokens;
  for (std::int64_t first = begin; first < end; first += kTokensAtOnce) {
    __syncthreads();
    Stage(w, first, end, staged);
    __syncthreads();
    if (!works) continue;
#pragma unroll 1
    for (int token = 0; token < kTokensAtOnce; token += 16) {
      if (first + token >= end) break;
      std::uint32_t x[2][4] = {};
      float sums[4][4] = {}, read[2], square[2];
      float pass[2][8] = {}, grad_z[2][8] = {};
      bool is[2];
#pragma unroll
      for (int h = 0; h < 2; ++h) {
        const std::int64_t at = first + token + 8 * h + g;
        is[h] = at < end;
        read[h] = square[h] = 0.0f;
        if (!is[h]) continue;
        const std::int64_t place = at * length + stretch + 8 * q;
        const uint4 words =
            *reinterpret_cast<const uint4*>(static_cast<const Bits16*>(w.x) + place);
        x[h][0] = words.x;
        x[h][1] = words.y;
        x[h][2] = words.z;
        x[h][3] = words.w;
        if (w.grad_pass) LoadRow(static_cast<const Bits16*>(w.grad_pass) + place, pass[h]);
        if (w.grad_z) {
          LoadRow(static_cast<const Z*>(w.grad_z) + at * w.channels + channel + 8 * q, grad_z[h]);
          read[h] = w.read[at * w.streams + stream];
        }
        square[h] = w.flat_square[at];
      }
      MultiplyWeights(staged, token + g, q, weights, sums);
      AddWeightSums(staged, token, g, q, x, weight_sums);
#pragma unroll
      for (int h = 0; h < 2; ++h) {
        if (!is[h]) continue;
        float row[8];
#pragma unroll
        for (int j = 0; j < 4; ++j) {
          row[2 * j] = fmaf(square[h], LowOf(x[h][j]), sums[j][2 * h]);
          row[2 * j + 1] = fmaf(square[h], HighOf(x[h][j]), sums[j][2 * h + 1]);
        }
#pragma unroll
        for (int k = 0; k < 8; ++k) row[k] = fmaf(read[h], grad_z[h][k], row[k]) + pass[h][k];
        const std::int64_t at = first + token + 8 * h + g;
        StoreRow(row, static_cast<Bits16*>(w.grad_x) + at * length + stretch + 8 * q);
      }
    }
  }
  if (!works) return;
  float* const sums = w.flat_sums + blockIdx.y * w.flat_columns * length + stretch;
#pragma unroll
  for (int k = 0; k < 2 * kTiles * 4; ++k) {
    const int p = k / (4 * kTiles), t = k / 4 % kTiles, part = k % 4;
    const int m = 8 * t + 2 * q + part % 2, j = 2 * p + part / 2;
    if (m < w.flat_columns) sums[m * length + ChannelOf(g, j)] = weight_sums[p][t][part];
  }
}

}  // namespace mhc::kernels::cuda
