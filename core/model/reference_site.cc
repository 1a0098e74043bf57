#include "core/model/reference_site.h"

#include <limits>

#include "core/model/hyper_connection.h"
#include "core/model/mixing_map.h"

namespace mhc {
namespace {

// Legend: P tokens (no batch), N streams, C channels, K logits.
at::Tensor ToTensor(const std::vector<double>& values, at::IntArrayRef shape, at::ScalarType type) {
  return torch::tensor(values, torch::kFloat64).reshape(shape).to(type);
}

std::vector<double> ToDoubles(const at::Tensor& t) {
  const at::Tensor flat = t.detach().to(torch::kFloat64).contiguous();
  return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

// Of a parameter or input that autograd may not have reached.
at::Tensor GradientOf(const at::Tensor& t) {
  return t.grad().defined() ? t.grad() : torch::zeros_like(t);
}

double NormEpsilon(double asked, at::ScalarType type) {
  if (asked > 0) return asked;
  return type == torch::kFloat64 ? std::numeric_limits<double>::min()
                                 : double{std::numeric_limits<float>::min()};
}

HyperConnection MakeSite(const SiteInputs& in, const SiteOptions& options, at::ScalarType type) {
  SiteSettings settings;
  settings.read = settings.write = settings.connection;
  settings.constraint = options.choice;
  settings.eps_pre = options.eps_pre;
  settings.eps_norm = NormEpsilon(options.eps_norm, type);
  HyperConnection site(settings, in.streams, in.channels, 0);
  site->to(type);
  return site;
}

// The site's predictors in the order of the slices of phi and bias.
std::vector<MapPredictor> Predictors(const HyperConnection& site) {
  return {site->pre, site->post, site->mixer->predictor};
}

void LoadParameters(const SiteInputs& in, const HyperConnection& site, at::ScalarType type) {
  torch::NoGradGuard no_grad;
  const auto columns = static_cast<std::int64_t>(in.bias.size());
  const at::Tensor phi = ToTensor(in.phi, {in.streams * in.channels, columns}, type);
  const at::Tensor bias = ToTensor(in.bias, {columns}, type);
  std::int64_t first = 0;
  std::size_t slice = 0;
  for (const MapPredictor& predictor : Predictors(site)) {
    const std::int64_t width = predictor->size();
    if (width > 0) {
      predictor->phi.copy_(phi.narrow(1, first, width));
      predictor->bias.copy_(bias.narrow(0, first, width));
      predictor->alpha.fill_(in.alpha[slice]);
    }
    first += width;
    ++slice;
  }
}

void TakeParameterGradients(const HyperConnection& site, SiteOutputs& out) {
  std::vector<at::Tensor> phi, bias;
  for (const MapPredictor& predictor : Predictors(site)) {
    if (predictor->size() == 0) {
      out.grad_alpha.push_back(0.0);
      continue;
    }
    phi.push_back(GradientOf(predictor->phi));
    bias.push_back(GradientOf(predictor->bias));
    out.grad_alpha.push_back(GradientOf(predictor->alpha).item<double>());
  }
  out.grad_phi = ToDoubles(torch::cat(phi, 1));
  out.grad_bias = ToDoubles(torch::cat(bias));
}

}  // namespace

Result<SiteOutputs> RunReferenceSite(const SiteInputs& in, const SiteOptions& options,
                                     at::ScalarType type) {
  if (const Status sound = CheckSite(in, options); !sound) return tl::unexpected(sound.error());
  if (!HasDifferentiableMap(*options.choice.constraint)) {
    return Fail("constraint: {} has no LibTorch version", options.choice.constraint->name);
  }
  HyperConnection site = MakeSite(in, options, type);
  LoadParameters(in, site, type);
  const at::Tensor x = ToTensor(in.x, {1, in.tokens, in.streams, in.channels}, type);
  const at::Tensor f = ToTensor(in.f, {1, in.tokens, in.channels}, type);
  x.requires_grad_();
  f.requires_grad_();
  StreamMappings maps = site->Maps(x);
  maps.post_BTN = maps.post_BTN * (options.post_factor / 2);  // the module's own factor is 2
  const at::Tensor z = site->Read(maps, x);
  const at::Tensor y = site->Write(maps, x, f);

  SiteOutputs out;
  out.pre = ToDoubles(maps.pre_BTN);
  out.post = ToDoubles(maps.post_BTN);
  out.res = ToDoubles(maps.res_BTNN.expand({1, in.tokens, in.streams, in.streams}));
  out.z = ToDoubles(z);
  out.y = ToDoubles(y);
  if (in.gy.empty() && in.gz.empty()) return out;
  at::Tensor sum = torch::zeros({}, x.options().requires_grad(false));
  if (!in.gy.empty()) sum = sum + (y * ToTensor(in.gy, x.sizes(), type)).sum();
  if (!in.gz.empty()) sum = sum + (z * ToTensor(in.gz, f.sizes(), type)).sum();
  sum.backward();
  out.grad_x = ToDoubles(GradientOf(x));
  out.grad_f = ToDoubles(GradientOf(f));
  TakeParameterGradients(site, out);
  return out;
}

}  // namespace mhc
