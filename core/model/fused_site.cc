#include "core/model/fused_site.h"

#include <algorithm>
#include <limits>

#include "core/model/kernel_constraint.h"

namespace mhc {
namespace {

using Floats = std::vector<float>;

Floats ToFloats(const std::vector<double>& values) { return {values.begin(), values.end()}; }
std::vector<double> ToDoubles(const Floats& values) { return {values.begin(), values.end()}; }

// [rows, columns] -> [columns, rows].
Floats Transposed(const std::vector<double>& values, std::size_t rows, std::size_t columns) {
  Floats transposed(values.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      transposed[column * rows + row] = static_cast<float>(values[row * columns + column]);
    }
  }
  return transposed;
}

// Columns as far apart as the kernels want them.
Floats Apart(const Floats& columns, std::size_t length) {
  const auto stride =
      static_cast<std::size_t>(kernels::ColumnStride(static_cast<std::int64_t>(length)));
  Floats apart(columns.size() / length * stride);
  for (std::size_t column = 0; column * length < columns.size(); ++column) {
    std::copy_n(columns.data() + column * length, length, apart.data() + column * stride);
  }
  return apart;
}

// The numbers of a site in float32, and the kernels' description of it.
struct FusedSite {
  FusedSite(const SiteInputs& in, const SiteOptions& options)
      : columns(static_cast<std::size_t>(in.streams) * 2 +
                static_cast<std::size_t>(LogitCount(options.choice, in.streams))),
        length(static_cast<std::size_t>(in.streams) * static_cast<std::size_t>(in.channels)),
        weights(Apart(Transposed(in.phi, length, columns), length)),
        bias(ToFloats(in.bias)) {
    const int n = in.streams;
    site.streams = n;
    site.channels = in.channels;
    site.eps_norm = options.eps_norm > 0 ? static_cast<float>(options.eps_norm)
                                         : std::numeric_limits<float>::min();
    site.flat_weights = weights.data();
    site.eps_pre = static_cast<float>(options.eps_pre);
    site.post_factor = static_cast<float>(options.post_factor);
    site.constraint = ToKernel(options.choice, n);
    const auto predictor = [&](int slice, int first, int count) {
      return kernels::Predictor{kernels::Source::kFlattened, count, count,
                                static_cast<float>(in.alpha[static_cast<std::size_t>(slice)]),
                                bias.data() + first};
    };
    site.pre = predictor(0, 0, n);
    site.post = predictor(1, n, n);
    site.res = predictor(2, 2 * n, site.constraint.logits);
  }

  std::size_t columns, length;
  Floats weights, bias;
  kernels::Site site;
};

struct ForwardArrays {
  Floats pre, post, res, z, y, u, scale;
};

ForwardArrays RunForward(const FusedSite& fused, const SiteInputs& in, const Floats& x,
                         const Floats& f, Floats& scratch, const kernels::Place& place) {
  const auto tokens = static_cast<std::size_t>(in.tokens), n = static_cast<std::size_t>(in.streams);
  ForwardArrays a{Floats(tokens * n), Floats(tokens * n), Floats(tokens * n * n),
                  Floats(f.size()),   Floats(x.size()),   Floats(tokens * fused.columns),
                  Floats(tokens)};
  kernels::MapsAndRead(fused.site,
                       {.tokens = in.tokens,
                        .x = x.data(),
                        .pre = a.pre.data(),
                        .post = a.post.data(),
                        .res = a.res.data(),
                        .z = a.z.data(),
                        .kept = {a.u.data(), a.scale.data(), nullptr}},
                       scratch.data(), place);
  kernels::WriteAndMix({.tokens = in.tokens,
                        .streams = in.streams,
                        .channels = in.channels,
                        .x = x.data(),
                        .f = f.data(),
                        .post = a.post.data(),
                        .res = a.res.data(),
                        .y = a.y.data()},
                       place);
  return a;
}

void RunBackward(const FusedSite& fused, const SiteInputs& in, const Floats& x, const Floats& f,
                 ForwardArrays& a, Floats& scratch, const kernels::Place& place, SiteOutputs& out) {
  const Floats gy = in.gy.empty() ? Floats(x.size()) : ToFloats(in.gy);
  const Floats gz = in.gz.empty() ? Floats(f.size()) : ToFloats(in.gz);
  Floats grad_x(x.size()), grad_f(f.size()), grad_post(a.post.size()), grad_res(a.res.size());
  Floats grad_weights(fused.columns * fused.length), grad_alpha(4), grad_bias(fused.bias.size());
  kernels::WriteAndMixBackward({.tokens = in.tokens,
                                .streams = in.streams,
                                .channels = in.channels,
                                .x = x.data(),
                                .f = f.data(),
                                .post = a.post.data(),
                                .res = a.res.data(),
                                .grad_y = gy.data(),
                                .grad_x = grad_x.data(),
                                .grad_f = grad_f.data(),
                                .grad_post = grad_post.data(),
                                .grad_res = grad_res.data()},
                               place);
  kernels::MapsAndReadBackward(fused.site,
                               {.tokens = in.tokens,
                                .x = x.data(),
                                .pre = a.pre.data(),
                                .kept = {a.u.data(), a.scale.data(), nullptr},
                                .grad_z = gz.data(),
                                .grad_post = grad_post.data(),
                                .grad_res = grad_res.data(),
                                .grad_pass = grad_x.data(),
                                .grad_x = grad_x.data(),
                                .grad_flat_weights = grad_weights.data(),
                                .grad_alpha = grad_alpha.data(),
                                .grad_bias = grad_bias.data()},
                               scratch.data(), place);
  out.grad_x = ToDoubles(grad_x);
  out.grad_f = ToDoubles(grad_f);
  out.grad_phi = ToDoubles(
      Transposed({grad_weights.begin(), grad_weights.end()}, fused.columns, fused.length));
  out.grad_alpha = {grad_alpha[0], grad_alpha[1], grad_alpha[2]};
  out.grad_bias = ToDoubles(grad_bias);
}

}  // namespace

Result<SiteOutputs> RunFusedSite(const SiteInputs& in, const SiteOptions& options,
                                 const kernels::Place& place) {
  if (const Status sound = CheckSite(in, options); !sound) return tl::unexpected(sound.error());
  if (in.streams > kernels::kMostStreams) {
    return Fail("streams: found {}, expected at most {} for the fused kernels", in.streams,
                kernels::kMostStreams);
  }
  const FusedSite fused(in, options);
  Floats scratch(kernels::ScratchFloats(fused.site, place.threads));
  const Floats x = ToFloats(in.x), f = ToFloats(in.f);
  ForwardArrays a = RunForward(fused, in, x, f, scratch, place);
  SiteOutputs out{.pre = ToDoubles(a.pre),
                  .post = ToDoubles(a.post),
                  .res = ToDoubles(a.res),
                  .z = ToDoubles(a.z),
                  .y = ToDoubles(a.y),
                  .grad_x = {},
                  .grad_phi = {},
                  .grad_alpha = {},
                  .grad_bias = {},
                  .grad_f = {}};
  if (!in.gy.empty() || !in.gz.empty()) RunBackward(fused, in, x, f, a, scratch, place, out);
  return out;
}

}  // namespace mhc
