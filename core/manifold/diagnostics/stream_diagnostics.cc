#include "core/manifold/diagnostics/stream_diagnostics.h"

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/manifold/diagnostics/spectrum.h"

namespace mhc {
namespace {

constexpr double kNoSpread = std::numeric_limits<double>::quiet_NaN();
constexpr Eigen::Index kUsualStreams = 4;

// exp(−Σ q ln q) of the shares q of these; NaN where all are 0.
double EffectiveCount(const Vector& values) {
  const double sum = values.sum();
  if (sum == 0.0) return kNoSpread;
  double entropy = 0.0;
  for (const double value : values) {
    const double share = value / sum;
    if (share > 0.0) entropy -= share * std::log(share);
  }
  return std::exp(entropy);
}

Vector EigenvaluesOfGram(const GramRef& gram) {
  // Of a size known here the solver allocates nothing: a snapshot asks for thousands.
  if (gram.rows() == kUsualStreams) {
    using Usual = Eigen::Matrix<double, kUsualStreams, kUsualStreams>;
    return Eigen::SelfAdjointEigenSolver<Usual>(gram, Eigen::EigenvaluesOnly).eigenvalues();
  }
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(gram, Eigen::EigenvaluesOnly).eigenvalues();
}

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
  if (!streams.allFinite()) return kNoSpread;
  // Otherwise tall, so that the QR step before the Jacobi sweeps leaves an n×n problem.
  const Vector values =
      streams.rows() == streams.cols()
          ? SingularValues(streams)
          : Vector(Eigen::JacobiSVD<Eigen::MatrixXd>(streams.transpose()).singularValues());
  return EffectiveCount(values);
}

double DiversityEnergyOfGram(const GramRef& gram) {
  // ‖(I−J)X‖² is the trace less the mean entry of each row; rounding must not turn 0 below it.
  const double energy = gram.trace() - gram.sum() / static_cast<double>(gram.rows());
  return std::max(energy, 0.0) / gram.trace();
}

double EffectiveRankOfGram(const GramRef& gram) {
  if (!gram.allFinite()) return kNoSpread;
  return EffectiveRankOfSquares(EigenvaluesOfGram(gram));
}

double EffectiveRankOfSquares(Vector squares) {
  if (!squares.allFinite()) return kNoSpread;
  const double rounding = static_cast<double>(squares.size()) *
                          std::numeric_limits<double>::epsilon() * squares.maxCoeff();
  for (double& square : squares) square = square > rounding ? square : 0.0;
  return EffectiveCount(squares.cwiseSqrt());
}

}  // namespace mhc
