#include "core/manifold/depth_study.h"

#include <Eigen/LU>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "core/manifold/counter_random.h"
#include "core/manifold/diagnostics/spectrum.h"
#include "core/manifold/diagnostics/sums.h"
#include "core/manifold/scaled_matrix.h"
#include "core/manifold/seeded_normals.h"

namespace mhc {
namespace {

constexpr std::uint64_t kStream = 0x6465707468;  // keeps these draws apart from all others
// Far enough from the largest double that 64 logits of a row, at eight deviations, sum to a number.
constexpr double kLargestScale = 1e300;

using Measures = ByDepthMeasure<double>;

double Largest(const Vector& values) { return values.maxCoeff<Eigen::PropagateNaN>(); }

Vector ScaledSums(const ScaledMatrix& matrix, const Vector& sums) {
  return sums.unaryExpr([&](double sum) { return matrix.Scale(sum); });
}

// Whichever of the two is the smaller is brought to the scale of the other, where it may vanish.
double UniformDistance(const ScaledMatrix& matrix) {
  const Matrix& mantissa = matrix.mantissa();
  const double share = 1.0 / static_cast<double>(mantissa.rows());
  if (matrix.exponent() > 0) {
    return matrix.Scale(SpectralNorm((mantissa.array() - matrix.Unscale(share)).matrix()));
  }
  const auto whole = [&](double entry) { return matrix.Scale(entry) - share; };
  return SpectralNorm(mantissa.unaryExpr(whole));
}

// All but σₙ of a composite, which is known better than from the product itself.
Measures Measure(const ScaledMatrix& matrix) {
  const Matrix& mantissa = matrix.mantissa();
  const Vector rows = ScaledSums(matrix, RowSums(mantissa));
  const Vector columns = ScaledSums(matrix, ColumnSums(mantissa));
  const Vector singular = SingularValues(mantissa);
  Measures measures;
  measures[kForwardGain] = Largest(rows.cwiseAbs());
  measures[kBackwardGain] = Largest(columns.cwiseAbs());
  measures[kNormInf] = matrix.Scale(NormInf(mantissa));
  measures[kSpectralNorm] = matrix.Scale(singular(0));
  measures[kSigmaMin] = matrix.Scale(singular(singular.size() - 1));
  measures[kRowError] = Largest((rows.array() - 1.0).abs().matrix());
  measures[kColumnError] = Largest((columns.array() - 1.0).abs().matrix());
  measures[kColumnSumMax] = columns.maxCoeff();
  measures[kColumnSumMin] = columns.minCoeff();
  measures[kUniformDistance] = UniformDistance(matrix);
  return measures;
}

// H_l … H_from, and its inverse while there is one.
class Composite {
 public:
  explicit Composite(int streams)
      : product_(Matrix::Identity(streams, streams)), inverse_(product_) {}

  void Append(const ScaledMatrix& layer, const Measures& of_layer) {
    // Below this share of σ₁ the smallest singular value of the layer itself is rounding.
    constexpr double kSingular = 1e-13;
    product_.MultiplyLeft(layer);
    invertible_ = invertible_ && of_layer[kSigmaMin] > kSingular * of_layer[kSpectralNorm];
    if (!invertible_) return;
    inverse_.MultiplyRight(
        ScaledMatrix(layer.mantissa().partialPivLu().inverse(), -layer.exponent()));
  }

  Measures Measured() const {
    Measures measures = Measure(product_);
    if (invertible_) {
      measures[kSigmaMin] = 1.0 / inverse_.Scale(SpectralNorm(inverse_.mantissa()));
    }
    return measures;
  }

 private:
  ScaledMatrix product_;
  ScaledMatrix inverse_;
  bool invertible_ = true;
};

// The logits of one trial, layer after layer.
class TrialLogits {
 public:
  TrialLogits(const DepthStudyOptions& options, std::int64_t trial)
      : options_(options),
        trial_(trial),
        streams_(static_cast<int>(options.streams)),
        count_(LogitCount(options.choice, streams_)),
        shared_(Draw(0, options.shared)) {}

  // layer: from 1.
  std::vector<double> OfLayer(std::int64_t layer) const {
    std::vector<double> logits = Draw(layer, options_.logit_scale);
    for (int k = 0; k < count_; ++k) logits[k] += shared_[k];
    for (int i = 0; options_.diagonal && i < streams_; ++i) {
      logits[i * streams_ + i] += *options_.diagonal;
    }
    return logits;
  }

 private:
  std::vector<double> Draw(std::int64_t layer, double scale) const {
    return SeededNormals(CounterRandom(kStream, options_.seed, trial_, layer), count_, scale);
  }

  const DepthStudyOptions& options_;
  const std::int64_t trial_;
  const int streams_;
  const int count_;
  const std::vector<double> shared_;
};

// Every measure of every map and composite: by measure, then layer, then trial.
class Samples {
 public:
  Samples(std::size_t layers, std::size_t trials) : trials_(trials) {
    for (std::vector<double>& values : values_) values.resize(layers * trials);
  }

  void Set(std::size_t layer, std::size_t trial, const Measures& measures) {
    for (int m = 0; m < kDepthMeasures; ++m) values_[m][layer * trials_ + trial] = measures[m];
  }
  std::vector<double> OfLayer(int measure, std::size_t layer) const {
    const auto first = values_[measure].begin() + static_cast<std::ptrdiff_t>(layer * trials_);
    return {first, first + static_cast<std::ptrdiff_t>(trials_)};
  }
  std::vector<double> TakeAll(int measure) { return std::move(values_[measure]); }

 private:
  std::size_t trials_;
  ByDepthMeasure<std::vector<double>> values_;
};

void RunTrial(const DepthStudyOptions& options, std::int64_t trial, Samples& layers,
              Samples& composites) {
  const TrialLogits logits(options, trial);
  const int streams = static_cast<int>(options.streams);
  Composite composite(streams);
  for (std::int64_t l = options.from; l <= options.depth; ++l) {
    const ScaledMatrix layer(MapLogits(options.choice, streams, logits.OfLayer(l)));
    const Measures of_layer = Measure(layer);
    composite.Append(layer, of_layer);
    const auto row = static_cast<std::size_t>(l - options.from);
    layers.Set(row, static_cast<std::size_t>(trial), of_layer);
    composites.Set(row, static_cast<std::size_t>(trial), composite.Measured());
  }
}

DepthStudy Summarise(const DepthStudyOptions& options, Samples& layers, const Samples& composites) {
  DepthStudy study;
  for (std::int64_t l = options.from; l <= options.depth; ++l) study.depths.push_back(l);
  for (int m = 0; m < kDepthMeasures; ++m) {
    Spread spread;
    for (std::size_t row = 0; row < study.depths.size(); ++row) {
      spread = SpreadOf(composites.OfLayer(m, row));
      study.profile[m].median.push_back(spread.median);
      study.profile[m].p10.push_back(spread.p10);
      study.profile[m].p90.push_back(spread.p90);
    }
    study.composite[m] = spread;
    study.layer[m] = SpreadOf(layers.TakeAll(m));
  }
  return study;
}

Declaration Whole(std::string key, std::int64_t fallback, double minimum, double maximum,
                  std::string text) {
  return {.key = std::move(key),
          .fallback = fallback,
          .minimum = minimum,
          .maximum = maximum,
          .text = std::move(text)};
}

Declaration Number(std::string key, double fallback, double minimum, std::string text) {
  return {.key = std::move(key),
          .fallback = fallback,
          .minimum = minimum,
          .maximum = kLargestScale,
          .text = std::move(text)};
}

// T is the type that the member holds.
template <class T, auto Member>
DepthStudyKey Key(Declaration declaration) {
  return {
      std::move(declaration),
      [](const DepthStudyOptions& options) { return Value(T(options.*Member)); },
      [](DepthStudyOptions& options, const Value& value) { options.*Member = std::get<T>(value); }};
}

}  // namespace

std::span<const DepthStudyKey> DepthStudyKeys() {
  using Options = DepthStudyOptions;
  using Integer = std::int64_t;
  constexpr double kMost = static_cast<double>(kMostStudyMaps);
  constexpr double kDeepest = static_cast<double>(kLargestStudyDepth);
  constexpr double kAny = std::numeric_limits<double>::infinity();
  static const std::vector<DepthStudyKey> keys = {
      Key<Integer, &Options::streams>(Whole("streams", 4, 1, 64, "Residual streams n.")),
      Key<Integer, &Options::depth>(Whole("depth", 64, 1, kDeepest, "Layers of a trial.")),
      Key<Integer, &Options::trials>(
          Whole("trials", 400, 1, kMost, "Independent draws of all layers.")),
      Key<Integer, &Options::seed>(Whole("seed", 1, -kAny, kAny, "Of the random logits.")),
      Key<double, &Options::logit_scale>(
          Number("logit_scale", 1.0, 0.0, "S: every logit is S times a normal number.")),
      {Number("diagonal", 0.0, -kLargestScale, "Added to z_ii of maps with a matrix of logits."),
       [](const Options& options) { return Value(options.diagonal.value_or(0.0)); },
       [](Options& options, const Value& value) { options.diagonal = std::get<double>(value); }},
      Key<double, &Options::shared>(
          Number("shared", 0.0, 0.0, "S0: of a second normal number, common to the layers.")),
      Key<Integer, &Options::from>(
          Whole("from", 1, 1, kDeepest, "First layer of the composites."))};
  return keys;
}

std::string_view DepthMeasureName(int measure) {
  constexpr ByDepthMeasure<std::string_view> kNames = {
      "forward_gain",   "backward_gain",
      "norm_inf",       "spectral_norm",
      "sigma_min",      "row_error",
      "column_error",   "column_sum_max",
      "column_sum_min", "distance_to_uniform_spectral"};
  assert(measure >= 0 && measure < kDepthMeasures);
  return kNames[measure];
}

Status CheckDepthStudy(const DepthStudyOptions& options) {
  for (const DepthStudyKey& key : DepthStudyKeys()) {
    const Result<Value> value = Check(key.declaration, key.get(options));
    if (!value) return tl::unexpected(value.error());
  }
  const int streams = static_cast<int>(options.streams);
  const ConstraintChoice choice = AtDepth(options.choice, options.depth);
  if (Status allowed = CheckStreams(choice, streams); !allowed) return allowed;
  if (options.from > options.depth) {
    return Fail("from: found {}, expected an integer from 1 to the depth of {}", options.from,
                options.depth);
  }
  if (options.diagonal && choice.constraint->logit_layout != "matrix") {
    return Fail("diagonal: found {}, expected none for {}, whose {} logits are no n x n matrix",
                *options.diagonal, choice.constraint->name, LogitCount(choice, streams));
  }
  if (options.depth * options.trials > kMostStudyMaps) {
    return Fail("trials: found {} of depth {}, expected depth times trials to be at most {}",
                options.trials, options.depth, kMostStudyMaps);
  }
  return {};
}

std::vector<double> StudyLogits(const DepthStudyOptions& options, std::int64_t trial,
                                std::int64_t layer) {
  assert(CheckDepthStudy(options) && trial >= 0 && layer >= 1);
  return TrialLogits(options, trial).OfLayer(layer);
}

Result<DepthStudy> RunDepthStudy(const DepthStudyOptions& given) {
  if (const Status checked = CheckDepthStudy(given); !checked) {
    return tl::unexpected(checked.error());
  }
  DepthStudyOptions options = given;
  options.choice = AtDepth(given.choice, given.depth);
  const auto layer_count = static_cast<std::size_t>(options.depth - options.from + 1);
  const auto trials = static_cast<std::size_t>(options.trials);
  Samples layers(layer_count, trials), composites(layer_count, trials);
  for (std::int64_t trial = 0; trial < options.trials; ++trial) {
    RunTrial(options, trial, layers, composites);
  }
  return Summarise(options, layers, composites);
}

}  // namespace mhc
