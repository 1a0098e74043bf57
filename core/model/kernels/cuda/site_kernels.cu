#include "core/model/kernels/cuda/site_kernels.h"

#include <cuda_runtime.h>

#include <algorithm>

#include "core/model/kernels/cuda/launch.cuh"
#include "core/model/kernels/cuda/maps.cuh"
#include "core/model/kernels/cuda/products.cuh"
#include "core/model/kernels/cuda/streams.cuh"
#include "core/model/kernels/cuda/walk_back.cuh"

namespace mhc::kernels::cuda {
namespace {

constexpr int kThreadsOfMaps = 64, kMostMapsThreads = 1 << 15;
constexpr int kMostTiles = 4;       // of eight columns, on tensor cores
constexpr int kWantedBlocks = 528;  // four for each multiprocessor of an H100

unsigned Blocks(std::int64_t items, std::int64_t of_block) {
  return static_cast<unsigned>(DivideUp(std::max<std::int64_t>(items, 1), of_block));
}

// ---- The plan of a site: what it takes of the scratch memory, in floats.

std::int64_t ToWhole(std::int64_t floats) { return (floats + 31) / 32 * 32; }

struct Plan {
  Plan(const Site& site, std::int64_t tokens)
      : n(site.streams),
        flat(site.Columns(Source::kFlattened)),
        row(site.Columns(Source::kEachStream)),
        values(site.Values()),
        length(site.streams * site.channels) {
    flat_tiles = static_cast<int>(DivideUp(flat, 8));
    constraint = ToWhole(
        std::max(ConstraintFloats(site.constraint, n), ConstraintFloats(site.old_constraint, n)) +
        8);
    floats_of_thread = static_cast<int>(ArrayFloats(site)) | 1;
    maps_threads = kThreadsOfMaps;
    while (maps_threads > 32 && MapsBytes() > 100'000) maps_threads /= 2;
    maps_blocks = std::min<std::int64_t>(DivideUp(std::max<std::int64_t>(tokens, 1), maps_threads),
                                         kMostMapsThreads / maps_threads);
    const std::int64_t stretches =
        std::max<std::int64_t>(1, DivideUp(length, kWarpsOfWalk * kChannelsOfWarp));
    chunks = static_cast<int>(std::clamp<std::int64_t>(
        DivideUp(kWantedBlocks, stretches), 1, std::max<std::int64_t>(1, tokens / kTokensAtOnce)));
    tokens_of_chunk = DivideUp(DivideUp(std::max<std::int64_t>(tokens, 1), chunks), kTokensAtOnce) *
                      kTokensAtOnce;
    chunks = static_cast<int>(DivideUp(std::max<std::int64_t>(tokens, 1), tokens_of_chunk));
  }
  std::size_t MapsBytes() const {
    return sizeof(float) * static_cast<std::size_t>(floats_of_thread * maps_threads);
  }

  int n, flat, row, values;
  std::int64_t length, constraint, maps_blocks, tokens_of_chunk;
  int flat_tiles, floats_of_thread, maps_threads, chunks;
};

// The arrays in scratch memory, one behind the other.
struct Arrays {
  Arrays(const Plan& plan, std::int64_t tokens, float* scratch) : first(scratch), next(scratch) {
    flat_products = Take(tokens * plan.flat);
    flat_squares = Take(tokens);
    stream_products = Take(tokens * plan.n * plan.row);
    stream_squares = Take(tokens * plan.n);
    grad_read = Take(tokens * plan.n);
    sums = Take((4 + plan.values) * tokens);
    constraint = Take(plan.maps_blocks * plan.maps_threads * plan.constraint);
    parts = Take(DivideUp(kParts * plan.flat_tiles * 8 * plan.length, 2));  // of bfloat16
    flat_sums = Take(plan.chunks * plan.flat * plan.length);
    stream_sums = Take(plan.chunks * plan.row * plan.length / std::max(plan.n, 1));
  }
  float* Take(std::int64_t floats) {
    float* const taken = next;
    next += ToWhole(floats);
    return taken;
  }
  MapsMemory Maps(const Plan& plan) const {
    return {plan.floats_of_thread, plan.constraint, constraint};
  }
  float *first, *next;
  float *flat_products, *flat_squares, *stream_products, *stream_squares, *grad_read, *sums;
  float *constraint, *parts, *flat_sums, *stream_sums;
};

cudaStream_t StreamOf(void* stream) { return static_cast<cudaStream_t>(stream); }

template <class Kernel>
void AllowMemory(Kernel kernel, std::size_t bytes) {
  constexpr std::size_t kAlways = 48 * 1024;
  if (bytes > kAlways) {
    cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                         static_cast<int>(bytes));
  }
}

// ---- Which of the kernels take a site.

// Calls body(T(), Z()) for the types of streams and of what is between read and write.
template <class Body>
void OfTypes(bool x_is_bfloat16, bool z_is_bfloat16, const Body& body) {
  if (!x_is_bfloat16) return body(float{}, float{});
  if (z_is_bfloat16) return body(Bits16{}, Bits16{});
  body(Bits16{}, float{});
}
// body of an integral constant: the width of a load of rows of that many channels.
template <class T, class Body>
void OfWidth(std::int64_t channels, const Body& body) {
  if (channels % kWide<T> == 0) return body(std::integral_constant<int, kWide<T>>{});
  body(std::integral_constant<int, 1>{});
}
template <class Body>
void OfStreams(int n, const Body& body) {
  switch (n) {
    case 1:
      return body(std::integral_constant<int, 1>{});
    case 2:
      return body(std::integral_constant<int, 2>{});
    case 3:
      return body(std::integral_constant<int, 3>{});
    case 4:
      return body(std::integral_constant<int, 4>{});
    case 5:
      return body(std::integral_constant<int, 5>{});
    case 6:
      return body(std::integral_constant<int, 6>{});
    case 7:
      return body(std::integral_constant<int, 7>{});
    default:
      return body(std::integral_constant<int, 8>{});
  }
}
// Tensor cores take bfloat16 streams of whole stretches of channels, and so many columns.
bool OnTensorCores(const Plan& plan, const Site& site, bool x_is_bfloat16) {
  return x_is_bfloat16 && plan.flat > 0 && plan.row == 0 && plan.flat_tiles <= kMostTiles &&
         site.channels % kChannelsOfWarp == 0;
}
template <class Body>
void OfTiles(int tiles, const Body& body) {
  switch (tiles) {
    case 1:
      return body(std::integral_constant<int, 1>{});
    case 2:
      return body(std::integral_constant<int, 2>{});
    case 3:
      return body(std::integral_constant<int, 3>{});
    default:
      return body(std::integral_constant<int, 4>{});
  }
}

// ---- Products.

template <class T>
void PlainProducts(const T* x, const Products& p, cudaStream_t stream) {
  const dim3 grid(Blocks(p.rows, kWarpsOfProducts * kRowsOfWarp),
                  Blocks(p.columns, kColumnsOfWarp));
  // Rows follow each other, and so do columns: both must start at whole loads.
  OfWidth<T>(p.length, [&](auto width) {
    Launch(PlainProductsKernel<width(), T>, grid, kWarpsOfProducts * kWarp, 0, stream, x, p);
  });
}

void TileProducts(const Plan& plan, const Site& site, const Bits16* x, float* parts,
                  const Products& p, cudaStream_t stream) {
  auto* const of_weights = reinterpret_cast<Bits16*>(parts);
  Launch(PartWeightsKernel,
         dim3(Blocks(plan.length, 256), static_cast<unsigned>(plan.flat_tiles * 8)), 256, 0, stream,
         site.flat_weights, p.stride, plan.flat, plan.length, of_weights);
  OfTiles(plan.flat_tiles, [&](auto tiles) {
    constexpr std::size_t kBytes = TileProductsBytes<tiles()>();
    AllowMemory(TileProductsKernel<tiles()>, kBytes);
    Launch(TileProductsKernel<tiles()>, Blocks(p.rows, kRowsOfTile), kThreadsOfTile, kBytes, stream,
           x, of_weights, p);
  });
}

template <class T>
void MakeAllProducts(const Plan& plan, const Site& site, const MapsForward& m, const Arrays& a,
                     cudaStream_t stream) {
  const T* const x = static_cast<const T*>(m.x);
  if (plan.flat > 0) {
    const Products p{.rows = m.tokens,
                     .length = plan.length,
                     .columns = plan.flat,
                     .weights = site.flat_weights,
                     .stride = ColumnStride(plan.length),
                     .products = a.flat_products,
                     .squares = a.flat_squares};
    if constexpr (sizeof(T) == 2) {
      if (OnTensorCores(plan, site, true)) {
        TileProducts(plan, site, x, a.parts, p, stream);
      } else {
        PlainProducts(x, p, stream);
      }
    } else {
      PlainProducts(x, p, stream);
    }
  }
  if (plan.row > 0) {
    PlainProducts(x,
                  {.rows = m.tokens * plan.n,
                   .length = site.channels,
                   .columns = plan.row,
                   .weights = site.stream_weights,
                   .stride = ColumnStride(site.channels),
                   .products = a.stream_products,
                   .squares = a.stream_squares},
                  stream);
  }
}

// ---- The way back of the streams and the weights.

template <class T, class Z>
void PlainWalkBack(const Plan& plan, const WalkBack& w, cudaStream_t stream) {
  const std::size_t bytes =
      sizeof(float) * static_cast<std::size_t>(kTokensOfStretch * (plan.flat + plan.n * plan.row));
  OfWidth<T>(w.channels, [&](auto width) {
    AllowMemory(PlainWalkBackKernel<width(), T, Z>, bytes);
    const dim3 grid(Blocks(plan.length, kThreadsOfStretch * width()),
                    Blocks(w.tokens, kTokensOfStretch));
    Launch(PlainWalkBackKernel<width(), T, Z>, grid, kThreadsOfStretch, bytes, stream, w);
  });
}

template <class T>
void PlainWeightSums(const T* x, const WeightSums& w, int chunks, cudaStream_t stream) {
  OfWidth<T>(w.length, [&](auto width) {
    const dim3 grid(Blocks(w.length, kThreadsOfStretch * width()), Blocks(w.columns, 8),
                    static_cast<unsigned>(chunks));
    Launch(PlainWeightSumsKernel<width(), T>, grid, kThreadsOfStretch, 0, stream, x, w);
  });
}

void AddChunks(const float* parts, int chunks, std::int64_t numbers, float* sums,
               cudaStream_t stream) {
  if (sums == nullptr || numbers == 0) return;
  Launch(AddChunksKernel, Blocks(numbers, 256), 256, 0, stream, parts, chunks, numbers, sums);
}

template <class T, class Z>
void WalkBackStreams(const Plan& plan, const Site& site, const MapsBackward& m, const Arrays& a,
                     cudaStream_t stream) {
  const WalkBack w{.tokens = m.tokens,
                   .channels = site.channels,
                   .streams = plan.n,
                   .x = m.x,
                   .grad_pass = m.grad_pass,
                   .grad_z = m.grad_z,
                   .read = m.read ? m.read : m.pre,
                   .grad_x = m.grad_x,
                   .flat_columns = plan.flat,
                   .flat_weights = site.flat_weights,
                   .flat_stride = ColumnStride(plan.length),
                   .flat_gradients = a.flat_products,
                   .flat_square = plan.flat > 0 ? a.flat_squares : nullptr,
                   .stream_columns = plan.row,
                   .stream_weights = site.stream_weights,
                   .stream_stride = ColumnStride(site.channels),
                   .stream_gradients = a.stream_products,
                   .stream_square = plan.row > 0 ? a.stream_squares : nullptr,
                   .tokens_of_chunk = plan.tokens_of_chunk,
                   .flat_sums = a.flat_sums};
  const T* const x = static_cast<const T*>(m.x);
  if (OnTensorCores(plan, site, sizeof(T) == 2)) {
    OfTiles(plan.flat_tiles, [&](auto tiles) {
      const dim3 grid(Blocks(plan.length, kWarpsOfWalk * kChannelsOfWarp),
                      static_cast<unsigned>(plan.chunks));
      Launch(TileWalkBackKernel<tiles(), Z>, grid, kThreadsOfWalk, 0, stream, w);
    });
  } else {
    // The weights first: the streams may be written over what they came from.
    if (plan.flat > 0) {
      PlainWeightSums(
          x, {m.tokens, plan.length, plan.tokens_of_chunk, plan.flat, a.flat_products, a.flat_sums},
          plan.chunks, stream);
    }
    if (plan.row > 0) {
      PlainWeightSums(x,
                      {m.tokens * plan.n, site.channels, plan.tokens_of_chunk * plan.n, plan.row,
                       a.stream_products, a.stream_sums},
                      plan.chunks, stream);
    }
    PlainWalkBack<T, Z>(plan, w, stream);
  }
  if (plan.flat > 0) {
    AddChunks(a.flat_sums, plan.chunks, plan.flat * plan.length, m.grad_flat_weights, stream);
  }
  if (plan.row > 0) {
    AddChunks(a.stream_sums, plan.chunks, plan.row * site.channels, m.grad_stream_weights, stream);
  }
}

}  // namespace

std::size_t ScratchFloats(const Site& site, std::int64_t tokens) {
  const Plan plan(site, tokens);
  const Arrays arrays(plan, tokens, nullptr);
  return static_cast<std::size_t>(arrays.next - arrays.first);
}

void MapsAndRead(const Site& site, const MapsForward& m, float* scratch, void* stream_of_caller) {
  if (m.tokens == 0) return;
  const cudaStream_t stream = StreamOf(stream_of_caller);
  const Plan plan(site, m.tokens);
  const Arrays a(plan, m.tokens, scratch);
  OfTypes(m.x_is_bfloat16, m.z_is_bfloat16, [&](auto of_x, auto of_z) {
    using T = decltype(of_x);
    using Z = decltype(of_z);
    MakeAllProducts<T>(plan, site, m, a, stream);
    AllowMemory(MapsKernel, plan.MapsBytes());
    Launch(MapsKernel, static_cast<unsigned>(plan.maps_blocks),
           static_cast<unsigned>(plan.maps_threads), plan.MapsBytes(), stream, site, m,
           MapsOfTokens{a.flat_products, a.flat_squares, a.stream_products, a.stream_squares},
           a.Maps(plan));
    if (m.z == nullptr) return;
    OfStreams(plan.n, [&](auto n) {
      OfWidth<T>(site.channels, [&](auto width) {
        Launch(ReadKernel<n(), width(), T, Z>, Blocks(m.tokens, kTokensOfBlock),
               kTokensOfBlock * kWarp, 0, stream, m.tokens, site.channels,
               static_cast<const T*>(m.x), m.read ? m.read : m.pre, static_cast<Z*>(m.z));
      });
    });
  });
}

void MapsAndReadBackward(const Site& site, const MapsBackward& m, float* scratch,
                         void* stream_of_caller) {
  const cudaStream_t stream = StreamOf(stream_of_caller);
  const Plan plan(site, m.tokens);
  const Arrays a(plan, m.tokens, scratch);
  OfTypes(m.x_is_bfloat16, m.z_is_bfloat16, [&](auto of_x, auto of_z) {
    using T = decltype(of_x);
    using Z = decltype(of_z);
    float* const grad_read = m.read ? m.grad_read : a.grad_read;
    if (m.grad_z) {
      OfStreams(plan.n, [&](auto n) {
        OfWidth<T>(site.channels, [&](auto width) {
          Launch(PullReadKernel<n(), width(), T, Z>, Blocks(m.tokens, kTokensOfBlock),
                 kTokensOfBlock * kWarp, 0, stream, m.tokens, site.channels,
                 static_cast<const T*>(m.x), static_cast<const Z*>(m.grad_z), grad_read);
        });
      });
    } else if (m.read) {
      cudaMemsetAsync(grad_read, 0, sizeof(float) * static_cast<std::size_t>(m.tokens * plan.n),
                      stream);
    }
    AllowMemory(PullMapsKernel, plan.MapsBytes());
    Launch(PullMapsKernel, static_cast<unsigned>(plan.maps_blocks),
           static_cast<unsigned>(plan.maps_threads), plan.MapsBytes(), stream, site, m,
           GradientsOfTokens{m.grad_z ? grad_read : nullptr, a.flat_products, a.flat_squares,
                             a.stream_products, a.stream_squares, a.sums},
           a.Maps(plan));
    Launch(SumTokensKernel, static_cast<unsigned>(4 + plan.values), 256, 0, stream, a.sums,
           m.tokens, m.grad_alpha, m.grad_bias);
    WalkBackStreams<T, Z>(plan, site, m, a, stream);
  });
}

void WriteAndMix(const MixForward& m, void* stream) {
  if (m.tokens == 0) return;
  OfTypes(m.is_bfloat16, m.f_is_bfloat16, [&](auto of_x, auto of_f) {
    using T = decltype(of_x);
    using Z = decltype(of_f);
    OfStreams(m.streams, [&](auto n) {
      OfWidth<T>(m.channels, [&](auto width) {
        Launch(MixKernel<n(), width(), T, Z>, Blocks(m.tokens, kTokensOfBlock),
               kTokensOfBlock * kWarp, 0, StreamOf(stream), m);
      });
    });
  });
}

void WriteAndMixBackward(const MixBackward& m, void* stream) {
  if (m.tokens == 0) return;
  OfTypes(m.is_bfloat16, m.f_is_bfloat16, [&](auto of_x, auto of_f) {
    using T = decltype(of_x);
    using Z = decltype(of_f);
    OfStreams(m.streams, [&](auto n) {
      OfWidth<T>(m.channels, [&](auto width) {
        Launch(PullMixKernel<n(), width(), T, Z>, Blocks(m.tokens, kTokensOfBlock),
               kTokensOfBlock * kWarp, 0, StreamOf(stream), m);
      });
    });
  });
}

}  // namespace mhc::kernels::cuda
