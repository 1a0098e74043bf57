// Filling a doubly stochastic matrix entry by entry (core/manifold/constraints/transport_fill),
// with a token in each lane. In doubles: what is left of a row or column beside a full entry is
// lost in float32, and bounds that differ would become equal, whose derivative is another one.
#if defined(MHC_KERNELS_TRANSPORT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_TRANSPORT_INL_H
#undef MHC_KERNELS_TRANSPORT_INL_H
#else
#define MHC_KERNELS_TRANSPORT_INL_H
#endif

#include "core/model/kernels/lanes/doubles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

// What is chosen of two bounds, with its derivatives: where they are equal half from each.
struct Choice {
  Doubles value, first, second;
};
HWY_INLINE Choice ChoiceOf(Doubles a, Doubles b, hn::Mask<DoubleTag> is_first) {
  const Doubles one = hn::Set(dd, 1.0);
  const Doubles whole = hn::IfThenElseZero(is_first, one);
  const Doubles first = hn::IfThenElse(hn::Eq(a, b), hn::Set(dd, 0.5), whole);
  return {hn::IfThenElse(is_first, a, b), first, hn::Sub(one, first)};
}
HWY_INLINE Choice SmallerOf(Doubles a, Doubles b) { return ChoiceOf(a, b, hn::Lt(a, b)); }
HWY_INLINE Choice LargerOf(Doubles a, Doubles b) { return ChoiceOf(a, b, hn::Gt(a, b)); }

// The bounds of x_ij, where `behind` is Σ_{j'>j} of what is left of the columns.
struct Interval {
  Choice row_bound;  // max(0, what the row must place here)
  Choice lower;      // max(row_bound, what the column must take here)
  Choice upper;      // min(what is left of the row, of the column)
  Doubles width;
};
HWY_INLINE Interval IntervalOf(Doubles row_left, Doubles column_left, Doubles behind,
                               int rows_behind) {
  Interval interval;
  interval.row_bound = LargerOf(hn::Zero(dd), hn::Sub(row_left, behind));
  const Doubles must = hn::Sub(column_left, hn::Set(dd, static_cast<double>(rows_behind)));
  interval.lower = LargerOf(interval.row_bound.value, must);
  interval.upper = SmallerOf(row_left, column_left);
  const Doubles width = hn::Sub(interval.upper.value, interval.lower.value);
  interval.width = hn::IfThenElse(hn::Lt(width, hn::Zero(dd)), hn::Zero(dd), width);
  return interval;
}

// What the entries x_ij with i, j < n−1 were made from, [(n−1)²] vectors each.
struct FillStates {
  double *open, *shut, *row_left, *column_left, *behind;
};
HWY_INLINE FillStates FillStatesOf(int n, double* scratch) {
  const int floats = (n - 1) * (n - 1) * kDoubleLanes;
  return {scratch, scratch + floats, scratch + 2 * floats, scratch + 3 * floats,
          scratch + 4 * floats};
}

HWY_INLINE Doubles AtLeastZero(Doubles x) {
  return hn::IfThenElse(hn::Lt(x, hn::Zero(dd)), hn::Zero(dd), x);
}

// Fills `res`, for one vector of tokens, from the gates of `states`, whose rest is left behind.
inline HWY_NOINLINE void Fill(int n, const FillStates& states, float* res) {
  HWY_ALIGN double columns[kMostStreams * kDoubleLanes];  // what is left of them
  HWY_ALIGN double behind[kMostStreams * kDoubleLanes];
  const Doubles one = hn::Set(dd, 1.0);
  for (int j = 0; j < n; ++j) StoreAt(one, columns, j);
  for (int i = 0; i + 1 < n; ++i) {
    Doubles row_left = one, sum = hn::Zero(dd);
    for (int j = n - 2; j >= 0; --j) {
      sum = hn::Add(sum, LoadAt(columns, j + 1));
      StoreAt(sum, behind, j);
    }
    for (int j = 0; j + 1 < n; ++j) {
      const int k = i * (n - 1) + j;
      const Doubles column_left = LoadAt(columns, j);
      const Interval interval = IntervalOf(row_left, column_left, LoadAt(behind, j), n - 1 - i);
      const Doubles placed =
          hn::MulAdd(interval.width, LoadAt(states.open, k), interval.lower.value);
      const Doubles most = interval.upper.value;
      const Doubles x = hn::IfThenElse(hn::Lt(most, placed), most, placed);  // a NaN stays one
      StoreAt(row_left, states.row_left, k);
      StoreAt(column_left, states.column_left, k);
      StoreAt(LoadAt(behind, j), states.behind, k);
      StoreNarrow(x, res + (i * n + j) * kTile);
      row_left = hn::Sub(row_left, x);
      StoreAt(hn::Sub(column_left, x), columns, j);
    }
    // Rounding may leave less than nothing.
    const Doubles rest = AtLeastZero(row_left);
    StoreNarrow(rest, res + (i * n + n - 1) * kTile);
    StoreAt(hn::Sub(LoadAt(columns, n - 1), rest), columns, n - 1);
  }
  for (int j = 0; j < n; ++j) {
    StoreNarrow(AtLeastZero(LoadAt(columns, j)), res + ((n - 1) * n + j) * kTile);
  }
}

inline HWY_NOINLINE void MapTransportFill(int n, const float* logits, float* res, double* scratch) {
  const FillStates states = FillStatesOf(n, scratch);
  for (int lane = 0; lane < kTile; lane += kDoubleLanes) {
    MakeGates(logits + lane, (n - 1) * (n - 1), 1.0, states.open, states.shut);
    Fill(n, states, res + lane);
  }
}

// Walks back through the entries of one vector of tokens. What is left of a column has its
// cotangent in `columns`, of the row under way in `grad_row`; rows after it were whole, which
// nothing depends on.
inline HWY_NOINLINE void PullFill(int n, const FillStates& states, const float* grad_res,
                                  float* grad_logits) {
  HWY_ALIGN double columns[kMostStreams * kDoubleLanes];
  for (int j = 0; j < n; ++j) {
    StoreAt(LoadWide(grad_res + ((n - 1) * n + j) * kTile), columns, j);
  }
  for (int i = n - 2; i >= 0; --i) {
    const float* grads = grad_res + i * n * kTile;
    Doubles grad_row = hn::Sub(LoadWide(grads + (n - 1) * kTile), LoadAt(columns, n - 1));
    for (int j = n - 2; j >= 0; --j) {
      const int k = i * (n - 1) + j;
      const Interval interval =
          IntervalOf(LoadAt(states.row_left, k), LoadAt(states.column_left, k),
                     LoadAt(states.behind, k), n - 1 - i);
      const Doubles open = LoadAt(states.open, k), shut = LoadAt(states.shut, k);
      Doubles column = LoadAt(columns, j);
      const Doubles grad_x = hn::Sub(hn::Sub(LoadWide(grads + j * kTile), grad_row), column);
      const Doubles slope = hn::Mul(interval.width, hn::Mul(open, shut));
      StoreNarrow(hn::Mul(grad_x, slope), grad_logits + k * kTile);
      const Doubles grad_upper = hn::Mul(grad_x, open), grad_lower = hn::Mul(grad_x, shut);
      column = hn::MulAdd(grad_upper, interval.upper.second, column);
      column = hn::MulAdd(grad_lower, interval.lower.second, column);
      StoreAt(column, columns, j);
      const Doubles grad_bound =
          hn::Mul(hn::Mul(grad_lower, interval.lower.first), interval.row_bound.second);
      grad_row = hn::Add(hn::MulAdd(grad_upper, interval.upper.first, grad_row), grad_bound);
      for (int later = j + 1; later < n; ++later) {
        StoreAt(hn::Sub(LoadAt(columns, later), grad_bound), columns, later);
      }
    }
  }
}

inline HWY_NOINLINE void PullTransportFill(int n, const float* logits, const float* grad_res,
                                           float* grad_logits, double* scratch) {
  HWY_ALIGN float filled[kMostStreams * kMostStreams * kTile];
  const FillStates states = FillStatesOf(n, scratch);
  for (int lane = 0; lane < kTile; lane += kDoubleLanes) {
    MakeGates(logits + lane, (n - 1) * (n - 1), 1.0, states.open, states.shut);
    Fill(n, states, filled);
    PullFill(n, states, grad_res + lane, grad_logits + lane);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_TRANSPORT_INL_H
