// Shapes: B batch, T tokens, N streams, C channels.
#include "core/train/bench/site_bench.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "core/model/hyper_connection.h"
#include "core/model/kernels/site_kernels.h"
#include "core/record/record/step_cost.h"
#include "core/train/bench/stopwatch.h"

namespace mhc {
namespace {

constexpr int kTurns = 7;
constexpr int kPassesATurn = 5;

class TimedSite {
 public:
  TimedSite(const Configuration& configuration, const std::string& kernels,
            const torch::Device& device)
      : site_(WithKernels(configuration.SiteAsBuilt(0), kernels), configuration.model.streams,
              configuration.model.channels, 0) {
    torch::NoGradGuard no_grad;
    constexpr double kDeviation = 0.02;
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(1);
    for (at::Tensor& parameter : site_->parameters()) {
      parameter.add_(torch::randn(parameter.sizes(), generator), kDeviation);
    }
    site_->to(device);
    const ModelSettings& model = configuration.model;
    const auto streams = [&] {
      return torch::randn({configuration.train.batch, model.context, model.streams, model.channels},
                          generator)
          .to(device, model.dtype == "bfloat16" ? torch::kBFloat16 : torch::kFloat32);
    };
    x_BTNC_ = streams();
    grad_y_BTNC_ = streams();
    inputs_ = site_->parameters();
    inputs_.push_back(x_BTNC_.requires_grad_(true));
  }

  void Pass() {
    const SiteReading reading = site_->MapsAndRead(x_BTNC_, /*read_BTN=*/{}, /*with_raw=*/false);
    const at::Tensor y_BTNC = site_->WriteAndMix(reading, reading.z_BTC).x_BTNC;
    torch::autograd::grad({y_BTNC}, inputs_, {grad_y_BTNC_}, std::nullopt, false,
                          /*allow_unused=*/true);
  }

  HyperConnection& site() { return site_; }

 private:
  static SiteSettings WithKernels(SiteSettings settings, const std::string& kernels) {
    settings.kernels = kernels;
    return settings;
  }

  HyperConnection site_;
  at::Tensor x_BTNC_, grad_y_BTNC_;
  std::vector<at::Tensor> inputs_;
};

// Values of a site's maps that are predicted from its streams: M = n² + 2n for full logits. Of kind
// hc one row of θ is multiplied with every stream.
double PredictedColumns(HyperConnection& site) {
  double columns = 0.0;
  for (const MapPredictor& predictor : {site->pre, site->post, site->mixer->predictor}) {
    if (!predictor->dynamic()) continue;
    const bool each_stream = predictor->options().kind == PredictorKind::kHc;
    columns += static_cast<double>(each_stream ? predictor->phi.size(0) : predictor->size());
  }
  return columns;
}

SiteWork WorkOf(HyperConnection& site, const Configuration& configuration) {
  const ModelSettings& model = configuration.model;
  const auto n = static_cast<double>(model.streams), c = static_cast<double>(model.channels);
  const double m = PredictedColumns(site);
  // Products and norm, forward and backward; the read, likewise; write and mix, likewise.
  const double maps = (2 * n * c * m + 2 * n * c) + (4 * n * c * m + 2 * n * c);
  const double read = 2 * n * c + 4 * n * c;
  const double mix = 2 * n * (n + 1) * c + (4 * n * n + 4 * n) * c;
  // Streams of each kernel: read; read and written; there and back. Beside them those of one
  // channel vector a token, which are float32 whatever the streams are.
  const double stream_arrays = n + n + 3 * n + 2 * n + 3 * n;
  constexpr double kVectors = 5.0, kFloatBytes = 4.0;
  const double stream_bytes = model.dtype == "bfloat16" ? 2.0 : 4.0;
  const auto tokens = static_cast<double>(configuration.train.batch * model.context);
  return {tokens * (maps + read + mix),
          tokens * c * (stream_arrays * stream_bytes + kVectors * kFloatBytes)};
}

// What the ceilings are measured with.
class CeilingWork {
 public:
  explicit CeilingWork(const torch::Device& device)
      : a_(torch::ones({kSide, kSide}, device)),
        b_(torch::ones({kSide, kSide}, device)),
        product_(torch::empty({kSide, kSide}, device)),
        from_(torch::ones({kFloats}, device)),
        to_(torch::empty({kFloats}, device)) {}

  void Multiply() { torch::mm_out(product_, a_, b_); }
  void Copy() { to_.copy_(from_); }

  static constexpr std::int64_t kSide = 1024;
  static constexpr std::int64_t kFloats = (64 << 20) / 4;

 private:
  at::Tensor a_, b_, product_, from_, to_;
};

template <class Work>
double TimeOf(const torch::Device& device, Work&& work) {
  const Stopwatch watch(device);
  work();
  return watch.Milliseconds();
}

MachineCeilings CeilingsOf(const std::vector<double>& product_ms,
                           const std::vector<double>& copy_ms) {
  constexpr auto kSide = static_cast<double>(CeilingWork::kSide);
  constexpr double kBytes = 2.0 * 4.0 * CeilingWork::kFloats;
  return {2.0 * kSide * kSide * kSide / (1e6 * Median(product_ms)),
          kBytes / (1e6 * Median(copy_ms))};
}

// As the kernels themselves ask.
Status CheckFused(const Configuration& configuration, const torch::Device& device) {
  if (!device.is_cpu()) return Fail("the fused kernels run on the CPU, not on {}", device.str());
  if (configuration.model.streams > kernels::kMostStreams) {
    return Fail("the fused kernels take up to {} streams, not {}", kernels::kMostStreams,
                configuration.model.streams);
  }
  return {};
}

}  // namespace

Result<double> SiteTimes::ReferenceOverFused() const {
  return fused_ms.map([&](double fused) { return reference_ms / fused; });
}

Result<double> SiteTimes::RooflineShare() const {
  const double bound_ms = std::max(work.flops / (1e6 * machine.gflops),
                                   work.bytes / (1e6 * machine.gigabytes_per_second));
  return fused_ms.map([&](double fused) { return bound_ms / fused; });
}

SiteTimes TimeSite(const Configuration& configuration, const torch::Device& device) {
  TimedSite reference(configuration, "reference", device);
  std::optional<TimedSite> fused;
  const Status can_fuse = CheckFused(configuration, device);
  if (can_fuse) fused.emplace(configuration, "fused", device);
  CeilingWork ceiling(device);
  std::vector<double> reference_ms, fused_ms, product_ms, copy_ms;
  // The first turn is not counted.
  for (int turn = 0; turn <= kTurns; ++turn) {
    if (turn == 1) {
      for (auto* times : {&reference_ms, &fused_ms, &product_ms, &copy_ms}) times->clear();
    }
    for (int pass = 0; pass < kPassesATurn; ++pass) {
      if (fused) fused_ms.push_back(TimeOf(device, [&] { fused->Pass(); }));
    }
    for (int pass = 0; pass < kPassesATurn; ++pass) {
      reference_ms.push_back(TimeOf(device, [&] { reference.Pass(); }));
    }
    product_ms.push_back(TimeOf(device, [&] { ceiling.Multiply(); }));
    copy_ms.push_back(TimeOf(device, [&] { ceiling.Copy(); }));
  }
  SiteTimes times;
  times.reference_ms = Median(reference_ms);
  times.fused_ms = fused ? Result<double>(Median(fused_ms)) : tl::unexpected(can_fuse.error());
  times.work = WorkOf(reference.site(), configuration);
  times.machine = CeilingsOf(product_ms, copy_ms);
  return times;
}

}  // namespace mhc
