// The tiles of a site: how its tokens go through products, coefficients, streams, and back.
#if defined(MHC_KERNELS_TILES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_TILES_INL_H
#undef MHC_KERNELS_TILES_INL_H
#else
#define MHC_KERNELS_TILES_INL_H
#endif

#include "core/model/kernels/cpu/oracle-inl.h"
#include "core/model/kernels/cpu/products-inl.h"
#include "core/model/kernels/cpu/streams-inl.h"
#include "core/model/kernels/lanes/coefficients-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

// [tokens][count] of memory <-> [count][kTile] of lanes; lanes without a token are 0.
HWY_NOINLINE void ToLanes(const float* rows, int count, int tokens, float* lanes) {
  std::memset(lanes, 0, sizeof(float) * kTile * static_cast<std::size_t>(count));
  if (rows == nullptr) return;
  for (int t = 0; t < tokens; ++t) {
    for (int k = 0; k < count; ++k) lanes[k * kTile + t] = rows[t * count + k];
  }
}
HWY_NOINLINE void FromLanes(const float* lanes, int count, int tokens, float* rows) {
  for (int t = 0; t < tokens; ++t) {
    for (int k = 0; k < count; ++k) rows[t * count + k] = lanes[k * kTile + t];
  }
}
template <class P>
HWY_INLINE P* Ahead(P* rows, std::int64_t offset) {
  return rows == nullptr ? nullptr : rows + offset;
}

// Products and scales of the tile whose first number is x.
template <class T>
HWY_INLINE void MakeProducts(const Site& site, const T* x, int tokens, bool is_last,
                             const TileArrays& a) {
  const std::int64_t c = site.channels, length = site.streams * c;
  const int flat = site.Columns(Source::kFlattened), row = site.Columns(Source::kEachStream);
  if (flat > 0) {
    Products(x, length, tokens, site.flat_weights, ColumnStride(length), flat, length,
             is_last ? nullptr : x + kTile * length, a.flat_products);
    std::memset(a.flat_scale, 0, sizeof(float) * kTile);
    SumsOfSquares(x, length, tokens, length, a.flat_scale);
    ScalesOf(length, site.eps_norm, a.flat_scale);
  }
  for (int s = 0; s < site.streams && row > 0; ++s) {
    float* scale = a.stream_scale + s * kTile;
    Products<T>(x + s * c, length, tokens, site.stream_weights, ColumnStride(c), row, c, nullptr,
                a.stream_products + s * row * kTile);
    std::memset(scale, 0, sizeof(float) * kTile);
    SumsOfSquares(x + s * c, length, tokens, c, scale);
    ScalesOf(c, site.eps_norm, scale);
  }
}

// z of each of a tile's tokens; `read` is in lanes.
template <int N, class T>
HWY_NOINLINE void ReadTokens(const T* x, const float* read, std::int64_t channels, int tokens,
                             float* z) {
  for (int t = 0; t < tokens; ++t) {
    ReadToken<N>(x + t * N * channels, read + t, channels, z + t * channels);
  }
}
template <int N, class T>
HWY_NOINLINE void PullReadTokens(const T* x, const float* grad_z, std::int64_t channels, int tokens,
                                 float* grad_read) {
  for (int t = 0; t < tokens; ++t) {
    PullReadToken<N>(x + t * N * channels, grad_z + t * channels, channels, grad_read + t);
  }
}

template <class T>
HWY_INLINE void ForwardTile(const Site& site, const MapsForward& m, std::int64_t first, int tokens,
                            const TileArrays& a) {
  const int n = site.streams, values = site.Values();
  const T* x = static_cast<const T*>(m.x) + first * n * site.channels;
  MakeProducts(site, x, tokens, first + 2 * kTile > m.tokens, a);
  NormaliseProducts(site, a);
  MakeRaw(site, a);
  MakeMaps(site, tokens, a);
  FromLanes(a.pre, n, tokens, m.pre + first * n);
  FromLanes(a.post, n, tokens, m.post + first * n);
  FromLanes(a.res, n * n, tokens, m.res + first * n * n);
  if (m.kept.u) FromLanes(a.u, values, tokens, m.kept.u + first * values);
  if (m.kept.flat_scale) FromLanes(a.flat_scale, 1, tokens, m.kept.flat_scale + first);
  if (m.kept.stream_scale) FromLanes(a.stream_scale, n, tokens, m.kept.stream_scale + first * n);
  if (m.z == nullptr) return;
  if (m.read) ToLanes(m.read + first * n, n, tokens, a.pre);
  float* z = static_cast<float*>(m.z) + first * site.channels;
  const Timed timed(a.timing ? &a.timing->read : nullptr);
  MHC_OF_STREAMS(n, ReadTokens, x, a.pre, site.channels, tokens, z)
}

// What the parts of a way back sum up for themselves.
struct PartSums {
  float* flat_weights;
  float* stream_weights;
  double* alpha;
  double* bias;
};

template <class T>
HWY_INLINE void WalkBackStreams(const Site& site, const MapsBackward& m, std::int64_t first,
                                int tokens, const TileArrays& a, const PartSums& sums) {
  const int n = site.streams;
  const std::int64_t c = site.channels, length = n * c;
  const int flat = site.Columns(Source::kFlattened), row = site.Columns(Source::kEachStream);
  HWY_ALIGN float nothing[kTile] = {};
  for (int s = 0; s < n; ++s) {
    const std::int64_t place = first * length + s * c;
    Stretch<T> stretch{
        .x = static_cast<const T*>(m.x) + place,
        .grad_pass = Ahead(static_cast<const T*>(m.grad_pass), place),
        .grad_x = static_cast<T*>(m.grad_x) + place,
        .stride = length,
        .rows = tokens,
        .length = c,
        .grad_z = Ahead(static_cast<const float*>(m.grad_z), first * c),
        .read = a.read + s * kTile,
        .square = flat > 0 ? a.flat_scale : nothing,
        .weights = Ahead(site.flat_weights, s * c),
        .weights_stride = ColumnStride(length),
        .columns = flat,
        .grad_products = a.flat_products,
        .grad_weights = Ahead(sums.flat_weights, s * c),
        .ahead = first + 2 * kTile > m.tokens ? 0 : kTile * length,
    };
    WalkBackStretch(stretch);
    if (row == 0) continue;
    stretch.grad_pass = stretch.grad_x;
    stretch.ahead = 0;
    stretch.grad_z = nullptr;
    stretch.square = a.stream_scale + s * kTile;
    stretch.weights = site.stream_weights;
    stretch.weights_stride = ColumnStride(c);
    stretch.columns = row;
    stretch.grad_products = a.stream_products + s * row * kTile;
    stretch.grad_weights = sums.stream_weights;
    WalkBackStretch(stretch);
  }
}

template <class T>
HWY_INLINE void BackwardTile(const Site& site, const MapsBackward& m, std::int64_t first,
                             int tokens, const TileArrays& a, const PartSums& sums) {
  const int n = site.streams, values = site.Values();
  const T* x = static_cast<const T*>(m.x) + first * n * site.channels;
  ToLanes(Ahead(m.kept.u, first * values), values, tokens, a.u);
  ToLanes(Ahead(m.kept.flat_scale, first), 1, tokens, a.flat_scale);
  ToLanes(Ahead(m.kept.stream_scale, first * n), n, tokens, a.stream_scale);
  MakeRaw(site, a);
  ToLanes((m.read ? m.read : m.pre) + first * n, n, tokens, a.read);
  ToLanes(Ahead(m.grad_pre, first * n), n, tokens, a.pre);
  ToLanes(Ahead(m.grad_post, first * n), n, tokens, a.post);
  ToLanes(Ahead(m.grad_res, first * n * n), n * n, tokens, a.res);
  HWY_ALIGN float apart[kMostStreams * kTile] = {};
  if (m.grad_z) {
    const float* grad_z = static_cast<const float*>(m.grad_z) + first * site.channels;
    float* grad_read = m.read ? apart : a.pre;
    const Timed timed(a.timing ? &a.timing->read : nullptr);
    MHC_OF_STREAMS(n, PullReadTokens, x, grad_z, site.channels, tokens, grad_read)
  }
  if (m.read) FromLanes(apart, n, tokens, m.grad_read + first * n);
  PullMaps(site, tokens, a);
  PullRaw(site, a, sums.alpha, sums.bias);
  PullNorm(site, a);
  WalkBackStreams<T>(site, m, first, tokens, a, sums);
}

template <class T>
HWY_NOINLINE void ForwardTiles(const Site& site, const MapsForward& m, std::int64_t begin,
                               std::int64_t end, float* scratch) {
  const TileArrays a = ArraysOf(site, scratch, begin == 0 ? m.timing : nullptr);
  for (std::int64_t first = begin; first < end; first += kTile) {
    const std::int64_t left = end - first;
    ForwardTile<T>(site, m, first, static_cast<int>(left < kTile ? left : kTile), a);
  }
}

template <class T>
HWY_NOINLINE void BackwardTiles(const Site& site, const MapsBackward& m, std::int64_t begin,
                                std::int64_t end, float* scratch, const PartSums& sums) {
  const TileArrays a = ArraysOf(site, scratch, begin == 0 ? m.timing : nullptr);
  for (std::int64_t first = begin; first < end; first += kTile) {
    const std::int64_t left = end - first;
    BackwardTile<T>(site, m, first, static_cast<int>(left < kTile ? left : kTile), a, sums);
  }
}

// `T` is told by a null pointer.
template <int N, class T>
HWY_NOINLINE void MixTokens(const T*, const MixForward& m, std::int64_t begin, std::int64_t end) {
  const std::int64_t c = m.channels;
  for (std::int64_t t = begin; t < end; ++t) {
    MixToken<N>(static_cast<const T*>(m.x) + t * N * c, static_cast<const float*>(m.f) + t * c,
                m.post + t * N, m.res + t * N * N, c, static_cast<T*>(m.y) + t * N * c);
  }
}

template <int N, class T>
HWY_NOINLINE void PullMixTokens(const T*, const MixBackward& m, std::int64_t begin,
                                std::int64_t end) {
  const std::int64_t c = m.channels;
  for (std::int64_t t = begin; t < end; ++t) {
    const T* grad_y = static_cast<const T*>(m.grad_y) + t * N * c;
    PullMapToken<N>(static_cast<const T*>(m.x) + t * N * c, static_cast<const float*>(m.f) + t * c,
                    grad_y, c, m.grad_post + t * N, m.grad_res + t * N * N);
    PullMixToken<N>(grad_y, m.post + t * N, m.res + t * N * N, c,
                    static_cast<T*>(m.grad_x) + t * N * c, static_cast<float*>(m.grad_f) + t * c);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_TILES_INL_H
