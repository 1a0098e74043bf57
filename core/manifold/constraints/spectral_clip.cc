#include "core/manifold/constraints/spectral_clip.h"

#include <Eigen/SVD>

namespace mhc {
namespace {

Eigen::Map<const Matrix> AsMatrix(std::span<const double> logits, int streams) {
  return {logits.data(), streams, streams};
}

std::vector<double> Flat(const Matrix& matrix) {
  return {matrix.data(), matrix.data() + matrix.size()};
}

// σ₁ with its directions, of Z over its largest entry so that no product overflows.
struct Leading {
  double unit = 1.0;   // the largest |entry| of Z, 1 for zeros
  double sigma = 0.0;  // of Z / unit
  Vector left, right;
  bool Clips() const { return sigma > 1.0 / unit; }
};

Leading LeadingOf(const Matrix& z) {
  Leading leading;
  const double largest = z.cwiseAbs().maxCoeff();
  if (largest > 0.0) leading.unit = largest;
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(z / leading.unit,
                                              Eigen::ComputeFullU | Eigen::ComputeFullV);
  leading.sigma = svd.singularValues()(0);
  leading.left = svd.matrixU().col(0);
  leading.right = svd.matrixV().col(0);
  return leading;
}

Matrix Map(std::span<const double> logits, int streams, const ConstraintOptions&) {
  const Matrix z = AsMatrix(logits, streams);
  const Leading leading = LeadingOf(z);
  return leading.Clips() ? Matrix(z / leading.unit / leading.sigma) : z;
}

// Z/σ₁ with dσ₁ = uᵀ dZ v.
std::vector<double> Pullback(std::span<const double> logits, int streams, const ConstraintOptions&,
                             const Matrix& grad_matrix) {
  const Matrix z = AsMatrix(logits, streams);
  const Leading leading = LeadingOf(z);
  if (!leading.Clips()) return Flat(grad_matrix);
  const Matrix clipped = z / leading.unit / leading.sigma;
  const double along = grad_matrix.cwiseProduct(clipped).sum();
  const Matrix grad = grad_matrix - along * leading.left * leading.right.transpose();
  return Flat(grad / leading.unit / leading.sigma);
}

// The nearest of all: no singular value above 1.
std::vector<double> FitStart(const Matrix& target, const ConstraintOptions&) {
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(target, Eigen::ComputeFullU | Eigen::ComputeFullV);
  if (svd.singularValues()(0) <= 1.0) return Flat(target);
  return Flat(svd.matrixU() * svd.singularValues().cwiseMin(1.0).asDiagonal() *
              svd.matrixV().transpose());
}

}  // namespace

MixingConstraint SpectralClipConstraint() {
  return {
      .name = "spectral_clip",
      .code = "C16",
      .text = "The logits over their spectral norm where that is above 1: nothing else is bounded.",
      .options = {},
      .guarantees = [](const ConstraintOptions&) -> MapGuarantees {
        return {.spectral_norm = true};
      },
      .allows = [](int) { return true; },
      .allowed_streams = "any n",
      .logit_count = [](int streams, const ConstraintOptions&) { return streams * streams; },
      .map = Map,
      .pullback = Pullback,
      .start = [](int streams,
                  const ConstraintOptions&) { return Flat(Matrix::Identity(streams, streams)); },
      .fit_start = FitStart,
      .fit_spread = 0.0,
      .logit_layout = "matrix"};
}

}  // namespace mhc
