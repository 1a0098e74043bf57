// Sinkhorn-Knopp with a token in each lane (mHC Eq. 9; with epsilon the form of DeepSeek's
// kernels).
#if defined(MHC_KERNELS_SINKHORN_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_SINKHORN_INL_H
#undef MHC_KERNELS_SINKHORN_INL_H
#else
#define MHC_KERNELS_SINKHORN_INL_H
#endif

#include "core/model/kernels/lanes/shares-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

// Entry (i, j) of the matrix whose columns are normalised first: that of the logits, or its
// transpose.
struct Orientation {
  int row, column;
  HWY_INLINE int operator()(int i, int j) const { return i * row + j * column; }
};
HWY_INLINE Orientation Oriented(const Constraint& constraint, int n) {
  return constraint.columns_first ? Orientation{n, 1} : Orientation{1, n};
}

// A matrix of vectors.
template <int N>
struct Entries {
  V at[N][N];
};

// The softmax over each column of the logits, which is the first step; [n·n] vectors row after row
// of the oriented matrix.
inline HWY_NOINLINE void ColumnSoftmax(const float* logits, Orientation at, int n, float* shares) {
  for (int j = 0; j < n; ++j) {
    V largest = hn::Load(d, logits + at(0, j) * kTile), sum = hn::Zero(d);
    for (int i = 1; i < n; ++i) {
      largest = hn::Max(largest, hn::Load(d, logits + at(i, j) * kTile));
    }
    for (int i = 0; i < n; ++i) {
      const V e = ExpOf(hn::Sub(hn::Load(d, logits + at(i, j) * kTile), largest));
      hn::Store(e, d, shares + (i * n + j) * kLanes);
      sum = hn::Add(sum, e);
    }
    const V share = hn::Div(hn::Set(d, 1.0f), sum);
    for (int i = 0; i < n; ++i) {
      float* e = shares + (i * n + j) * kLanes;
      hn::Store(hn::Mul(hn::Load(d, e), share), d, e);
    }
  }
}

// Divides every row, or every column, by its sum plus ε; what they were multiplied by is left in
// `shares`.
template <int N, bool kRows>
HWY_INLINE void Divide(Entries<N>& m, V epsilon, V (&shares)[N]) {
  MHC_UNROLL
  for (int a = 0; a < N; ++a) {
    V sum = epsilon;
    MHC_UNROLL
    for (int b = 0; b < N; ++b) sum = hn::Add(sum, kRows ? m.at[a][b] : m.at[b][a]);
    shares[a] = hn::Div(hn::Set(d, 1.0f), sum);
    MHC_UNROLL
    for (int b = 0; b < N; ++b) {
      V& entry = kRows ? m.at[a][b] : m.at[b][a];
      entry = hn::Mul(entry, shares[a]);
    }
  }
}

// Floats that one step leaves for the way back: what it made, and what it multiplied by.
HWY_INLINE std::int64_t StepFloats(int n) { return std::int64_t{n * n + n} * kLanes; }

template <int N>
HWY_INLINE void KeepStep(const Entries<N>& m, const V (&shares)[N], float*& kept) {
  if (kept == nullptr) return;
  MHC_UNROLL
  for (int i = 0; i < N; ++i) {
    MHC_UNROLL
    for (int j = 0; j < N; ++j) hn::Store(m.at[i][j], d, kept + (i * N + j) * kLanes);
    hn::Store(shares[i], d, kept + (N * N + i) * kLanes);
  }
  kept += StepFloats(N);
}

// The iteration on one vector of tokens, from the softmax of the first step on; `kept`, where the
// states of the later ones go, may be null. At least one iteration.
template <int N>
HWY_INLINE void Iterate(const Constraint& constraint, const float* softmax, Entries<N>& m,
                        float* kept) {
  const V epsilon = hn::Set(d, constraint.epsilon);
  V shares[N];
  MHC_UNROLL
  for (int i = 0; i < N; ++i) {
    MHC_UNROLL
    for (int j = 0; j < N; ++j) {
      m.at[i][j] = hn::Add(hn::Load(d, softmax + (i * N + j) * kLanes), epsilon);
    }
  }
  Divide<N, true>(m, epsilon, shares);
  KeepStep(m, shares, kept);
  for (std::int64_t k = 1; k < constraint.iterations; ++k) {
    Divide<N, false>(m, epsilon, shares);
    KeepStep(m, shares, kept);
    Divide<N, true>(m, epsilon, shares);
    KeepStep(m, shares, kept);
  }
}

// logits [N·N][kTile] -> res [N·N][kTile].
template <int N>
inline HWY_NOINLINE void MapSinkhorn(const Constraint& constraint, const float* logits, float* res,
                                     float* scratch) {
  const Orientation at = Oriented(constraint, N);
  for (int lane = 0; lane < kTile; lane += kLanes) {
    Entries<N> m;
    ColumnSoftmax(logits + lane, at, N, scratch);
    Iterate(constraint, scratch, m, nullptr);
    MHC_UNROLL
    for (int i = 0; i < N; ++i) {
      MHC_UNROLL
      for (int j = 0; j < N; ++j) hn::Store(m.at[i][j], d, res + at(i, j) * kTile + lane);
    }
  }
}

// The step y = x · s, s = 1 / (Σx + ε), walked back over rows or columns: g = (g − Σ g∘y) s. Of
// shares near 0 and 1 that difference is lost in the rounding of g itself; taken from g at the
// largest share, g_p, it is (g − g_p) − Σ (g − g_p)∘y + g_p (1 − Σy), where 1 − Σy = ε s.
template <int N, bool kRows>
HWY_INLINE void WalkBackStep(const float* kept, V epsilon, Entries<N>& g) {
  MHC_UNROLL
  for (int a = 0; a < N; ++a) {
    V y[N];
    MHC_UNROLL
    for (int b = 0; b < N; ++b) {
      const int i = kRows ? a : b, j = kRows ? b : a;
      y[b] = hn::Load(d, kept + (i * N + j) * kLanes);
    }
    Pivot pivot{y[0], kRows ? g.at[a][0] : g.at[0][a]};
    MHC_UNROLL
    for (int b = 1; b < N; ++b) pivot.Meet(y[b], kRows ? g.at[a][b] : g.at[b][a]);
    const V share = hn::Load(d, kept + (N * N + a) * kLanes);
    V mean = hn::Neg(hn::Mul(pivot.grad, hn::Mul(epsilon, share)));
    MHC_UNROLL
    for (int b = 0; b < N; ++b) {
      V& entry = kRows ? g.at[a][b] : g.at[b][a];
      entry = hn::Sub(entry, pivot.grad);
      mean = hn::MulAdd(entry, y[b], mean);
    }
    MHC_UNROLL
    for (int b = 0; b < N; ++b) {
      V& entry = kRows ? g.at[a][b] : g.at[b][a];
      entry = hn::Mul(hn::Sub(entry, mean), share);
    }
  }
}

// The cotangent of the logits for that of H, both [N·N][kTile]. `scratch` holds the states of one
// vector of tokens.
template <int N>
inline HWY_NOINLINE void PullSinkhorn(const Constraint& constraint, const float* logits,
                                      const float* grad_res, float* grad_logits, float* scratch) {
  const Orientation at = Oriented(constraint, N);
  for (int lane = 0; lane < kTile; lane += kLanes) {
    Entries<N> m;
    float *softmax = scratch, *states = scratch + N * N * kLanes;
    ColumnSoftmax(logits + lane, at, N, softmax);
    Iterate(constraint, softmax, m, states);
    MHC_UNROLL
    for (int i = 0; i < N; ++i) {
      MHC_UNROLL
      for (int j = 0; j < N; ++j) m.at[i][j] = hn::Load(d, grad_res + at(i, j) * kTile + lane);
    }
    const V epsilon = hn::Set(d, constraint.epsilon);
    const float* kept = states + (2 * constraint.iterations - 2) * StepFloats(N);
    WalkBackStep<N, true>(kept, epsilon, m);
    for (std::int64_t k = 1; k < constraint.iterations; ++k) {
      kept -= StepFloats(N);
      WalkBackStep<N, false>(kept, epsilon, m);
      kept -= StepFloats(N);
      WalkBackStep<N, true>(kept, epsilon, m);
    }
    // The softmax of the first step: g = y ∘ (g − Σ g∘y), over columns, likewise from a pivot.
    MHC_UNROLL
    for (int j = 0; j < N; ++j) {
      V y[N];
      MHC_UNROLL
      for (int i = 0; i < N; ++i) y[i] = hn::Load(d, softmax + (i * N + j) * kLanes);
      Pivot pivot{y[0], m.at[0][j]};
      MHC_UNROLL
      for (int i = 1; i < N; ++i) pivot.Meet(y[i], m.at[i][j]);
      V mean = hn::Zero(d);
      MHC_UNROLL
      for (int i = 0; i < N; ++i) {
        m.at[i][j] = hn::Sub(m.at[i][j], pivot.grad);
        mean = hn::MulAdd(m.at[i][j], y[i], mean);
      }
      MHC_UNROLL
      for (int i = 0; i < N; ++i) {
        const V grad = hn::Mul(y[i], hn::Sub(m.at[i][j], mean));
        hn::Store(grad, d, grad_logits + at(i, j) * kTile + lane);
      }
    }
  }
}

// Up to here no iterate of Sinkhorn has an entry below the smallest ordinary float32.
constexpr float kLargestSinkhornSpread = 41.0f;

// True of a token whose iterates float32 does not reach. A NaN is left to the lanes, which keep it.
HWY_INLINE bool IsBeyondSinkhorn(const Constraint& constraint, int n, const float* first) {
  if (constraint.iterations == 0) return true;
  float low = *first, high = *first;
  for (int k = 1; k < n * n; ++k) {
    low = first[k * kTile] < low ? first[k * kTile] : low;
    high = first[k * kTile] > high ? first[k * kTile] : high;
  }
  return high - low > kLargestSinkhornSpread;
}

// The states of Sinkhorn are those of at least one iteration.
HWY_INLINE bool HasNoIteration(const Constraint& constraint) {
  const bool iterates =
      constraint.family == Family::kSinkhorn || constraint.family == Family::kIdentityMix;
  return iterates && constraint.iterations == 0;
}

// The Sinkhorn of n streams, and back.
inline HWY_NOINLINE void MapSinkhornOf(const Constraint& constraint, int n, const float* logits,
                                       float* res, float* scratch) {
  MHC_OF_STREAMS(n, MapSinkhorn, constraint, logits, res, scratch);
}
inline HWY_NOINLINE void PullSinkhornOf(const Constraint& constraint, int n, const float* logits,
                                        const float* grad_res, float* grad_logits, float* scratch) {
  MHC_OF_STREAMS(n, PullSinkhorn, constraint, logits, grad_res, grad_logits, scratch);
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_SINKHORN_INL_H
