#include "core/manifold/diagnostics/stream_diagnostics.h"

#include <Eigen/SVD>
#include <cmath>
#include <limits>

#include "core/manifold/diagnostics/spectrum.h"

namespace mhc {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Vector StreamRms(const Matrix& streams) {
  return streams.rowwise().norm() / std::sqrt(static_cast<double>(streams.cols()));
}

Matrix StreamCosines(const Matrix& streams) {
  // Each stream divided by its own length first, so that squares neither overflow nor vanish.
  Matrix directions = streams;
  for (Eigen::Index i = 0; i < streams.rows(); ++i)
    directions.row(i) /= streams.row(i).stableNorm();
  return directions * directions.transpose();
}

double MeanStreamCosine(const Matrix& streams) {
  const auto n = static_cast<double>(streams.rows());
  const Matrix cosines = StreamCosines(streams);
  return (cosines.sum() - cosines.trace()) / (n * (n - 1.0));
}

double DiversityEnergy(const Matrix& streams) {
  const Matrix differences = streams.rowwise() - streams.colwise().mean();
  return differences.squaredNorm() / streams.squaredNorm();
}

double EffectiveRank(const Matrix& streams) {
  if (!streams.allFinite()) return kNan;
  // Otherwise tall, so that the QR step before the Jacobi sweeps leaves an n×n problem.
  const Vector values =
      streams.rows() == streams.cols()
          ? SingularValues(streams)
          : Vector(Eigen::JacobiSVD<Eigen::MatrixXd>(streams.transpose()).singularValues());
  const double sum = values.sum();
  if (sum == 0.0) return kNan;
  double entropy = 0.0;
  for (const double value : values) {
    const double share = value / sum;
    if (share > 0.0) entropy -= share * std::log(share);
  }
  return std::exp(entropy);
}

}  // namespace mhc
