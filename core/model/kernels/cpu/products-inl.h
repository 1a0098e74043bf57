// The thin product of a site: rows of the streams times the columns of its weights, with the sums
// of squares that the norm needs, and both ways back in one pass over the streams.
#if defined(MHC_KERNELS_PRODUCTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_PRODUCTS_INL_H
#undef MHC_KERNELS_PRODUCTS_INL_H
#else
#define MHC_KERNELS_PRODUCTS_INL_H
#endif

#include "core/model/kernels/lanes/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

// Columns of one register tile of the product, with four rows.
constexpr int kColumnTile = kAccumulators / 4;
// So much of a row goes through a column tile at once: that of the weights stays in the first cache
// meanwhile, whatever the number of channels.
// Few lanes sum less of it, since each of their sums would round as often as it has terms.
constexpr std::int64_t kSpan = kLanes >= 16 || !HWY_NATIVE_FMA ? 1024 : 64 * kLanes;

// Where a product is rounded before it is added, a sum of many is taken in double.
template <class T>
HWY_INLINE float SumOfProducts(const T* a, const float* b, std::int64_t length) {
  double sum = 0;
  for (std::int64_t k = 0; k < length; ++k) sum += Wide(a[k]) * static_cast<double>(b[k]);
  return static_cast<float>(sum);
}

// sums[column·kTile + row] += Σ_k x[row, k] w[column, k] over R rows and M columns.
// Where there is a tile behind this one, at `ahead`, it is fetched meanwhile.
template <int R, int M, class T>
HWY_INLINE void AddProducts(const T* x, std::int64_t x_stride, const float* w,
                            std::int64_t w_stride, std::int64_t length, const T* ahead,
                            float* sums) {
#if !HWY_NATIVE_FMA
  (void)ahead;
  for (int m = 0; m < M; ++m) {
    for (int r = 0; r < R; ++r) {
      sums[m * kTile + r] += SumOfProducts(x + r * x_stride, w + m * w_stride, length);
    }
  }
#else
  V sum[R][M];
  MHC_UNROLL
  for (int r = 0; r < R; ++r) {
    MHC_UNROLL
    for (int m = 0; m < M; ++m) sum[r][m] = hn::Zero(d);
  }
  std::int64_t k = 0;
  for (; k + kLanes <= length; k += kLanes) {
    V row[R];
    MHC_UNROLL
    for (int r = 0; r < R; ++r) row[r] = LoadStream(x + r * x_stride + k);
    if (ahead != nullptr) {
      MHC_UNROLL
      for (int r = 0; r < R; ++r) hwy::Prefetch(ahead + r * x_stride + k);
    }
    MHC_UNROLL
    for (int m = 0; m < M; ++m) {
      const V weight = hn::LoadU(d, w + m * w_stride + k);
      MHC_UNROLL
      for (int r = 0; r < R; ++r) sum[r][m] = hn::MulAdd(row[r], weight, sum[r][m]);
    }
  }
  if (k < length) {
    MHC_UNROLL
    for (int m = 0; m < M; ++m) {
      const V weight = LoadTail(w + m * w_stride + k, length - k);
      MHC_UNROLL
      for (int r = 0; r < R; ++r) {
        sum[r][m] = hn::MulAdd(LoadTail(x + r * x_stride + k, length - k), weight, sum[r][m]);
      }
    }
  }
  MHC_UNROLL
  for (int m = 0; m < M; ++m) {
    if constexpr (R == 4) {
      AddSumsOfFour(sum[0][m], sum[1][m], sum[2][m], sum[3][m], sums + m * kTile);
    } else {
      MHC_UNROLL
      for (int r = 0; r < R; ++r) sums[m * kTile + r] += SumOf(sum[r][m]);
    }
  }
#endif
}

template <int M, class T>
HWY_NOINLINE void AddProductsOfRows(const T* x, std::int64_t x_stride, int rows, const float* w,
                                    std::int64_t w_stride, std::int64_t length, const T* ahead,
                                    float* sums) {
  int r = 0;
  for (; r + 4 <= rows; r += 4) {
    AddProducts<4, M>(x + r * x_stride, x_stride, w, w_stride, length,
                      ahead == nullptr ? ahead : ahead + r * x_stride, sums + r);
  }
  for (; r < rows; ++r) {
    AddProducts<1, M, T>(x + r * x_stride, x_stride, w, w_stride, length, nullptr, sums + r);
  }
}

template <int M, class T>
HWY_INLINE void AddLastProducts(int columns, const T* x, std::int64_t x_stride, int rows,
                                const float* w, std::int64_t w_stride, std::int64_t length,
                                const T* ahead, float* sums) {
  if (columns == M) {
    AddProductsOfRows<M>(x, x_stride, rows, w, w_stride, length, ahead, sums);
  } else if constexpr (M > 1) {
    AddLastProducts<M - 1>(columns, x, x_stride, rows, w, w_stride, length, ahead, sums);
  }
}

// The same of any number of columns, and of at most kTile rows; `sums` starts at 0.
template <class T>
HWY_NOINLINE void Products(const T* x, std::int64_t x_stride, int rows, const float* w,
                           std::int64_t w_stride, int columns, std::int64_t length, const T* ahead,
                           float* sums) {
  std::memset(sums, 0, sizeof(float) * kTile * static_cast<std::size_t>(columns));
  for (std::int64_t k = 0; k < length; k += kSpan) {
    const std::int64_t span = length - k < kSpan ? length - k : kSpan;
    for (int m = 0; m < columns; m += kColumnTile) {
      const int tile = columns - m < kColumnTile ? columns - m : kColumnTile;
      AddLastProducts<kColumnTile>(tile, x + k, x_stride, rows, w + m * w_stride + k, w_stride,
                                   span, m == kColumnTile && ahead ? ahead + k : nullptr,
                                   sums + m * kTile);
    }
  }
}

template <class T>
HWY_INLINE float SumOfSquares(const T* row, std::int64_t length) {
  V even = hn::Zero(d), odd = hn::Zero(d);
  std::int64_t k = 0;
  for (; k + 2 * kLanes <= length; k += 2 * kLanes) {
    const V a = LoadStream(row + k), b = LoadStream(row + k + kLanes);
    even = hn::MulAdd(a, a, even);
    odd = hn::MulAdd(b, b, odd);
  }
  for (; k < length; k += kLanes) {
    const V a = LoadPart(row + k, length - k);
    even = hn::MulAdd(a, a, even);
  }
  return SumOf(hn::Add(even, odd));
}

// sums[row] = Σ_k x[row, k]², in spans: what a sum grows to is what its additions are rounded by.
template <class T>
HWY_NOINLINE void SumsOfSquares(const T* x, std::int64_t x_stride, int rows, std::int64_t length,
                                float* sums) {
  constexpr std::int64_t kSpanOfSquares = 32 * kLanes;
  for (int r = 0; r < rows; ++r) {
    double sum = 0.0;
    for (std::int64_t k = 0; k < length; k += kSpanOfSquares) {
      const std::int64_t left = length - k;
      const std::int64_t span = left < kSpanOfSquares ? left : kSpanOfSquares;
      sum += static_cast<double>(SumOfSquares(x + r * x_stride + k, span));
    }
    sums[r] = static_cast<float>(sum);
  }
}

// What one stretch of C numbers of each of a tile's tokens gets on the way back.
template <class T>
struct Stretch {
  const T* x;          // first token; the others follow at `stride`
  const T* grad_pass;  // the same places; null: zeros
  T* grad_x;
  std::int64_t stride;
  int rows;
  std::int64_t length;
  const float* grad_z;   // first token; the others at `length`. Null: zeros
  const float* read;     // [kTile]: what stands before grad_z
  const float* square;   // [kTile]: what stands before x
  const float* weights;  // [columns] rows of `length` numbers
  std::int64_t weights_stride;
  int columns;
  const float* grad_products;  // [columns][kTile]
  float* grad_weights;         // as `weights`
  std::int64_t ahead;          // to the same numbers of the next tile; 0: there is none
};

// Two vectors of each of a tile's tokens, packed: rows that lie a power of two apart would meet in
// the cache.
struct PackedPair {
  HWY_ALIGN float x[2 * kTile * kLanes];
  HWY_ALIGN float grad[2 * kTile * kLanes];
};

// A vector at `from`, or what `left` numbers make of it; kWhole says that there are enough.
template <bool kWhole, class T>
HWY_INLINE V LoadOf(const T* from, std::int64_t left) {
  if constexpr (kWhole) return LoadStream(from);
  return left <= 0 ? hn::Zero(d) : LoadPart(from, left);
}
template <bool kWhole, class T>
HWY_INLINE void StoreOf(V value, T* to, std::int64_t left) {
  if constexpr (kWhole) {
    StoreStream(value, to);
  } else if (left > 0) {
    StorePart(value, to, left);
  }
}

// x, and what grad_x has beside the products: grad_pass + read · grad_z + square · x.
template <bool kWhole, class T>
HWY_INLINE void Pack(const Stretch<T>& s, std::int64_t k, PackedPair& packed) {
  for (int r = 0; r < s.rows; ++r) {
    const V square = hn::Set(d, s.square[r]), read = hn::Set(d, s.read[r]);
    MHC_UNROLL
    for (int h = 0; h < 2; ++h) {
      const std::int64_t at = k + h * kLanes, left = s.length - at, place = r * s.stride + at;
      // Sixteen rows at once are more than the processor foresees by itself.
      if (s.ahead > 0) {
        FetchToSecondCache(s.x + place + s.ahead);
        if (s.grad_pass) FetchToSecondCache(s.grad_pass + place + s.ahead);
      }
      const V x = LoadOf<kWhole>(s.x + place, left);
      V grad = hn::Mul(square, x);
      if (s.grad_pass) grad = hn::Add(grad, LoadOf<kWhole>(s.grad_pass + place, left));
      if (s.grad_z) {
        grad = hn::MulAdd(read, LoadOf<kWhole>(s.grad_z + r * s.length + at, left), grad);
      }
      hn::Store(x, d, packed.x + (2 * r + h) * kLanes);
      hn::Store(grad, d, packed.grad + (2 * r + h) * kLanes);
    }
  }
}

// grad_x = what is packed + grad_products · weights, of R rows and two vectors of each.
template <int R, bool kWhole, class T>
HWY_INLINE void AddToGradX(const Stretch<T>& s, const PackedPair& packed, int first,
                           std::int64_t k) {
  const std::int64_t left = s.length - k;
  V sum[R][2];
  MHC_UNROLL
  for (int r = 0; r < R; ++r) {
    sum[r][0] = hn::Load(d, packed.grad + 2 * (first + r) * kLanes);
    sum[r][1] = hn::Load(d, packed.grad + (2 * (first + r) + 1) * kLanes);
  }
  const float* w = s.weights + k;
  const float* grad = s.grad_products + first;
  for (int m = 0; m < s.columns; ++m) {
    const V a = LoadOf<kWhole>(w, left), b = LoadOf<kWhole>(w + kLanes, left - kLanes);
    MHC_UNROLL
    for (int r = 0; r < R; ++r) {
      const V g = hn::Set(d, grad[r]);
      sum[r][0] = hn::MulAdd(g, a, sum[r][0]);
      sum[r][1] = hn::MulAdd(g, b, sum[r][1]);
    }
    w += s.weights_stride;
    grad += kTile;
  }
  MHC_UNROLL
  for (int r = 0; r < R; ++r) {
    T* to = s.grad_x + (first + r) * s.stride + k;
    StoreOf<kWhole>(sum[r][0], to, left);
    StoreOf<kWhole>(sum[r][1], to + kLanes, left - kLanes);
  }
}

// grad_weights += grad_productsᵀ x, of M columns from `first` on and two vectors of each.
template <int M, bool kWhole, class T>
HWY_INLINE void AddToGradWeights(const Stretch<T>& s, const PackedPair& packed, int first,
                                 std::int64_t k) {
  V sum[M][2];
  MHC_UNROLL
  for (int m = 0; m < M; ++m) sum[m][0] = sum[m][1] = hn::Zero(d);
  const float* grad = s.grad_products + first * kTile;
  for (int r = 0; r < s.rows; ++r) {
    const V a = hn::Load(d, packed.x + 2 * r * kLanes);
    const V b = hn::Load(d, packed.x + (2 * r + 1) * kLanes);
    MHC_UNROLL
    for (int m = 0; m < M; ++m) {
      const V g = hn::Set(d, grad[m * kTile + r]);
      sum[m][0] = hn::MulAdd(g, a, sum[m][0]);
      sum[m][1] = hn::MulAdd(g, b, sum[m][1]);
    }
  }
  const std::int64_t left = s.length - k;
  MHC_UNROLL
  for (int m = 0; m < M; ++m) {
    float* to = s.grad_weights + (first + m) * s.weights_stride + k;
    StoreOf<kWhole>(hn::Add(LoadOf<kWhole>(to, left), sum[m][0]), to, left);
    to += kLanes;
    StoreOf<kWhole>(hn::Add(LoadOf<kWhole>(to, left - kLanes), sum[m][1]), to, left - kLanes);
  }
}

template <int M, bool kWhole, class T>
HWY_INLINE void AddLastToGradWeights(const Stretch<T>& s, const PackedPair& packed, int first,
                                     std::int64_t k) {
  if (s.columns - first >= M) {
    AddToGradWeights<M, kWhole>(s, packed, first, k);
  } else if constexpr (M > 1) {
    AddLastToGradWeights<M - 1, kWhole>(s, packed, first, k);
  }
}

template <bool kWhole, class T>
HWY_NOINLINE void WalkBackPair(const Stretch<T>& s, std::int64_t k) {
  constexpr int kRows = kAccumulators / 3;
  constexpr int kMost = kAccumulators / 2;
  PackedPair packed;
  Pack<kWhole>(s, k, packed);
  for (int m = 0; m < s.columns; m += kMost) {
    AddLastToGradWeights<kMost, kWhole>(s, packed, m, k);
  }
  int r = 0;
  for (; r + kRows <= s.rows; r += kRows) AddToGradX<kRows, kWhole>(s, packed, r, k);
  for (; r < s.rows; ++r) AddToGradX<1, kWhole>(s, packed, r, k);
}

template <class T>
HWY_INLINE void WalkBackStretch(const Stretch<T>& s) {
  for (std::int64_t k = 0; k < s.length; k += 2 * kLanes) {
    if (s.length - k >= 2 * kLanes) {
      WalkBackPair<true>(s, k);
    } else {
      WalkBackPair<false>(s, k);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_PRODUCTS_INL_H
