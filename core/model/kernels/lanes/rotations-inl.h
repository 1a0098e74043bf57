// Maps made of rotations, with a token in each lane: the Cayley transform, its block energies, its
// mixture with a reflection, and two quaternions.
#if defined(MHC_KERNELS_ROTATIONS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_ROTATIONS_INL_H
#undef MHC_KERNELS_ROTATIONS_INL_H
#else
#define MHC_KERNELS_ROTATIONS_INL_H
#endif

#include "core/model/kernels/lanes/doubles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

// Up to here elimination without pivots, whose entries grow as the square of the angles, leaves
// ten digits of (I + A)⁻¹.
constexpr float kLargestAngle = 1024.0f;

HWY_INLINE int AngleCount(int n) { return n * (n - 1) / 2; }

// W = (I + A)⁻¹ with A_ij the angles for i < j and A_ji = −A_ij. The rotation is 2W − I.
inline HWY_NOINLINE void MakeInverse(int n, const float* angles, double* inverse) {
  for (int i = 0; i < n; ++i) {
    StoreAt(hn::Set(dd, 1.0), inverse, i * n + i);
    for (int j = i + 1; j < n; ++j, angles += kTile) {
      const Doubles angle = LoadWide(angles);
      StoreAt(angle, inverse, i * n + j);
      StoreAt(hn::Neg(angle), inverse, j * n + i);
    }
  }
  Invert(n, inverse);
}

HWY_INLINE Doubles RotationAt(const double* inverse, int n, int i, int j) {
  const Doubles identity = hn::Set(dd, i == j ? 1.0 : 0.0);
  return hn::MulSub(hn::Set(dd, 2.0), LoadAt(inverse, i * n + j), identity);
}

// The cotangent of the angles for that of the rotation: P = −2 Wᵀ G Wᵀ less its transpose.
// `products` holds n² vectors.
inline HWY_NOINLINE void PullRotation(int n, const double* inverse, const double* grad,
                                      double* products, float* grad_angles) {
  Multiply(n, AsIs(grad, n), Transposed(inverse, n), products);
  for (int i = 0; i < n; ++i) {
    for (int j = i + 1; j < n; ++j, grad_angles += kTile) {
      Doubles above = hn::Zero(dd), below = hn::Zero(dd);
      for (int k = 0; k < n; ++k) {
        above = hn::MulAdd(LoadAt(inverse, k * n + i), LoadAt(products, k * n + j), above);
        below = hn::MulAdd(LoadAt(inverse, k * n + j), LoadAt(products, k * n + i), below);
      }
      StoreNarrow(hn::Mul(hn::Set(dd, 2.0), hn::Sub(below, above)), grad_angles);
    }
  }
}

inline HWY_NOINLINE void MapCayley(int n, const float* logits, float* res, double* inverse) {
  for (int lane = 0; lane < kTile; lane += kDoubleLanes) {
    MakeInverse(n, logits + lane, inverse);
    for (int k = 0; k < n * n; ++k) {
      StoreNarrow(RotationAt(inverse, n, k / n, k % n), res + k * kTile + lane);
    }
  }
}
inline HWY_NOINLINE void PullCayley(int n, const float* logits, const float* grad_res,
                                    float* grad_logits, double* scratch) {
  double *inverse = scratch, *grad = inverse + n * n * kDoubleLanes;
  double* products = grad + n * n * kDoubleLanes;
  for (int lane = 0; lane < kTile; lane += kDoubleLanes) {
    MakeInverse(n, logits + lane, inverse);
    for (int k = 0; k < n * n; ++k) StoreAt(LoadWide(grad_res + k * kTile + lane), grad, k);
    PullRotation(n, inverse, grad, products, grad_logits + lane);
  }
}

// H_ij = ‖R_ij‖²_F / s over the s×s blocks of a rotation of n·s dimensions.
inline HWY_NOINLINE void MapBlockEnergies(int n, int block, const float* logits, float* res,
                                          double* inverse) {
  const int size = n * block;
  const Doubles share = hn::Set(dd, 1.0 / block);
  for (int lane = 0; lane < kTile; lane += kDoubleLanes) {
    MakeInverse(size, logits + lane, inverse);
    for (int k = 0; k < n * n; ++k) {
      const int row = k / n * block, column = k % n * block;
      Doubles sum = hn::Zero(dd);
      for (int i = row; i < row + block; ++i) {
        for (int j = column; j < column + block; ++j) {
          const Doubles entry = RotationAt(inverse, size, i, j);
          sum = hn::MulAdd(entry, entry, sum);
        }
      }
      StoreNarrow(hn::Mul(share, sum), res + k * kTile + lane);
    }
  }
}
inline HWY_NOINLINE void PullBlockEnergies(int n, int block, const float* logits,
                                           const float* grad_res, float* grad_logits,
                                           double* scratch) {
  const int size = n * block;
  double *inverse = scratch, *grad = inverse + size * size * kDoubleLanes;
  double* products = grad + size * size * kDoubleLanes;
  const Doubles factor = hn::Set(dd, 2.0 / block);
  for (int lane = 0; lane < kTile; lane += kDoubleLanes) {
    MakeInverse(size, logits + lane, inverse);
    for (int i = 0; i < size; ++i) {
      for (int j = 0; j < size; ++j) {
        const float* grad_energy = grad_res + (i / block * n + j / block) * kTile + lane;
        const Doubles entry = hn::Mul(factor, RotationAt(inverse, size, i, j));
        StoreAt(hn::Mul(entry, LoadWide(grad_energy)), grad, i * size + j);
      }
    }
    PullRotation(size, inverse, grad, products, grad_logits + lane);
  }
}

// H = σ(g) R + σ(−g) (I − 2 u uᵀ) of the logits: angles, v with u = v/‖v‖, g.
struct Reflection {
  const double* unit;
  HWY_INLINE Doubles operator()(int i, int j) const {
    const Doubles twice = hn::Mul(hn::Set(dd, 2.0), LoadAt(unit, i));
    return hn::NegMulAdd(twice, LoadAt(unit, j), hn::Set(dd, i == j ? 1.0 : 0.0));
  }
};

inline HWY_NOINLINE void MapHouseholder(int n, const float* logits, float* res, double* inverse) {
  HWY_ALIGN double unit[kMostStreams * kDoubleLanes];
  const float *v = logits + AngleCount(n) * kTile, *gate = v + n * kTile;
  for (int lane = 0; lane < kTile; lane += kDoubleLanes) {
    MakeInverse(n, logits + lane, inverse);
    MakeUnit(v + lane, n, unit);
    const Gates gates = GatesOf(LoadWide(gate + lane));
    for (int k = 0; k < n * n; ++k) {
      const Doubles turned = hn::Mul(gates.open, RotationAt(inverse, n, k / n, k % n));
      const Doubles reflected = Reflection{unit}(k / n, k % n);
      StoreNarrow(hn::MulAdd(gates.shut, reflected, turned), res + k * kTile + lane);
    }
  }
}

// The cotangent of u: −2 σ(−g) (G + Gᵀ) u.
inline HWY_NOINLINE void PullReflection(int n, const float* grad_res, const double* unit,
                                        Doubles shut, double* grad_unit) {
  for (int i = 0; i < n; ++i) {
    Doubles sum = hn::Zero(dd);
    for (int j = 0; j < n; ++j) {
      const Doubles both = hn::Add(LoadWide(grad_res + (i * n + j) * kTile),
                                   LoadWide(grad_res + (j * n + i) * kTile));
      sum = hn::MulAdd(both, LoadAt(unit, j), sum);
    }
    StoreAt(hn::Mul(hn::Mul(hn::Set(dd, -2.0), shut), sum), grad_unit, i);
  }
}

inline HWY_NOINLINE void PullHouseholder(int n, const float* logits, const float* grad_res,
                                         float* grad_logits, double* scratch) {
  HWY_ALIGN double unit[kMostStreams * kDoubleLanes];
  HWY_ALIGN double grad_unit[kMostStreams * kDoubleLanes];
  const int v = AngleCount(n) * kTile, gate = v + n * kTile;
  double *inverse = scratch, *grad = inverse + n * n * kDoubleLanes;
  double* products = grad + n * n * kDoubleLanes;
  for (int lane = 0; lane < kTile; lane += kDoubleLanes) {
    MakeInverse(n, logits + lane, inverse);
    const Doubles share = MakeUnit(logits + v + lane, n, unit);
    const Gates gates = GatesOf(LoadWide(logits + gate + lane));
    Doubles sum = hn::Zero(dd);
    for (int k = 0; k < n * n; ++k) {
      const Doubles g = LoadWide(grad_res + k * kTile + lane);
      const Doubles turned = RotationAt(inverse, n, k / n, k % n);
      sum = hn::MulAdd(g, hn::Sub(turned, Reflection{unit}(k / n, k % n)), sum);
      StoreAt(hn::Mul(gates.open, g), grad, k);
    }
    PullRotation(n, inverse, grad, products, grad_logits + lane);
    PullReflection(n, grad_res + lane, unit, gates.shut, grad_unit);
    PullUnit(unit, grad_unit, n, share, grad_logits + v + lane);
    const Doubles slope = hn::Mul(gates.open, gates.shut);
    StoreNarrow(hn::Mul(slope, sum), grad_logits + gate + lane);
  }
}

// x ↦ p x and x ↦ x q̄ as matrices: entry (i, j) is ± the part i^j of the quaternion.
MHC_TABLE double kLeftSigns[4][4] = {{1, -1, -1, -1}, {1, 1, -1, 1}, {1, 1, 1, -1}, {1, -1, 1, 1}};
MHC_TABLE double kRightSigns[4][4] = {{1, 1, 1, 1}, {-1, 1, -1, 1}, {-1, 1, 1, -1}, {-1, -1, 1, 1}};

HWY_INLINE void FromQuaternion(const double (&signs)[4][4], const double* unit, double* matrix) {
  for (int k = 0; k < 16; ++k) {
    const int i = k / 4, j = k % 4;
    StoreAt(hn::Mul(hn::Set(dd, signs[i][j]), LoadAt(unit, i ^ j)), matrix, k);
  }
}
HWY_INLINE void PullQuaternionMatrix(const double (&signs)[4][4], const double* grad_matrix,
                                     double* grad_unit) {
  for (int part = 0; part < 4; ++part) {
    Doubles sum = hn::Zero(dd);
    for (int i = 0; i < 4; ++i) {
      const int j = i ^ part;
      sum = hn::MulAdd(hn::Set(dd, signs[i][j]), LoadAt(grad_matrix, i * 4 + j), sum);
    }
    StoreAt(sum, grad_unit, part);
  }
}

// The two unit quaternions, H = left · right, and what 1/‖·‖ of their logits was.
struct Quaternions {
  HWY_ALIGN double p[4 * kDoubleLanes], q[4 * kDoubleLanes];
  HWY_ALIGN double left[16 * kDoubleLanes], right[16 * kDoubleLanes];
  Doubles p_share, q_share;
};
inline HWY_NOINLINE void MakeQuaternions(const float* logits, Quaternions& all) {
  all.p_share = MakeUnit(logits, 4, all.p);
  all.q_share = MakeUnit(logits + 4 * kTile, 4, all.q);
  FromQuaternion(kLeftSigns, all.p, all.left);
  FromQuaternion(kRightSigns, all.q, all.right);
}

inline HWY_NOINLINE void MapQuaternion(const float* logits, float* res) {
  HWY_ALIGN double product[16 * kDoubleLanes];
  Quaternions all;
  for (int lane = 0; lane < kTile; lane += kDoubleLanes) {
    MakeQuaternions(logits + lane, all);
    Multiply(4, AsIs(all.left, 4), AsIs(all.right, 4), product);
    for (int k = 0; k < 16; ++k) StoreNarrow(LoadAt(product, k), res + k * kTile + lane);
  }
}
inline HWY_NOINLINE void PullQuaternion(const float* logits, const float* grad_res,
                                        float* grad_logits) {
  HWY_ALIGN double grad[16 * kDoubleLanes], product[16 * kDoubleLanes];
  HWY_ALIGN double grad_unit[4 * kDoubleLanes];
  Quaternions all;
  for (int lane = 0; lane < kTile; lane += kDoubleLanes) {
    MakeQuaternions(logits + lane, all);
    for (int k = 0; k < 16; ++k) StoreAt(LoadWide(grad_res + k * kTile + lane), grad, k);
    Multiply(4, AsIs(grad, 4), Transposed(all.right, 4), product);
    PullQuaternionMatrix(kLeftSigns, product, grad_unit);
    PullUnit(all.p, grad_unit, 4, all.p_share, grad_logits + lane);
    Multiply(4, Transposed(all.left, 4), AsIs(grad, 4), product);
    PullQuaternionMatrix(kRightSigns, product, grad_unit);
    PullUnit(all.q, grad_unit, 4, all.q_share, grad_logits + 4 * kTile + lane);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_ROTATIONS_INL_H
