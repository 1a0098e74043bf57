// The fused kernels of one site on a card: microseconds of each, from replays of a graph that goes
// through several sets of inputs, larger than the card's cache together; and what share that is of
// the time in which the card copies as many bytes as the site has to move, 41 C numbers a token.
#include <cuda_runtime.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/model/kernel_constraint.h"
#include "core/model/kernels/card.h"
#include "core/model/placed_numbers.h"

namespace mhc {
namespace {

using Floats = std::vector<float>;

void Check(cudaError_t result) {
  if (result == cudaSuccess) return;
  fmt::print(stderr, "bench_card: {}\n", cudaGetErrorString(result));
  std::exit(1);
}

// Draws from one list, over and over: a gigabyte of normal numbers would take longer than the rest.
Floats Normals(std::size_t count, float scale, unsigned seed) {
  static const Floats kDrawn = [] {
    std::mt19937 engine(1);
    std::normal_distribution<float> normal;
    Floats values(1'000'003);
    for (float& value : values) value = normal(engine);
    return values;
  }();
  Floats values(count);
  std::size_t at = seed * 7919;
  for (float& value : values) value = scale * kDrawn[at++ % kDrawn.size()];
  return values;
}

struct Shape {
  std::int64_t tokens, channels;
  bool is_bfloat16;
};

// A site with one set of inputs.
class CardSite {
 public:
  CardSite(const Shape& shape, const ConstraintChoice& choice, int n, unsigned seed,
           const kernels::Place& place)
      : shape_(shape),
        n_(n),
        logits_(LogitCount(choice, n)),
        length_(static_cast<std::size_t>(n * shape.channels)),
        columns_(static_cast<std::size_t>(2 * n + logits_)),
        weights_(Normals(columns_ * static_cast<std::size_t>(
                                        kernels::ColumnStride(static_cast<std::int64_t>(length_))),
                         0.02f, seed),
                 false, place),
        alpha_(Floats(3, 0.5f), false, place),
        bias_(Normals(columns_, 0.5f, seed + 1), false, place),
        x_(Normals(Tokens() * length_, 1.0f, seed + 2), shape.is_bfloat16, place),
        f_(Normals(Between(), 1.0f, seed + 3), shape.is_bfloat16, place),
        grad_y_(Normals(Tokens() * length_, 1.0f, seed + 4), shape.is_bfloat16, place),
        grad_z_(Normals(Between(), 1.0f, seed + 5), shape.is_bfloat16, place),
        y_(Tokens() * length_, shape.is_bfloat16, place),
        grad_x_(Tokens() * length_, shape.is_bfloat16, place),
        z_(Between(), shape.is_bfloat16, place),
        grad_f_(Between(), shape.is_bfloat16, place),
        pre_(Tokens() * Streams(), false, place),
        post_(Tokens() * Streams(), false, place),
        res_(Tokens() * Streams() * Streams(), false, place),
        grad_post_(post_.size(), false, place),
        grad_res_(res_.size(), false, place),
        u_(Tokens() * columns_, false, place),
        scale_(Tokens(), false, place),
        grad_weights_(columns_ * length_, false, place),
        grad_alpha_(4, false, place),
        grad_bias_(columns_, false, place),
        scratch_(Describe(choice), false, place) {}

  void MapsAndRead(const kernels::Place& place) {
    kernels::MapsAndRead(site_,
                         {.tokens = shape_.tokens,
                          .x = x_.data(),
                          .x_is_bfloat16 = shape_.is_bfloat16,
                          .pre = pre_.floats(),
                          .post = post_.floats(),
                          .res = res_.floats(),
                          .z = z_.data(),
                          .z_is_bfloat16 = shape_.is_bfloat16,
                          .kept = {u_.floats(), scale_.floats(), nullptr}},
                         scratch_.floats(), place);
  }
  void WriteAndMix(const kernels::Place& place) {
    kernels::WriteAndMix({.tokens = shape_.tokens,
                          .streams = n_,
                          .channels = shape_.channels,
                          .is_bfloat16 = shape_.is_bfloat16,
                          .x = x_.data(),
                          .f = f_.data(),
                          .f_is_bfloat16 = shape_.is_bfloat16,
                          .post = post_.floats(),
                          .res = res_.floats(),
                          .y = y_.data()},
                         place);
  }
  void WriteAndMixBackward(const kernels::Place& place) {
    kernels::WriteAndMixBackward({.tokens = shape_.tokens,
                                  .streams = n_,
                                  .channels = shape_.channels,
                                  .is_bfloat16 = shape_.is_bfloat16,
                                  .x = x_.data(),
                                  .f = f_.data(),
                                  .f_is_bfloat16 = shape_.is_bfloat16,
                                  .post = post_.floats(),
                                  .res = res_.floats(),
                                  .grad_y = grad_y_.data(),
                                  .grad_x = grad_x_.data(),
                                  .grad_f = grad_f_.data(),
                                  .grad_post = grad_post_.floats(),
                                  .grad_res = grad_res_.floats()},
                                 place);
  }
  void MapsAndReadBackward(const kernels::Place& place) {
    kernels::MapsAndReadBackward(site_,
                                 {.tokens = shape_.tokens,
                                  .x = x_.data(),
                                  .x_is_bfloat16 = shape_.is_bfloat16,
                                  .pre = pre_.floats(),
                                  .kept = {u_.floats(), scale_.floats(), nullptr},
                                  .grad_z = grad_z_.data(),
                                  .z_is_bfloat16 = shape_.is_bfloat16,
                                  .grad_post = grad_post_.floats(),
                                  .grad_res = grad_res_.floats(),
                                  .grad_pass = grad_x_.data(),
                                  .grad_x = grad_x_.data(),
                                  .grad_flat_weights = grad_weights_.floats(),
                                  .grad_alpha = grad_alpha_.floats(),
                                  .grad_bias = grad_bias_.floats()},
                                 scratch_.floats(), place);
  }

 private:
  std::size_t Tokens() const { return static_cast<std::size_t>(shape_.tokens); }
  std::size_t Streams() const { return static_cast<std::size_t>(n_); }
  std::size_t Between() const { return Tokens() * static_cast<std::size_t>(shape_.channels); }

  // Fills `site_`; the floats of its scratch memory.
  std::size_t Describe(const ConstraintChoice& choice) {
    site_.streams = n_;
    site_.channels = shape_.channels;
    site_.eps_norm = 1e-20f;
    site_.constraint = ToKernel(choice, n_);
    site_.flat_weights = weights_.floats();
    const auto predictor = [&](int slice, int first, int count) {
      return kernels::Predictor{kernels::Source::kFlattened, count, count, alpha_.floats() + slice,
                                bias_.floats() + first};
    };
    site_.pre = predictor(0, 0, n_);
    site_.post = predictor(1, n_, n_);
    site_.res = predictor(2, 2 * n_, logits_);
    return kernels::ScratchFloats(site_, shape_.tokens, kernels::CardPlace());
  }

  Shape shape_;
  int n_, logits_;
  std::size_t length_, columns_;
  kernels::Site site_;
  PlacedNumbers weights_, alpha_, bias_, x_, f_, grad_y_, grad_z_, y_, grad_x_, z_, grad_f_, pre_,
      post_, res_, grad_post_, grad_res_, u_, scale_, grad_weights_, grad_alpha_, grad_bias_,
      scratch_;
};

// Milliseconds of one replay of what `work` queues; the median.
double TimeGraph(const std::function<void(cudaStream_t)>& work) {
  constexpr int kReplays = 31;
  cudaStream_t stream = nullptr;
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t replay = nullptr;
  Check(cudaStreamCreate(&stream));
  work(stream);  // what is set up at the first call
  Check(cudaStreamSynchronize(stream));
  Check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  work(stream);
  Check(cudaStreamEndCapture(stream, &graph));
  Check(cudaGraphInstantiate(&replay, graph, 0));
  cudaEvent_t start = nullptr, end = nullptr;
  Check(cudaEventCreate(&start));
  Check(cudaEventCreate(&end));
  std::vector<float> times;
  for (int k = 0; k < kReplays + 3; ++k) {
    float milliseconds = 0.0f;
    Check(cudaEventRecord(start, stream));
    Check(cudaGraphLaunch(replay, stream));
    Check(cudaEventRecord(end, stream));
    Check(cudaEventSynchronize(end));
    Check(cudaEventElapsedTime(&milliseconds, start, end));
    if (k >= 3) times.push_back(milliseconds);
  }
  cudaEventDestroy(start);
  cudaEventDestroy(end);
  cudaGraphExecDestroy(replay);
  cudaGraphDestroy(graph);
  cudaStreamDestroy(stream);
  std::sort(times.begin(), times.end());
  return static_cast<double>(times[times.size() / 2]);
}

// Bytes a millisecond, read and written.
double CopyRate() {
  constexpr std::size_t kBytes = std::size_t{1} << 30;
  void *from = nullptr, *to = nullptr;
  Check(cudaMalloc(&from, kBytes));
  Check(cudaMalloc(&to, kBytes));
  const double time = TimeGraph([&](cudaStream_t stream) {
    for (int k = 0; k < 4; ++k) {
      Check(cudaMemcpyAsync(to, from, kBytes, cudaMemcpyDeviceToDevice, stream));
    }
  });
  cudaFree(from);
  cudaFree(to);
  return 4.0 * 2.0 * static_cast<double>(kBytes) / time;
}

using Sites = std::vector<std::unique_ptr<CardSite>>;

Sites SitesOf(const Shape& shape, const ConstraintChoice& choice, int n) {
  const auto bytes =
      static_cast<double>(shape.tokens * shape.channels * n) * (shape.is_bfloat16 ? 2.0 : 4.0);
  const auto count = std::max(2, static_cast<int>(std::ceil(200e6 / bytes)));
  Sites sites;
  for (int k = 0; k < count; ++k) {
    sites.push_back(std::make_unique<CardSite>(shape, choice, n, static_cast<unsigned>(k + 1),
                                               kernels::CardPlace()));
  }
  return sites;
}

void Measure(const Shape& shape, const std::string& constraint, int n, double rate) {
  const Sites sites = SitesOf(shape, *ParseConstraint(constraint), n);
  const auto count = static_cast<double>(sites.size());
  using Part = void (CardSite::*)(const kernels::Place&);
  const auto time = [&](const std::vector<Part>& parts) {
    return TimeGraph([&](cudaStream_t stream) {
             const kernels::Place place = kernels::CardPlace(stream);
             for (const auto& site : sites) {
               for (const Part part : parts) ((*site).*part)(place);
             }
           }) /
           count;
  };
  const double read = time({&CardSite::MapsAndRead}), mix = time({&CardSite::WriteAndMix});
  const double mix_back = time({&CardSite::WriteAndMixBackward});
  const double read_back = time({&CardSite::MapsAndReadBackward});
  const double all = time({&CardSite::MapsAndRead, &CardSite::WriteAndMix,
                           &CardSite::WriteAndMixBackward, &CardSite::MapsAndReadBackward});
  const double bytes = 41.0 / 4.0 * n * static_cast<double>(shape.tokens * shape.channels) *
                       (shape.is_bfloat16 ? 2.0 : 4.0);
  if (const char* fault = kernels::CardFault()) fmt::print("fault: {}\n", fault);
  fmt::print(
      "{:6} x {:4} {:4} n {} {:16} {:8.1f} {:8.1f} {:8.1f} {:8.1f} {:9.1f} {:9.1f} {:6.1f}\n",
      shape.tokens, shape.channels, shape.is_bfloat16 ? "bf16" : "f32", n, constraint, 1e3 * read,
      1e3 * mix, 1e3 * mix_back, 1e3 * read_back, 1e3 * all, 1e3 * bytes / rate,
      100.0 * bytes / rate / all);
}

int Run(bool every_constraint) {
  if (kernels::CardCount() == 0) {
    fmt::print("bench_card: no card here\n");
    return 1;
  }
  cudaDeviceProp card{};
  Check(cudaGetDeviceProperties(&card, 0));
  const double rate = CopyRate();
  fmt::print("{}, copies {:.0f} GB/s\n", card.name, rate / 1e6);
  fmt::print("{:35} {:>8} {:>8} {:>8} {:>8} {:>9} {:>9} {:>6}\n", "microseconds", "read", "mix",
             "mix'", "read'", "site", "41C", "%");
  for (const Shape shape :
       {Shape{8192, 2560, true}, Shape{16384, 1024, true}, Shape{4096, 7168, true},
        Shape{8192, 1024, true}, Shape{16384, 256, false}, Shape{1024, 256, false}}) {
    Measure(shape, "sinkhorn", 4, rate);
  }
  if (!every_constraint) return 0;
  for (const std::string constraint :
       {"identity", "unconstrained", "row_softmax", "permutation_mix", "kronecker",
        "transport_fill", "orthostochastic", "circulant", "cayley", "householder", "quaternion",
        "spectral_sphere", "identity_mix", "harmonized", "spectral_clip"}) {
    Measure({8192, 2560, true}, constraint, 4, rate);
  }
  for (const int n : {1, 2, 3, 8}) Measure({8192, 1024, true}, "sinkhorn", n, rate);
  return 0;
}

}  // namespace
}  // namespace mhc

int main(int argc, char**) { return mhc::Run(argc > 1); }
