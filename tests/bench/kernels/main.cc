// The fused kernels of one site alone, on 1,024 tokens: microseconds a call.
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <thread>
#include <vector>

#include "core/model/kernel_constraint.h"

namespace mhc {
namespace {

using Floats = std::vector<float>;

Floats Normals(std::size_t count, float scale) {
  std::mt19937 engine(1);
  std::normal_distribution<float> normal(0.0f, scale);
  Floats values(count);
  for (float& value : values) value = normal(engine);
  return values;
}

// A site of 1,024 tokens and what its kernels read and write.
struct BenchSite {
  explicit BenchSite(std::int64_t width, const char* constraint, int n = 4)
      : choice(*ParseConstraint(constraint)) {
    site.streams = n;
    site.channels = width;
    site.eps_norm = 1e-20f;
    site.constraint = ToKernel(choice, n);
    const int k = site.constraint.logits;
    columns = 2 * n + k;
    const auto length = static_cast<std::size_t>(n * width);
    const auto stride = kernels::ColumnStride(static_cast<std::int64_t>(length));
    weights = Normals(static_cast<std::size_t>(columns * stride), 0.02f);
    bias = Normals(static_cast<std::size_t>(columns), 0.5f);
    site.flat_weights = weights.data();
    site.pre = {kernels::Source::kFlattened, n, n, &alpha, bias.data()};
    site.post = {kernels::Source::kFlattened, n, n, &alpha, bias.data() + n};
    site.res = {kernels::Source::kFlattened, k, k, &alpha, bias.data() + 2 * n};
    const auto p = static_cast<std::size_t>(kTokens), s = static_cast<std::size_t>(n);
    x = Normals(p * length, 1.0f);
    grad_y = Normals(p * length, 1.0f);
    f = Normals(p * static_cast<std::size_t>(width), 1.0f);
    for (Floats* t : {&y, &grad_x}) t->resize(p * length);
    for (Floats* t : {&z, &grad_f}) t->resize(f.size());
    for (Floats* t : {&pre, &post, &grad_post}) t->resize(p * s);
    for (Floats* t : {&res, &grad_res}) t->resize(p * s * s);
    u.resize(p * static_cast<std::size_t>(columns));
    scale.resize(p);
    grad_weights.resize(static_cast<std::size_t>(columns) * length);
    grad_alpha.resize(4);
    grad_bias.resize(bias.size());
    scratch.resize(kernels::ScratchFloats(site, kTokens, {.threads = 2}));
  }

  void Forward(const kernels::Place& place) {
    kernels::MapsAndRead(site,
                         {.tokens = kTokens,
                          .x = x.data(),
                          .pre = pre.data(),
                          .post = post.data(),
                          .res = res.data(),
                          .z = z.data(),
                          .kept = {u.data(), scale.data(), nullptr}},
                         scratch.data(), place);
  }
  void Mix(const kernels::Place& place) {
    kernels::WriteAndMix({.tokens = kTokens,
                          .streams = site.streams,
                          .channels = site.channels,
                          .x = x.data(),
                          .f = f.data(),
                          .post = post.data(),
                          .res = res.data(),
                          .y = y.data()},
                         place);
  }
  void MixBackward(const kernels::Place& place) {
    kernels::WriteAndMixBackward({.tokens = kTokens,
                                  .streams = site.streams,
                                  .channels = site.channels,
                                  .x = x.data(),
                                  .f = f.data(),
                                  .post = post.data(),
                                  .res = res.data(),
                                  .grad_y = grad_y.data(),
                                  .grad_x = grad_x.data(),
                                  .grad_f = grad_f.data(),
                                  .grad_post = grad_post.data(),
                                  .grad_res = grad_res.data()},
                                 place);
  }
  void Backward(const kernels::Place& place) {
    kernels::MapsAndReadBackward(site,
                                 {.tokens = kTokens,
                                  .x = x.data(),
                                  .pre = pre.data(),
                                  .kept = {u.data(), scale.data(), nullptr},
                                  .grad_z = f.data(),
                                  .grad_post = grad_post.data(),
                                  .grad_res = grad_res.data(),
                                  .grad_pass = grad_x.data(),
                                  .grad_x = grad_x.data(),
                                  .grad_flat_weights = grad_weights.data(),
                                  .grad_alpha = grad_alpha.data(),
                                  .grad_bias = grad_bias.data()},
                                 scratch.data(), place);
  }

  static constexpr std::int64_t kTokens = 1024;
  ConstraintChoice choice;
  kernels::Site site;
  float alpha = 0.01f;
  int columns = 0;
  Floats weights, bias, x, f, grad_y, y, grad_x, z, grad_f, pre, post, grad_post, res, grad_res, u,
      scale, grad_weights, grad_alpha, grad_bias, scratch;
};

// Threads of its own for each call: what is measured is one thread unless it says two.
void ShareAmongThreads(int parts, void (*body)(void* context, int part), void* context) {
  std::vector<std::thread> threads;
  for (int part = 1; part < parts; ++part) threads.emplace_back(body, context, part);
  body(context, 0);
  for (std::thread& thread : threads) thread.join();
}

using Pass = void (BenchSite::*)(const kernels::Place& place);

void Measure(benchmark::State& state, Pass pass, const char* constraint) {
  BenchSite bench(state.range(0), constraint);
  const kernels::Place place{static_cast<int>(state.range(1)), ShareAmongThreads};
  bench.Forward(place);
  bench.Mix(place);
  bench.MixBackward(place);
  for (auto _ : state) (bench.*pass)(place);
}

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"C", "threads"});
  for (const int channels : {256, 1024}) {
    for (const int threads : {1, 2}) benchmark->Args({channels, threads});
  }
  benchmark->UseRealTime()->Unit(benchmark::kMicrosecond);
}

BENCHMARK_CAPTURE(Measure, maps_and_read, &BenchSite::Forward, "sinkhorn")->Apply(Sizes);
BENCHMARK_CAPTURE(Measure, write_and_mix, &BenchSite::Mix, "sinkhorn")->Apply(Sizes);
BENCHMARK_CAPTURE(Measure, write_and_mix_backward, &BenchSite::MixBackward, "sinkhorn")
    ->Apply(Sizes);
BENCHMARK_CAPTURE(Measure, maps_and_read_backward, &BenchSite::Backward, "sinkhorn")->Apply(Sizes);

// Forward and backward of a site under each constraint, one thread, 256 channels. The counter is
// the operations a token and channel that its number of columns needs, by which times are to be
// compared: the constraint itself is not counted.
void MeasureSite(benchmark::State& state, const char* constraint) {
  BenchSite bench(256, constraint);
  const kernels::Place place{1, ShareAmongThreads};
  for (auto _ : state) {
    bench.Forward(place);
    bench.Mix(place);
    bench.MixBackward(place);
    bench.Backward(place);
  }
  const double n = 4.0, columns = bench.columns;
  state.counters["operations"] = 6 * n * columns + 10 * n + 2 * n * (n + 1) + 4 * n * n + 4 * n;
}

void RegisterSites() {
  for (const MixingConstraint& constraint : MixingConstraints()) {
    const std::string name = constraint.name;
    benchmark::RegisterBenchmark(
        ("site/" + name).c_str(),
        [name](benchmark::State& state) { MeasureSite(state, name.c_str()); })
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
  }
}

}  // namespace
}  // namespace mhc

int main(int count, char** arguments) {
  mhc::RegisterSites();
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
