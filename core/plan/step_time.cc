#include "core/plan/step_time.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/plan/plan.h"

namespace mhc {
namespace {

template <std::size_t Size>
using Row = std::array<double, Size>;

Row<4> RestOf(const StepWork& work) { return {1.0, work.sublayers, work.gflop, work.parameters}; }
Row<3> MixingOf(const StepWork& work) {
  return {work.sublayers, work.mixing_gflop, work.mixing_gigabytes};
}

template <std::size_t Size>
double Product(const Row<Size>& a, const Row<Size>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < Size; ++i) sum += a[i] * b[i];
  return sum;
}

// min ‖rows · c / values − 1‖ over c ≥ 0: of every set of coefficients that may be other than zero,
// the best whose solution has none below it. There are few enough to try each.
template <std::size_t Size>
Row<Size> NonNegativeFit(const std::vector<Row<Size>>& rows, const std::vector<double>& values) {
  const auto count = static_cast<Eigen::Index>(rows.size());
  Row<Size> best{};
  double least = std::numeric_limits<double>::infinity();
  for (unsigned set = 1; set < (1u << Size); ++set) {
    std::vector<std::size_t> used;
    for (std::size_t i = 0; i < Size; ++i) {
      if (set >> i & 1u) used.push_back(i);
    }
    Eigen::MatrixXd scaled(count, static_cast<Eigen::Index>(used.size()));
    for (Eigen::Index r = 0; r < count; ++r) {
      const auto row = static_cast<std::size_t>(r);
      for (std::size_t k = 0; k < used.size(); ++k) {
        scaled(r, static_cast<Eigen::Index>(k)) = rows[row][used[k]] / values[row];
      }
    }
    const Eigen::VectorXd ones = Eigen::VectorXd::Ones(count);
    const Eigen::VectorXd found = scaled.colPivHouseholderQr().solve(ones);
    if (!found.allFinite() || found.minCoeff() < 0.0) continue;
    const double error = (scaled * found - ones).squaredNorm();
    if (!(error < least)) continue;
    least = error;
    best = {};
    for (std::size_t k = 0; k < used.size(); ++k)
      best[used[k]] = found(static_cast<Eigen::Index>(k));
  }
  return best;
}

}  // namespace

StepWork WorkOf(const Configuration& configuration) {
  constexpr double kGiga = 1e9, kFloatBytes = 4.0;
  // Backward moves 27C where forward moves 14C, of four streams (the fused kernels' own passes).
  constexpr double kBothWays = 1.0 + 27.0 / 14.0;
  const Plan plan = PlanOf(configuration);
  const auto tokens = static_cast<double>(configuration.train.batch * configuration.model.context);
  const bool is_fused = configuration.mixing.kernels == "fused";
  const std::int64_t channels = configuration.model.channels;
  const ElementCount moved = configuration.SiteCount() == 0 ? ResidualElements(channels)
                             : is_fused                     ? plan.fused
                                                            : plan.unfused;
  StepWork work;
  work.sublayers = 2.0 * static_cast<double>(configuration.model.blocks);
  work.gflop = (plan.flops_per_token - plan.mixing_flops_per_token) * tokens / kGiga;
  work.parameters = static_cast<double>(plan.parameters) / 1e6;
  work.mixing_gflop = plan.mixing_flops_per_token * tokens / kGiga;
  work.mixing_gigabytes = work.sublayers * static_cast<double>(moved.read + moved.written) *
                          tokens * kFloatBytes * kBothWays / kGiga;
  return work;
}

SweepPoint PointOf(const Configuration& configuration) {
  SweepPoint point;
  point.is_residual = configuration.SiteCount() == 0;
  point.channels = configuration.model.channels;
  point.streams = configuration.StreamCount();
  point.blocks = configuration.model.blocks;
  point.tokens = configuration.train.batch * configuration.model.context;
  point.threads = configuration.threads;
  point.work = WorkOf(configuration);
  return point;
}

double StepTimeFit::MixingMs(const StepWork& work) const {
  return Product(mixing_, MixingOf(work));
}
double StepTimeFit::RestMs(const StepWork& work) const { return Product(rest_, RestOf(work)); }

Result<StepTimeFit> StepTimeFit::Of(std::span<const SweepPoint> points, std::int64_t threads) {
  std::vector<Row<4>> rest;
  std::vector<Row<3>> mixing;
  std::vector<double> rest_ms, mixing_ms;
  for (const SweepPoint& point : points) {
    if (point.threads != threads) continue;
    rest.push_back(RestOf(point.work));
    rest_ms.push_back(point.step_ms - point.mixing_ms);
    mixing.push_back(MixingOf(point.work));
    mixing_ms.push_back(point.mixing_ms);
  }
  if (rest.size() <= Row<4>().size()) {
    return Fail("the sweep has {} points with {} threads, expected at least {}", rest.size(),
                threads, Row<4>().size() + 1);
  }
  StepTimeFit fit;
  fit.rest_ = NonNegativeFit(rest, rest_ms);
  fit.mixing_ = NonNegativeFit(mixing, mixing_ms);
  std::vector<double> errors;
  for (const SweepPoint& point : points) {
    if (point.threads != threads) continue;
    errors.push_back(std::abs(fit.StepMs(point.work) / point.step_ms - 1.0));
  }
  std::sort(errors.begin(), errors.end());
  fit.median_error_ = errors[errors.size() / 2];
  fit.largest_error_ = errors.back();
  return fit;
}

}  // namespace mhc
