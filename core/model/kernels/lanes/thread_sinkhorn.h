// Sinkhorn-Knopp by a thread (mHC Eq. 9; with epsilon the form of DeepSeek's kernels). An iterate
// is r_i x_ij c_j with x the softmax of the first step, so that of a step no more is kept for the
// way back than its r or c; what float32 does not reach of it is done in double precision, on
// logarithms.
#pragma once

#include "core/model/kernels/lanes/shares-inl.h"

namespace mhc::kernels::on_a_thread {

// Up to here neither r nor c leaves float32.
constexpr float kLargestThreadSpread = 41.0f;

// Entry (i, j) of the matrix whose columns are normalised first: that of the logits, or its
// transpose.
struct Orientation {
  int row, column;
  __device__ __forceinline__ int operator()(int i, int j) const { return i * row + j * column; }
};
__device__ __forceinline__ Orientation Oriented(const Constraint& constraint, int n) {
  return constraint.columns_first ? Orientation{n, 1} : Orientation{1, n};
}

template <int N>
struct Scaled {
  float x[N][N], r[N], c[N];
};

// The softmax over each column of the logits.
template <int N>
__device__ __forceinline__ void ColumnSoftmax(const float* logits, Orientation at,
                                              float (&x)[N][N]) {
#pragma unroll
  for (int j = 0; j < N; ++j) {
    float largest = logits[at(0, j)], sum = 0.0f;
#pragma unroll
    for (int i = 1; i < N; ++i) {
      const float z = logits[at(i, j)];
      largest = z > largest ? z : largest;
    }
#pragma unroll
    for (int i = 0; i < N; ++i) {
      x[i][j] = expf(logits[at(i, j)] - largest);
      sum += x[i][j];
    }
    const float share = 1.0f / sum;
#pragma unroll
    for (int i = 0; i < N; ++i) x[i][j] *= share;
  }
}

template <int N>
__device__ __forceinline__ void DivideRows(Scaled<N>& m, float epsilon) {
#pragma unroll
  for (int i = 0; i < N; ++i) {
    float sum = 0.0f;
#pragma unroll
    for (int j = 0; j < N; ++j) sum = fmaf(m.x[i][j], m.c[j], sum);
    m.r[i] = epsilon > 0.0f ? m.r[i] / fmaf(m.r[i], sum, epsilon) : 1.0f / sum;
  }
}
template <int N>
__device__ __forceinline__ void DivideColumns(Scaled<N>& m, float epsilon) {
#pragma unroll
  for (int j = 0; j < N; ++j) {
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < N; ++i) sum = fmaf(m.x[i][j], m.r[i], sum);
    m.c[j] = epsilon > 0.0f ? m.c[j] / fmaf(m.c[j], sum, epsilon) : 1.0f / sum;
  }
}

template <int N>
__device__ __forceinline__ void Keep(const float (&scales)[N], float*& kept) {
  if (kept == nullptr) return;
#pragma unroll
  for (int i = 0; i < N; ++i) kept[i] = scales[i];
  kept += N;
}

// From the softmax on; `kept`, where r, c, r, … of the steps go, may be null. At least one
// iteration.
template <int N>
__device__ __forceinline__ void Iterate(const Constraint& constraint, Scaled<N>& m, float* kept) {
#pragma unroll
  for (int i = 0; i < N; ++i) {
    m.r[i] = m.c[i] = 1.0f;
#pragma unroll
    for (int j = 0; j < N; ++j) m.x[i][j] += constraint.epsilon;
  }
  DivideRows(m, constraint.epsilon);
  Keep(m.r, kept);
  for (std::int64_t k = 1; k < constraint.iterations; ++k) {
    DivideColumns(m, constraint.epsilon);
    Keep(m.c, kept);
    DivideRows(m, constraint.epsilon);
    Keep(m.r, kept);
  }
}

// The step y = x · s, s = 1 / (Σx + ε), walked back over rows or columns as lanes do it
// (sinkhorn-inl.h): with the cotangents taken from that at the largest share.
template <int N, bool kRows>
__device__ __forceinline__ void WalkBackStep(const Scaled<N>& m, const float (&before)[N],
                                             float epsilon, float (&g)[N][N]) {
#pragma unroll
  for (int a = 0; a < N; ++a) {
    float y[N];
#pragma unroll
    for (int b = 0; b < N; ++b) {
      y[b] = kRows ? m.r[a] * m.x[a][b] * m.c[b] : m.r[b] * m.x[b][a] * m.c[a];
    }
    Pivot pivot{y[0], kRows ? g[a][0] : g[0][a]};
#pragma unroll
    for (int b = 1; b < N; ++b) pivot.Meet(y[b], kRows ? g[a][b] : g[b][a]);
    const float share = (kRows ? m.r[a] : m.c[a]) / before[a];
    float mean = -pivot.grad * (epsilon * share);
#pragma unroll
    for (int b = 0; b < N; ++b) {
      float& entry = kRows ? g[a][b] : g[b][a];
      entry -= pivot.grad;
      mean = fmaf(entry, y[b], mean);
    }
#pragma unroll
    for (int b = 0; b < N; ++b) {
      float& entry = kRows ? g[a][b] : g[b][a];
      entry = (entry - mean) * share;
    }
  }
}

// Of the softmax of each column: g = y ∘ (g − Σ g∘y), likewise.
template <int N>
__device__ __forceinline__ void PullColumnSoftmax(const float (&x)[N][N], Orientation at,
                                                  float (&g)[N][N], float* grad_logits) {
#pragma unroll
  for (int j = 0; j < N; ++j) {
    Pivot pivot{x[0][j], g[0][j]};
#pragma unroll
    for (int i = 1; i < N; ++i) pivot.Meet(x[i][j], g[i][j]);
    float mean = 0.0f;
#pragma unroll
    for (int i = 0; i < N; ++i) {
      g[i][j] -= pivot.grad;
      mean = fmaf(g[i][j], x[i][j], mean);
    }
#pragma unroll
    for (int i = 0; i < N; ++i) grad_logits[at(i, j)] = x[i][j] * (g[i][j] - mean);
  }
}

template <int N>
__device__ __noinline__ void MapSinkhorn(const Constraint& constraint, const float* logits,
                                         float* res) {
  const Orientation at = Oriented(constraint, N);
  Scaled<N> m;
  ColumnSoftmax(logits, at, m.x);
  Iterate(constraint, m, nullptr);
#pragma unroll
  for (int i = 0; i < N; ++i) {
#pragma unroll
    for (int j = 0; j < N; ++j) res[at(i, j)] = m.r[i] * m.x[i][j] * m.c[j];
  }
}

template <int N>
__device__ __noinline__ void PullSinkhorn(const Constraint& constraint, const float* logits,
                                          const float* grad_res, float* grad_logits,
                                          float* states) {
  const Orientation at = Oriented(constraint, N);
  Scaled<N> m;
  float g[N][N], before[N];
  ColumnSoftmax(logits, at, m.x);
  Iterate(constraint, m, states);
#pragma unroll
  for (int i = 0; i < N; ++i) {
#pragma unroll
    for (int j = 0; j < N; ++j) g[i][j] = grad_res[at(i, j)];
  }
  // r and c of a step are those of two steps before, times its shares.
  const float* kept = states + (2 * constraint.iterations - 2) * N;
  for (std::int64_t k = constraint.iterations; k > 1; --k) {
#pragma unroll
    for (int i = 0; i < N; ++i) before[i] = kept[i - 2 * N];
    WalkBackStep<N, true>(m, before, constraint.epsilon, g);
#pragma unroll
    for (int i = 0; i < N; ++i) {
      m.r[i] = before[i];
      before[i] = k > 2 ? kept[i - 3 * N] : 1.0f;
    }
    WalkBackStep<N, false>(m, before, constraint.epsilon, g);
#pragma unroll
    for (int i = 0; i < N; ++i) m.c[i] = before[i];
    kept -= 2 * N;
  }
#pragma unroll
  for (int i = 0; i < N; ++i) before[i] = 1.0f;
  WalkBackStep<N, true>(m, before, constraint.epsilon, g);
  if (constraint.epsilon > 0.0f) ColumnSoftmax(logits, at, m.x);  // without it
  PullColumnSoftmax(m.x, at, g, grad_logits);
}

// ---- In double precision, on logarithms: y_ij = exp(x_ij + r_i + c_j).

struct Logarithms {
  double *x, *g;  // [n·n] of the oriented matrix
  double* kept;   // [n] a step
  double r[kMostStreams], c[kMostStreams];
  int n;
  double epsilon;

  __device__ double At(int i, int j) const { return x[i * n + j] + r[i] + c[j]; }

  // log of what all are divided by: of row i, or of column j.
  __device__ double LogSum(int which, bool rows) const {
    double largest = epsilon > 0.0 ? log(epsilon) : -INFINITY;
    for (int k = 0; k < n; ++k) {
      largest = fmax(largest, rows ? At(which, k) : At(k, which));
    }
    double sum = epsilon > 0.0 ? exp(log(epsilon) - largest) : 0.0;
    for (int k = 0; k < n; ++k) sum += exp((rows ? At(which, k) : At(k, which)) - largest);
    return largest + log(sum);
  }
  __device__ void Step(bool rows, std::int64_t step) {
    for (int k = 0; k < n; ++k) {
      const double sum = LogSum(k, rows);
      (rows ? r : c)[k] -= sum;
    }
    for (int k = 0; k < n && kept != nullptr; ++k) kept[step * n + k] = (rows ? r : c)[k];
  }
  // With G the cotangent of log y: that of log x is G − y ΣG.
  __device__ void StepBack(bool rows) {
    for (int a = 0; a < n; ++a) {
      double sum = 0.0;
      for (int b = 0; b < n; ++b) sum += rows ? g[a * n + b] : g[b * n + a];
      for (int b = 0; b < n; ++b) {
        const int i = rows ? a : b, j = rows ? b : a;
        g[i * n + j] -= exp(At(i, j)) * sum;
      }
    }
  }
};

// log of the softmax of each column.
__device__ inline void LogColumnSoftmax(const float* logits, Orientation at, int n, double* x) {
  for (int j = 0; j < n; ++j) {
    double largest = logits[at(0, j)], sum = 0.0;
    for (int i = 1; i < n; ++i) largest = fmax(largest, static_cast<double>(logits[at(i, j)]));
    for (int i = 0; i < n; ++i) sum += exp(logits[at(i, j)] - largest);
    for (int i = 0; i < n; ++i) x[i * n + j] = logits[at(i, j)] - largest - log(sum);
  }
}

__device__ inline void IterateLogarithms(const Constraint& constraint, Orientation at,
                                         const float* logits, Logarithms& m) {
  LogColumnSoftmax(logits, at, m.n, m.x);
  for (int k = 0; k < m.n * m.n && m.epsilon > 0.0; ++k) m.x[k] = log(exp(m.x[k]) + m.epsilon);
  for (int k = 0; k < m.n; ++k) m.r[k] = m.c[k] = 0.0;
  m.Step(true, 0);
  for (std::int64_t k = 1; k < constraint.iterations; ++k) {
    m.Step(false, 2 * k - 1);
    m.Step(true, 2 * k);
  }
}

// Scratch of doubles: x, g, then what is kept. No place, no more streams than it has room for.
__device__ inline Logarithms LogarithmsOf(const Constraint& constraint, int n, float* scratch) {
  Logarithms m;
  auto* const doubles =
      reinterpret_cast<double*>((reinterpret_cast<std::uintptr_t>(scratch) + 7) / 8 * 8);
  m.x = doubles;
  m.g = doubles + n * n;
  m.kept = doubles + 2 * n * n;
  m.n = n;
  m.epsilon = constraint.epsilon;
  return m;
}

__device__ __noinline__ inline void MapLogarithms(const Constraint& constraint, int n,
                                                  const float* logits, float* res, float* scratch) {
  const Orientation at = Oriented(constraint, n);
  Logarithms m = LogarithmsOf(constraint, n, scratch);
  m.kept = nullptr;
  IterateLogarithms(constraint, at, logits, m);
  for (int k = 0; k < n * n; ++k) {
    res[at(k / n, k % n)] = static_cast<float>(exp(m.At(k / n, k % n)));
  }
}

__device__ __noinline__ inline void PullLogarithms(const Constraint& constraint, int n,
                                                   const float* logits, const float* grad_res,
                                                   float* grad_logits, float* scratch) {
  const Orientation at = Oriented(constraint, n);
  Logarithms m = LogarithmsOf(constraint, n, scratch);
  IterateLogarithms(constraint, at, logits, m);
  for (int k = 0; k < n * n; ++k) {
    m.g[k] = grad_res[at(k / n, k % n)] * exp(m.At(k / n, k % n));
  }
  for (std::int64_t k = constraint.iterations; k > 1; --k) {
    m.StepBack(true);
    for (int i = 0; i < n; ++i) m.r[i] = m.kept[(2 * k - 4) * n + i];
    m.StepBack(false);
    for (int j = 0; j < n; ++j) m.c[j] = k > 2 ? m.kept[(2 * k - 5) * n + j] : 0.0;
  }
  m.StepBack(true);
  LogColumnSoftmax(logits, at, n, m.x);
  for (int j = 0; j < n; ++j) {
    double sum = 0.0;
    for (int i = 0; i < n; ++i) {
      const double share = exp(m.x[i * n + j]);
      if (m.epsilon > 0.0) m.g[i * n + j] *= share / (share + m.epsilon);
      sum += m.g[i * n + j];
    }
    for (int i = 0; i < n; ++i) {
      grad_logits[at(i, j)] = static_cast<float>(m.g[i * n + j] - exp(m.x[i * n + j]) * sum);
    }
  }
}

// ----

// A NaN is left to float32, which keeps it.
__device__ __forceinline__ bool IsBeyondFloat(const float* logits, int count) {
  float low = logits[0], high = logits[0];
  for (int k = 1; k < count; ++k) {
    low = logits[k] < low ? logits[k] : low;
    high = logits[k] > high ? logits[k] : high;
  }
  return high - low > kLargestThreadSpread;
}

__device__ inline void MapSinkhornOf(const Constraint& constraint, int n, const float* logits,
                                     float* res, float* scratch) {
  if (constraint.iterations == 0) {
    for (int k = 0; k < n * n; ++k) res[k] = static_cast<float>(exp(double{logits[k]}));
  } else if (IsBeyondFloat(logits, n * n)) {
    MapLogarithms(constraint, n, logits, res, scratch);
  } else {
    MHC_OF_STREAMS(n, MapSinkhorn, constraint, logits, res)
  }
}
__device__ inline void PullSinkhornOf(const Constraint& constraint, int n, const float* logits,
                                      const float* grad_res, float* grad_logits, float* scratch) {
  if (constraint.iterations == 0) {
    for (int k = 0; k < n * n; ++k) {
      grad_logits[k] = static_cast<float>(grad_res[k] * exp(double{logits[k]}));
    }
  } else if (IsBeyondFloat(logits, n * n)) {
    PullLogarithms(constraint, n, logits, grad_res, grad_logits, scratch);
  } else {
    MHC_OF_STREAMS(n, PullSinkhorn, constraint, logits, grad_res, grad_logits, scratch)
  }
}
// As many iterations as there are.
__device__ __forceinline__ bool HasNoIteration(const Constraint&) { return false; }

}  // namespace mhc::kernels::on_a_thread
