// Small matrices of doubles with a token in each lane, for maps whose inverses, ties and singular
// vectors float32 would lose. They stand in scratch memory as [entries][kDoubleLanes], for one
// vector of a tile's tokens at a time.
#if defined(MHC_KERNELS_DOUBLES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_DOUBLES_INL_H
#undef MHC_KERNELS_DOUBLES_INL_H
#else
#define MHC_KERNELS_DOUBLES_INL_H
#endif

#ifndef MHC_ON_A_CARD
#include <hwy/contrib/math/math-inl.h>
#endif

#include "core/model/kernels/lanes/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

#ifndef MHC_ON_A_CARD
using DoubleTag = hn::CappedTag<double, kTile / 2>;
using Doubles = hn::Vec<DoubleTag>;
constexpr DoubleTag dd{};
constexpr int kDoubleLanes = static_cast<int>(hn::MaxLanes(DoubleTag()));
#endif

HWY_INLINE Doubles LoadAt(const double* entries, int k) {
  return hn::Load(dd, entries + k * kDoubleLanes);
}
HWY_INLINE void StoreAt(Doubles value, double* entries, int k) {
  hn::Store(value, dd, entries + k * kDoubleLanes);
}

// Between a tile's arrays and doubles.
HWY_INLINE Doubles LoadWide(const float* from) {
  return hn::PromoteTo(dd, hn::Load(hn::Rebind<float, DoubleTag>(), from));
}
HWY_INLINE void StoreNarrow(Doubles value, float* to) {
  const hn::Rebind<float, DoubleTag> narrow;
  hn::Store(hn::DemoteTo(narrow, value), narrow, to);
}

// The entries of a square matrix, as they stand or transposed.
struct Square {
  const double* entries;
  int row, column;
  HWY_INLINE Doubles operator()(int i, int j) const {
    return LoadAt(entries, i * row + j * column);
  }
};
HWY_INLINE Square AsIs(const double* entries, int n) { return {entries, n, 1}; }
HWY_INLINE Square Transposed(const double* entries, int n) { return {entries, 1, n}; }

inline HWY_NOINLINE void Multiply(int n, Square a, Square b, double* product) {
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      Doubles sum = hn::Zero(dd);
      for (int k = 0; k < n; ++k) sum = hn::MulAdd(a(i, k), b(k, j), sum);
      StoreAt(sum, product, i * n + j);
    }
  }
}

#ifndef MHC_ON_A_CARD
// Gauss-Jordan in place, without pivots: for matrices of positive definite symmetric part.
inline HWY_NOINLINE void Invert(int n, double* matrix) {
  for (int k = 0; k < n; ++k) {
    double* pivots = matrix + k * n * kDoubleLanes;
    const Doubles share = hn::Div(hn::Set(dd, 1.0), LoadAt(pivots, k));
    StoreAt(hn::Set(dd, 1.0), pivots, k);
    for (int j = 0; j < n; ++j) StoreAt(hn::Mul(share, LoadAt(pivots, j)), pivots, j);
    for (int i = 0; i < n; ++i) {
      if (i == k) continue;
      double* row = matrix + i * n * kDoubleLanes;
      const Doubles factor = LoadAt(row, k);
      StoreAt(hn::Zero(dd), row, k);
      for (int j = 0; j < n; ++j) {
        StoreAt(hn::NegMulAdd(factor, LoadAt(pivots, j), LoadAt(row, j)), row, j);
      }
    }
  }
}
#else
// Gauss-Jordan in place, with the largest entry left of a column as its pivot: a thread may choose
// for itself, and so reaches what lanes leave to the oracle.
inline HWY_NOINLINE void Invert(int n, double* matrix) {
  int from[kMostRows];
  for (int k = 0; k < n; ++k) {
    int pivot = k;
    for (int i = k + 1; i < n; ++i) {
      if (fabs(matrix[i * n + k]) > fabs(matrix[pivot * n + k])) pivot = i;
    }
    from[k] = pivot;
    for (int j = 0; j < n && pivot != k; ++j) {
      const double kept = matrix[k * n + j];
      matrix[k * n + j] = matrix[pivot * n + j];
      matrix[pivot * n + j] = kept;
    }
    const double share = 1.0 / matrix[k * n + k];
    matrix[k * n + k] = 1.0;
    for (int j = 0; j < n; ++j) matrix[k * n + j] *= share;
    for (int i = 0; i < n; ++i) {
      if (i == k) continue;
      const double factor = matrix[i * n + k];
      matrix[i * n + k] = 0.0;
      for (int j = 0; j < n; ++j) {
        matrix[i * n + j] = fma(-factor, matrix[k * n + j], matrix[i * n + j]);
      }
    }
  }
  for (int k = n - 1; k >= 0; --k) {
    for (int i = 0; i < n && from[k] != k; ++i) {
      const double kept = matrix[i * n + k];
      matrix[i * n + k] = matrix[i * n + from[k]];
      matrix[i * n + from[k]] = kept;
    }
  }
}
#endif

// A logistic function's two sides, σ(x) and σ(−x): neither is lost where the other is near 1.
struct Gates {
  Doubles open, shut;
};
HWY_INLINE Gates GatesOf(Doubles x) {
  const Doubles one = hn::Set(dd, 1.0);
  // hn::Exp makes 0 of a NaN, which is to stay one, and its integers hold neither that nor what
  // lies far below the last number whose exponential is not 0.
  const auto is_nan = hn::IsNaN(x);
  const Doubles last = hn::Set(dd, -750.0), below = hn::Neg(hn::Abs(x));
  const Doubles within = hn::IfThenElse(hn::Or(is_nan, hn::Lt(below, last)), last, below);
  const Doubles e = hn::IfThenElse(is_nan, x, hn::Exp(dd, within));
  const Doubles larger = hn::Div(one, hn::Add(one, e)), smaller = hn::Mul(e, larger);
  const auto is_below = hn::Lt(x, hn::Zero(dd));
  return {hn::IfThenElse(is_below, smaller, larger), hn::IfThenElse(is_below, larger, smaller)};
}

// Of `count` logits, which lie kTile apart.
inline HWY_NOINLINE void MakeGates(const float* logits, int count, double factor, double* open,
                                   double* shut) {
  for (int k = 0; k < count; ++k) {
    const Gates gates = GatesOf(hn::Mul(hn::Set(dd, factor), LoadWide(logits + k * kTile)));
    StoreAt(gates.open, open, k);
    StoreAt(gates.shut, shut, k);
  }
}

// Without an entry as large, a vector has no direction, and counts as e_1 with derivative 0.
constexpr double kNoDirection = 1e-30;

// v/‖v‖ of `count` logits; 1/‖v‖, or 0 where v has no direction, is given back. The squares of
// floats neither overflow a double nor vanish in it.
inline HWY_NOINLINE Doubles MakeUnit(const float* v, int count, double* unit) {
  Doubles sum = hn::Zero(dd);
  auto has_none = hn::Eq(sum, sum);
  for (int k = 0; k < count; ++k) {
    const Doubles entry = LoadWide(v + k * kTile);
    has_none = hn::And(has_none, hn::Lt(hn::Abs(entry), hn::Set(dd, kNoDirection)));
    sum = hn::MulAdd(entry, entry, sum);
  }
  const Doubles share = hn::IfThenZeroElse(has_none, hn::Div(hn::Set(dd, 1.0), hn::Sqrt(sum)));
  for (int k = 0; k < count; ++k) {
    const Doubles entry = hn::Mul(share, LoadWide(v + k * kTile));
    const Doubles first = hn::Set(dd, k == 0 ? 1.0 : 0.0);
    StoreAt(hn::IfThenElse(has_none, first, entry), unit, k);
  }
  return share;
}

// The cotangent of v: (g − u (u·g)) / ‖v‖.
inline HWY_NOINLINE void PullUnit(const double* unit, const double* grad_unit, int count,
                                  Doubles share, float* grad_v) {
  Doubles along = hn::Zero(dd);
  for (int k = 0; k < count; ++k) {
    along = hn::MulAdd(LoadAt(unit, k), LoadAt(grad_unit, k), along);
  }
  for (int k = 0; k < count; ++k) {
    const Doubles across = hn::NegMulAdd(along, LoadAt(unit, k), LoadAt(grad_unit, k));
    StoreNarrow(hn::Mul(across, share), grad_v + k * kTile);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_DOUBLES_INL_H
