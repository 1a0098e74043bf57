// The thin products of the streams with the weights of the maps, and the sums of squares.
#pragma once

#include "core/model/kernels/cuda/launch.cuh"
#include "core/model/kernels/cuda/numbers.cuh"
#include "core/model/kernels/cuda/tensor_cores.cuh"

namespace mhc::kernels::cuda {

// ---- In float32, of any shape: a warp takes some rows and some columns.

constexpr int kRowsOfWarp = 4, kColumnsOfWarp = 8, kWarpsOfProducts = 4;

struct Products {
  std::int64_t rows = 0, length = 0;  // of x
  int columns = 0;
  const float* weights = nullptr;  // [columns, stride]
  std::int64_t stride = 0;
  float* products = nullptr;  // [rows, columns]
  float* squares = nullptr;   // [rows]: Σ x²
};

template <int W, class T>
__global__ void PlainProductsKernel(const T* x, Products p) {
  const int lane = static_cast<int>(threadIdx.x % kWarp);
  const std::int64_t warp =
      static_cast<std::int64_t>(blockIdx.x) * kWarpsOfProducts + threadIdx.x / kWarp;
  const std::int64_t first = warp * kRowsOfWarp;
  if (first >= p.rows) return;
  const int column = static_cast<int>(blockIdx.y) * kColumnsOfWarp;
  float sums[kRowsOfWarp][kColumnsOfWarp] = {}, squares[kRowsOfWarp] = {};
  for (std::int64_t c = lane * W; c < p.length; c += kWarp * W) {
    float row[kRowsOfWarp][W];
#pragma unroll
    for (int r = 0; r < kRowsOfWarp; ++r) {
      // Rows past the last one are it again.
      const std::int64_t at = first + r < p.rows ? first + r : p.rows - 1;
      LoadRow(x + at * p.length + c, row[r]);
#pragma unroll
      for (int k = 0; k < W; ++k) squares[r] = fmaf(row[r][k], row[r][k], squares[r]);
    }
#pragma unroll
    for (int m = 0; m < kColumnsOfWarp; ++m) {
      if (column + m >= p.columns) break;
      float weights[W];
      LoadRow(p.weights + (column + m) * p.stride + c, weights);
#pragma unroll
      for (int r = 0; r < kRowsOfWarp; ++r) {
#pragma unroll
        for (int k = 0; k < W; ++k) sums[r][m] = fmaf(row[r][k], weights[k], sums[r][m]);
      }
    }
  }
#pragma unroll
  for (int r = 0; r < kRowsOfWarp; ++r) {
    if (blockIdx.y == 0) squares[r] = SumOfWarp(squares[r]);
#pragma unroll
    for (int m = 0; m < kColumnsOfWarp; ++m) sums[r][m] = SumOfWarp(sums[r][m]);
    if (lane != 0 || first + r >= p.rows) continue;
    if (blockIdx.y == 0) p.squares[first + r] = squares[r];
#pragma unroll
    for (int m = 0; m < kColumnsOfWarp; ++m) {
      if (column + m < p.columns) p.products[(first + r) * p.columns + column + m] = sums[r][m];
    }
  }
}

// ---- Of bfloat16 rows on tensor cores. A row's numbers are what they are, and a weight is the sum
// of three bfloat16 numbers: all the digits that float32 has.

constexpr int kParts = 3;

// weights [columns, stride] -> bfloat16 [kParts, all columns, length], the largest parts first;
// zeros in columns past the last one.
static __global__ void PartWeightsKernel(const float* weights, std::int64_t stride, int columns,
                                         std::int64_t length, Bits16* parts) {
  const std::int64_t c = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (c >= length) return;
  const int column = static_cast<int>(blockIdx.y);
  float rest = column < columns ? weights[column * stride + c] : 0.0f;
#pragma unroll
  for (int part = 0; part < kParts; ++part) {
    Bits16 of;
    FromFloat(rest, of);
    rest -= ToFloat(of);
    parts[(static_cast<std::int64_t>(part) * gridDim.y + column) * length + c] = of;
  }
}

constexpr int kRowsOfTile = 64;      // of a block
constexpr int kSlices = 8;           // parts of a row that warps share
constexpr int kChannelsAtOnce = 32;  // of a warp
constexpr int kThreadsOfTile = 2 * kSlices * kWarp;

template <int kTiles>
constexpr std::size_t TileProductsBytes() {
  return sizeof(float) * kSlices * kRowsOfTile * (kTiles * 8 + 1);
}

// A block takes 64 rows, a warp 32 of them and every eighth stretch of 32 channels: lane (g, q)
// loads the channels 8q … 8q + 7 of row g, which are what two products of 16 channels want, if
// those are counted in another order; the weights are loaded in the same one.
template <int kTiles>
__global__ void __launch_bounds__(kThreadsOfTile)
    TileProductsKernel(const Bits16* x, const Bits16* parts, Products p) {
  float* const sums_of_slices = MemoryOfBlock<float>();  // [slices][rows][columns + 1]
  constexpr int kColumns = kTiles * 8;
  const int lane = static_cast<int>(threadIdx.x % kWarp), warp = threadIdx.x / kWarp;
  const int g = lane / 4, q = lane % 4, slice = warp / 2;
  const int row_of_warp = warp % 2 * 32;
  const std::int64_t first = static_cast<std::int64_t>(blockIdx.x) * kRowsOfTile + row_of_warp;
  const Bits16* rows[4];
#pragma unroll
  for (int r = 0; r < 4; ++r) {
    const std::int64_t row = first + 8 * r + g;
    rows[r] = x + (row < p.rows ? row : p.rows - 1) * p.length + 8 * q;
  }
  float sums[2][kTiles][4] = {}, squares[4] = {};
#pragma unroll 2
  for (std::int64_t c = slice * kChannelsAtOnce; c < p.length; c += kSlices * kChannelsAtOnce) {
    uint4 numbers[4];
#pragma unroll
    for (int r = 0; r < 4; ++r) numbers[r] = *reinterpret_cast<const uint4*>(rows[r] + c);
// Tensor cores cut off what a sum has no digits for: a stretch has one of its own, to which its
// smallest parts come first.
#pragma unroll
    for (int t = 0; t < kTiles; ++t) {
      uint4 w[kParts];
#pragma unroll
      for (int part = 0; part < kParts; ++part) {
        w[part] = *reinterpret_cast<const uint4*>(parts + (part * kColumns + 8 * t + g) * p.length +
                                                  c + 8 * q);
      }
#pragma unroll
      for (int m = 0; m < 2; ++m) {
        const uint4 &top = numbers[2 * m], &bottom = numbers[2 * m + 1];
        float stretch[4] = {};
#pragma unroll
        for (int part = kParts - 1; part >= 0; --part) {
          MultiplyTile(stretch, top.x, bottom.x, top.y, bottom.y, w[part].x, w[part].y);
          MultiplyTile(stretch, top.z, bottom.z, top.w, bottom.w, w[part].z, w[part].w);
        }
#pragma unroll
        for (int k = 0; k < 4; ++k) sums[m][t][k] += stretch[k];
      }
    }
#pragma unroll
    for (int r = 0; r < 4; ++r) {
      const std::uint32_t words[4] = {numbers[r].x, numbers[r].y, numbers[r].z, numbers[r].w};
#pragma unroll
      for (int k = 0; k < 4; ++k) {
        squares[r] = fmaf(LowOf(words[k]), LowOf(words[k]), squares[r]);
        squares[r] = fmaf(HighOf(words[k]), HighOf(words[k]), squares[r]);
      }
    }
  }
  float* const mine = sums_of_slices + (slice * kRowsOfTile + row_of_warp) * (kColumns + 1);
#pragma unroll
  for (int r = 0; r < 4; ++r) {
    float square = squares[r];
    square += __shfl_xor_sync(kAllLanes, square, 1);
    square += __shfl_xor_sync(kAllLanes, square, 2);
    if (q == 0) mine[(8 * r + g) * (kColumns + 1) + kColumns] = square;
#pragma unroll
    for (int t = 0; t < kTiles; ++t) {
      float* const at = mine + (8 * r + g) * (kColumns + 1) + 8 * t + 2 * q;
      at[0] = sums[r / 2][t][r % 2 * 2];
      at[1] = sums[r / 2][t][r % 2 * 2 + 1];
    }
  }
  __syncthreads();
  const std::int64_t first_of_block = static_cast<std::int64_t>(blockIdx.x) * kRowsOfTile;
  for (int k = threadIdx.x; k < kRowsOfTile * (kColumns + 1); k += kThreadsOfTile) {
    const int row = k / (kColumns + 1), column = k % (kColumns + 1);
    if (first_of_block + row >= p.rows) continue;
    float sum = 0.0f;
#pragma unroll
    for (int s = 0; s < kSlices; ++s) {
      sum += sums_of_slices[s * kRowsOfTile * (kColumns + 1) + k];
    }
    if (column == kColumns) {
      p.squares[first_of_block + row] = sum;
    } else if (column < p.columns) {
      p.products[(first_of_block + row) * p.columns + column] = sum;
    }
  }
}

}  // namespace mhc::kernels::cuda
