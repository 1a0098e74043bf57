// Maps that set or bound singular values, with a token in each lane.
#if defined(MHC_KERNELS_SPECTRA_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_SPECTRA_INL_H
#undef MHC_KERNELS_SPECTRA_INL_H
#else
#define MHC_KERNELS_SPECTRA_INL_H
#endif

#include <cmath>

#include "core/model/kernels/lanes/rotations-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

// The basis B of the differences between n streams (core/manifold/helmert_basis.h): column c has
// c + 1 entries h_c, then −(c + 1) h_c. So that products with it are sums.
class HelmertColumns {
 public:
  HWY_INLINE explicit HelmertColumns(int n) : n_(n) {
    for (int c = 0; c + 1 < n; ++c) share_[c] = 1.0 / std::sqrt((c + 1.0) * (c + 2.0));
  }
  // y = B x of n − 1 vectors that lie `stride` apart, and x = Bᵀ y of n. Both may be in place.
  HWY_INLINE void Spread(const double* x, double* y, int stride) const {
    Doubles sum = hn::Zero(dd);
    for (int r = n_ - 1; r >= 0; --r) {
      if (r + 1 < n_) sum = hn::MulAdd(Share(r), LoadAt(x, r * stride), sum);
      Doubles value = sum;
      if (r > 0) {
        const Doubles factor = hn::Mul(hn::Set(dd, static_cast<double>(r)), Share(r - 1));
        value = hn::NegMulAdd(factor, LoadAt(x, (r - 1) * stride), value);
      }
      StoreAt(value, y, r * stride);
    }
  }
  HWY_INLINE void Collect(const double* y, double* x, int stride) const {
    Doubles sum = hn::Zero(dd);
    for (int c = 0; c + 1 < n_; ++c) {
      sum = hn::Add(sum, LoadAt(y, c * stride));
      const Doubles next = LoadAt(y, (c + 1) * stride);
      const Doubles value = hn::NegMulAdd(hn::Set(dd, c + 1.0), next, sum);
      StoreAt(hn::Mul(Share(c), value), x, c * stride);
    }
  }

 private:
  HWY_INLINE Doubles Share(int c) const { return hn::Set(dd, share_[c]); }
  int n_;
  double share_[kMostStreams];
};

// H = 1/n + B U diag(tanh s) Vᵀ Bᵀ of the logits: angles of U, s, angles of V. With m = n − 1:
struct SphereParts {
  HWY_INLINE SphereParts(int n, double* scratch)
      : m(n - 1), entries(m * m * kDoubleLanes), s(AngleCount(m) * kTile), right(s + m * kTile) {
    double** const squares[] = {&u_inverse, &v_inverse, &u, &v, &products, &grad, &scaled};
    for (double** square : squares) {
      *square = scratch;
      scratch += entries;
    }
    between = scratch;
  }
  int m, entries, s, right;  // where s and the angles of V begin
  double *u_inverse, *v_inverse, *u, *v, *products, *grad, *scaled;  // m×m
  double* between;                                                   // n×m
  HWY_ALIGN double open[kMostStreams * kDoubleLanes], shut[kMostStreams * kDoubleLanes];
  HWY_ALIGN double sigmas[kMostStreams * kDoubleLanes];
};

// Of one vector of tokens. tanh s = σ(2s) − σ(−2s).
inline HWY_NOINLINE void MakeSphereParts(const float* logits, SphereParts& all) {
  const int m = all.m;
  MakeInverse(m, logits, all.u_inverse);
  MakeInverse(m, logits + all.right, all.v_inverse);
  for (int k = 0; k < m * m; ++k) {
    StoreAt(RotationAt(all.u_inverse, m, k / m, k % m), all.u, k);
    StoreAt(RotationAt(all.v_inverse, m, k / m, k % m), all.v, k);
  }
  MakeGates(logits + all.s, m, 2.0, all.open, all.shut);
  for (int k = 0; k < m; ++k) {
    StoreAt(hn::Sub(LoadAt(all.open, k), LoadAt(all.shut, k)), all.sigmas, k);
  }
}

// Each column times its σ; both may be the same.
inline HWY_NOINLINE void ScaleColumns(int m, const double* sigmas, const double* matrix,
                                      double* scaled) {
  for (int k = 0; k < m * m; ++k) {
    StoreAt(hn::Mul(LoadAt(matrix, k), LoadAt(sigmas, k % m)), scaled, k);
  }
}

inline HWY_NOINLINE void MapSpectralSphere(int n, const float* logits, float* res,
                                           double* scratch) {
  HWY_ALIGN double row[kMostStreams * kDoubleLanes];
  const HelmertColumns basis(n);
  SphereParts all(n, scratch);
  const Doubles mean = hn::Set(dd, 1.0 / n);
  for (int lane = 0; lane < kTile; lane += kDoubleLanes) {
    MakeSphereParts(logits + lane, all);
    ScaleColumns(all.m, all.sigmas, all.u, all.scaled);
    Multiply(all.m, AsIs(all.scaled, all.m), Transposed(all.v, all.m), all.products);
    for (int j = 0; j < all.m; ++j) {
      basis.Spread(all.products + j * kDoubleLanes, all.between + j * kDoubleLanes, all.m);
    }
    for (int i = 0; i < n; ++i) {
      basis.Spread(all.between + i * all.m * kDoubleLanes, row, 1);
      for (int j = 0; j < n; ++j) {
        StoreNarrow(hn::Add(LoadAt(row, j), mean), res + (i * n + j) * kTile + lane);
      }
    }
  }
}

// Bᵀ G B, the cotangent of U diag(σ) Vᵀ.
inline HWY_NOINLINE void PullBasis(int n, const HelmertColumns& basis, const float* grad_res,
                                   SphereParts& all) {
  HWY_ALIGN double row[kMostStreams * kDoubleLanes];
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) StoreAt(LoadWide(grad_res + (i * n + j) * kTile), row, j);
    basis.Collect(row, all.between + i * all.m * kDoubleLanes, 1);
  }
  for (int j = 0; j < all.m; ++j) {
    basis.Collect(all.between + j * kDoubleLanes, all.grad + j * kDoubleLanes, all.m);
  }
}

inline HWY_NOINLINE void PullSpectralSphere(int n, const float* logits, const float* grad_res,
                                            float* grad_logits, double* scratch) {
  const HelmertColumns basis(n);
  SphereParts all(n, scratch);
  const int m = all.m;
  for (int lane = 0; lane < kTile; lane += kDoubleLanes) {
    MakeSphereParts(logits + lane, all);
    PullBasis(n, basis, grad_res + lane, all);
    Multiply(m, AsIs(all.grad, m), AsIs(all.v, m), all.scaled);
    for (int k = 0; k < m; ++k) {
      Doubles sum = hn::Zero(dd);  // of Uᵀ G V at (k, k)
      for (int i = 0; i < m; ++i) {
        sum = hn::MulAdd(LoadAt(all.u, i * m + k), LoadAt(all.scaled, i * m + k), sum);
      }
      // 1/cosh² = 4 σ(2s) σ(−2s), without the cancellation of 1 − tanh².
      const Doubles slope = hn::Mul(LoadAt(all.open, k), LoadAt(all.shut, k));
      StoreNarrow(hn::Mul(hn::Set(dd, 4.0), hn::Mul(slope, sum)),
                  grad_logits + all.s + k * kTile + lane);
    }
    ScaleColumns(m, all.sigmas, all.scaled, all.scaled);
    PullRotation(m, all.u_inverse, all.scaled, all.products, grad_logits + lane);
    Multiply(m, Transposed(all.grad, m), AsIs(all.u, m), all.scaled);
    ScaleColumns(m, all.sigmas, all.scaled, all.scaled);
    PullRotation(m, all.v_inverse, all.scaled, all.products, grad_logits + all.right + lane);
  }
}

// Two columns, or rows, of n vectors turned: (a, b) -> (c a − s b, s a + c b).
struct Turn {
  Doubles c, s;
  HWY_INLINE void operator()(double* a, double* b, int stride, int n) const {
    for (int k = 0; k < n; ++k) {
      const Doubles x = LoadAt(a, k * stride), y = LoadAt(b, k * stride);
      StoreAt(hn::MulSub(c, x, hn::Mul(s, y)), a, k * stride);
      StoreAt(hn::MulAdd(s, x, hn::Mul(c, y)), b, k * stride);
    }
  }
};

// The turn of at most an eighth of a circle that makes entry (p, q) of a symmetric matrix 0.
HWY_INLINE Turn TurnOf(Doubles pp, Doubles qq, Doubles pq) {
  const Doubles zero = hn::Zero(dd), one = hn::Set(dd, 1.0);
  const Doubles difference = hn::Sub(qq, pp), twice = hn::Add(pq, pq);
  const Doubles root = hn::Sqrt(hn::MulAdd(difference, difference, hn::Mul(twice, twice)));
  const Doubles over = hn::Add(hn::Abs(difference), root);
  const Doubles up = hn::IfThenElse(hn::Lt(difference, zero), hn::Neg(twice), twice);
  const Doubles t = hn::IfThenZeroElse(hn::Eq(over, zero), hn::Div(up, over));
  const Doubles c = hn::Div(one, hn::Sqrt(hn::MulAdd(t, t, one)));
  return {c, hn::Mul(t, c)};
}

// A sweep of Jacobi's turns over a symmetric matrix, and over the columns of `vectors`. True where
// nothing beside the diagonal was left that a double tells from 0.
inline HWY_NOINLINE bool Sweep(int n, double* matrix, double* vectors) {
  Doubles trace = hn::Zero(dd), largest = hn::Zero(dd);
  for (int i = 0; i < n; ++i) trace = hn::Add(trace, LoadAt(matrix, i * n + i));
  for (int p = 0; p < n; ++p) {
    for (int q = p + 1; q < n; ++q) {
      const Doubles entry = LoadAt(matrix, p * n + q);
      largest = hn::Max(largest, hn::Abs(entry));
      const Turn turn = TurnOf(LoadAt(matrix, p * n + p), LoadAt(matrix, q * n + q), entry);
      turn(matrix + p * kDoubleLanes, matrix + q * kDoubleLanes, n, n);
      turn(matrix + p * n * kDoubleLanes, matrix + q * n * kDoubleLanes, 1, n);
      StoreAt(hn::Zero(dd), matrix, p * n + q);
      StoreAt(hn::Zero(dd), matrix, q * n + p);
      turn(vectors + p * kDoubleLanes, vectors + q * kDoubleLanes, n, n);
    }
  }
  return hn::AllTrue(dd, hn::Le(largest, hn::Mul(hn::Set(dd, 1e-16), trace)));
}

// σ₁ with its directions.
struct Leading {
  Doubles sigma;
  HWY_ALIGN double left[kMostStreams * kDoubleLanes], right[kMostStreams * kDoubleLanes];
};

// The eigenvector of ZᵀZ at its largest eigenvalue, v, and σ₁ u = Z v. `scratch`: 2n² vectors.
inline HWY_NOINLINE void MakeLeading(int n, const double* z, double* scratch, Leading& leading) {
  constexpr int kMostSweeps = 16;  // of matrices of numbers 7 or 8 are enough
  double *gram = scratch, *vectors = scratch + n * n * kDoubleLanes;
  Multiply(n, Transposed(z, n), AsIs(z, n), gram);
  for (int k = 0; k < n * n; ++k) {
    StoreAt(hn::Set(dd, k % (n + 1) == 0 ? 1.0 : 0.0), vectors, k);
  }
  for (int sweep = 0; sweep < kMostSweeps && !Sweep(n, gram, vectors);) ++sweep;
  Doubles largest = LoadAt(gram, 0);
  for (int i = 0; i < n; ++i) StoreAt(LoadAt(vectors, i * n), leading.right, i);
  for (int k = 1; k < n; ++k) {
    const Doubles value = LoadAt(gram, k * n + k);
    const auto is_larger = hn::Gt(value, largest);
    largest = hn::IfThenElse(is_larger, value, largest);
    for (int i = 0; i < n; ++i) {
      const Doubles entry = LoadAt(vectors, i * n + k), kept = LoadAt(leading.right, i);
      StoreAt(hn::IfThenElse(is_larger, entry, kept), leading.right, i);
    }
  }
  Doubles square = hn::Zero(dd);
  for (int i = 0; i < n; ++i) {
    Doubles sum = hn::Zero(dd);
    for (int j = 0; j < n; ++j) {
      sum = hn::MulAdd(LoadAt(z, i * n + j), LoadAt(leading.right, j), sum);
    }
    StoreAt(sum, leading.left, i);
    square = hn::MulAdd(sum, sum, square);
  }
  leading.sigma = hn::Sqrt(square);
  for (int i = 0; i < n; ++i) {
    StoreAt(hn::Div(LoadAt(leading.left, i), leading.sigma), leading.left, i);
  }
}

// H = Z / max(1, σ₁). A NaN of σ₁ is one of all of H.
inline HWY_NOINLINE void MapSpectralClip(int n, const float* logits, float* res, double* z) {
  Leading leading;
  for (int lane = 0; lane < kTile; lane += kDoubleLanes) {
    for (int k = 0; k < n * n; ++k) StoreAt(LoadWide(logits + k * kTile + lane), z, k);
    MakeLeading(n, z, z + n * n * kDoubleLanes, leading);
    const auto is_free = hn::Le(leading.sigma, hn::Set(dd, 1.0));
    for (int k = 0; k < n * n; ++k) {
      const Doubles entry = LoadAt(z, k);
      const Doubles clipped = hn::Div(entry, leading.sigma);
      StoreNarrow(hn::IfThenElse(is_free, entry, clipped), res + k * kTile + lane);
    }
  }
}
// Of Z/σ₁, with dσ₁ = uᵀ dZ v: (G − ⟨G, H⟩ u vᵀ) / σ₁.
inline HWY_NOINLINE void PullSpectralClip(int n, const float* logits, const float* grad_res,
                                          float* grad_logits, double* z) {
  Leading leading;
  for (int lane = 0; lane < kTile; lane += kDoubleLanes) {
    for (int k = 0; k < n * n; ++k) StoreAt(LoadWide(logits + k * kTile + lane), z, k);
    MakeLeading(n, z, z + n * n * kDoubleLanes, leading);
    const auto is_free = hn::Le(leading.sigma, hn::Set(dd, 1.0));
    Doubles along = hn::Zero(dd);
    for (int k = 0; k < n * n; ++k) {
      along = hn::MulAdd(LoadWide(grad_res + k * kTile + lane), LoadAt(z, k), along);
    }
    along = hn::Div(along, leading.sigma);
    for (int k = 0; k < n * n; ++k) {
      const Doubles g = LoadWide(grad_res + k * kTile + lane);
      const Doubles outer = hn::Mul(LoadAt(leading.left, k / n), LoadAt(leading.right, k % n));
      const Doubles clipped = hn::Div(hn::NegMulAdd(along, outer, g), leading.sigma);
      StoreNarrow(hn::IfThenElse(is_free, g, clipped), grad_logits + k * kTile + lane);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_SPECTRA_INL_H
