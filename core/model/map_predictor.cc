#include "core/model/map_predictor.h"

namespace mhc {
namespace {

bool ReadsStreams(const MapPredictor& predictor, PredictorKind kind) {
  return predictor->options().kind == kind && predictor->dynamic() && predictor->size() > 0;
}

at::Tensor RootMeanSquare(const at::Tensor& x, double epsilon) {
  return (x.square().mean(-1, /*keepdim=*/true) + epsilon).sqrt();
}

// The norm is divided after the product, and never touches the bias.
void PredictFromFlattened(const std::vector<MapPredictor>& predictors, const at::Tensor& x_BTNC,
                          double eps_norm, std::vector<at::Tensor>& values) {
  std::vector<at::Tensor> columns;
  std::vector<std::int64_t> widths;
  for (const MapPredictor& predictor : predictors) {
    if (!ReadsStreams(predictor, PredictorKind::kMhc)) continue;
    columns.push_back(predictor->phi);
    widths.push_back(predictor->size());
  }
  if (columns.empty()) return;
  const at::Tensor v = x_BTNC.flatten(-2);
  const at::Tensor products = v.matmul(torch::cat(columns, 1)) / RootMeanSquare(v, eps_norm);
  const std::vector<at::Tensor> slices = products.split_with_sizes(widths, -1);
  std::size_t next = 0;
  for (std::size_t i = 0; i < predictors.size(); ++i) {
    const MapPredictor& predictor = predictors[i];
    if (!ReadsStreams(predictor, PredictorKind::kMhc)) continue;
    values[i] = torch::addcmul(predictor->bias, predictor->alpha, slices[next++]);
  }
}

void PredictFromEachStream(const std::vector<MapPredictor>& predictors, const at::Tensor& x_BTNC,
                           double eps_norm, std::vector<at::Tensor>& values) {
  at::Tensor normalised;
  for (std::size_t i = 0; i < predictors.size(); ++i) {
    const MapPredictor& predictor = predictors[i];
    if (!ReadsStreams(predictor, PredictorKind::kHc)) continue;
    if (!normalised.defined()) normalised = x_BTNC / RootMeanSquare(x_BTNC, eps_norm);
    const at::Tensor products_BTRN = predictor->phi.matmul(normalised.transpose(-1, -2));
    const at::Tensor flat = products_BTRN.flatten(-2).narrow(-1, 0, predictor->size());
    values[i] = torch::addcmul(predictor->bias, predictor->alpha, flat.tanh());
  }
}

}  // namespace

PredictorKind ToPredictorKind(const std::string& name) {
  if (name == "mhc") return PredictorKind::kMhc;
  if (name == "hc") return PredictorKind::kHc;
  TORCH_INTERNAL_ASSERT(name == "fixed" || name == "residual", "no predictor ", name);
  return PredictorKind::kFixed;
}

MapPredictorImpl::MapPredictorImpl(const MapPredictorOptions& options) : options_(options) {
  if (options.kind == PredictorKind::kFixed || size() == 0) return;
  bias = register_parameter("bias", torch::tensor(options.bias, torch::kFloat32));
  if (!options.dynamic) return;
  alpha = register_parameter("alpha", torch::full({1}, options.alpha, torch::kFloat32));
  const std::int64_t n = options.streams;
  const std::vector<std::int64_t> shape =
      options.kind == PredictorKind::kMhc
          ? std::vector<std::int64_t>{n * options.channels, size()}
          : std::vector<std::int64_t>{(size() + n - 1) / n, options.channels};
  phi = register_parameter("phi", torch::zeros(shape, torch::kFloat32));
}

void MapPredictorImpl::Restart(const at::Tensor& start) {
  torch::NoGradGuard no_grad;
  if (bias.defined()) bias.copy_(start);
  if (!dynamic()) return;
  phi.zero_();
  alpha.fill_(options_.alpha);
}

std::vector<at::Tensor> Predict(const std::vector<MapPredictor>& predictors,
                                const at::Tensor& x_BTNC, double eps_norm) {
  std::vector<at::Tensor> values(predictors.size());
  for (std::size_t i = 0; i < predictors.size(); ++i) values[i] = predictors[i]->bias;
  PredictFromFlattened(predictors, x_BTNC, eps_norm, values);
  PredictFromEachStream(predictors, x_BTNC, eps_norm, values);
  return values;
}

}  // namespace mhc
