// The predictor of one map of a site (read, write or mixing): from the streams to its raw values.
//
// Shapes: B batch, T tokens, N streams, C channels, K values of the map.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

namespace mhc {

enum class PredictorKind {
  kMhc,    // t = α·(v φ)/rms(v) + b over the flattened streams v (mHC Eqs. 7, 14-15)
  kHc,     // t = α·tanh(θ·norm(x_s)) + b with one RMS a stream (HC Eq. 5)
  kFixed,  // no parameters
};

// `connection`, `read` or `write` of the configuration: "mhc", "hc", "fixed".
PredictorKind ToPredictorKind(const std::string& name);

struct MapPredictorOptions {
  PredictorKind kind = PredictorKind::kMhc;
  std::int64_t streams = 4;
  std::int64_t channels = 0;
  bool dynamic = true;
  double alpha = 0.01;
  std::vector<float> bias;  // the static part's start; its size is K
};

// Parameters: `bias` [K]; where dynamic also `alpha` [1] and `phi`: [NC, K] for mhc (stream-major
// rows), [⌈K/N⌉, C] for hc, where value r·N + s comes from row r and stream s. φ starts at 0.
class MapPredictorImpl : public torch::nn::Module {
 public:
  explicit MapPredictorImpl(const MapPredictorOptions& options);

  // Back to the start: φ = 0, α as in the options, bias as given [K] (numbers in float64 or 32).
  void Restart(const at::Tensor& bias);

  std::int64_t size() const { return static_cast<std::int64_t>(options_.bias.size()); }
  const MapPredictorOptions& options() const { return options_; }
  bool dynamic() const { return phi.defined(); }

  at::Tensor phi, alpha, bias;

 private:
  MapPredictorOptions options_;
};
TORCH_MODULE(MapPredictor);

// Raw values [B,T,K] (or [K] where static) of each predictor on x_BTNC float32; undefined for one
// that is fixed or has K = 0. Predictors of kind mhc share one thin product and one norm.
std::vector<at::Tensor> Predict(const std::vector<MapPredictor>& predictors,
                                const at::Tensor& x_BTNC, double eps_norm);

}  // namespace mhc
