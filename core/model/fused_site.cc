#include "core/model/fused_site.h"

#include <algorithm>
#include <limits>

#include "core/model/kernel_constraint.h"
#include "core/model/kernels/card.h"
#include "core/model/placed_numbers.h"

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
  FusedSite(const SiteInputs& in, const SiteOptions& options, const kernels::Place& where,
            const FusedNumbers& types)
      : place(where),
        numbers(types),
        columns(static_cast<std::size_t>(in.streams) * 2 +
                static_cast<std::size_t>(LogitCount(options.choice, in.streams))),
        length(static_cast<std::size_t>(in.streams) * static_cast<std::size_t>(in.channels)),
        weights(Apart(Transposed(in.phi, length, columns), length), false, place),
        alpha(ToFloats(in.alpha), false, place),
        bias(ToFloats(in.bias), false, place) {
    const int n = in.streams;
    site.streams = n;
    site.channels = in.channels;
    site.eps_norm = options.eps_norm > 0 ? static_cast<float>(options.eps_norm)
                                         : std::numeric_limits<float>::min();
    site.flat_weights = weights.floats();
    site.eps_pre = static_cast<float>(options.eps_pre);
    site.post_factor = static_cast<float>(options.post_factor);
    site.constraint = ToKernel(options.choice, n);
    const auto predictor = [&](int slice, int first, int count) {
      return kernels::Predictor{kernels::Source::kFlattened, count, count, alpha.floats() + slice,
                                bias.floats() + first};
    };
    site.pre = predictor(0, 0, n);
    site.post = predictor(1, n, n);
    site.res = predictor(2, 2 * n, site.constraint.logits);
  }

  PlacedNumbers Zeros(std::size_t count) const { return {count, false, place}; }
  PlacedNumbers Streams(const Floats& values) const {
    return {values, numbers.streams_are_bfloat16, place};
  }
  PlacedNumbers Between(const Floats& values) const {
    return {values, numbers.between_is_bfloat16, place};
  }

  kernels::Place place;
  FusedNumbers numbers;
  std::size_t columns, length;
  PlacedNumbers weights, alpha, bias;
  kernels::Site site;
};

struct ForwardArrays {
  PlacedNumbers pre, post, res, z, y, u, scale;
};

ForwardArrays RunForward(const FusedSite& fused, const SiteInputs& in, const PlacedNumbers& x,
                         const PlacedNumbers& f, PlacedNumbers& scratch) {
  const auto tokens = static_cast<std::size_t>(in.tokens), n = static_cast<std::size_t>(in.streams);
  ForwardArrays a{fused.Zeros(tokens * n),
                  fused.Zeros(tokens * n),
                  fused.Zeros(tokens * n * n),
                  fused.Between(Floats(f.size())),
                  fused.Streams(Floats(x.size())),
                  fused.Zeros(tokens * fused.columns),
                  fused.Zeros(tokens)};
  kernels::MapsAndRead(fused.site,
                       {.tokens = in.tokens,
                        .x = x.data(),
                        .x_is_bfloat16 = fused.numbers.streams_are_bfloat16,
                        .pre = a.pre.floats(),
                        .post = a.post.floats(),
                        .res = a.res.floats(),
                        .z = a.z.data(),
                        .z_is_bfloat16 = fused.numbers.between_is_bfloat16,
                        .kept = {a.u.floats(), a.scale.floats(), nullptr}},
                       scratch.floats(), fused.place);
  kernels::WriteAndMix({.tokens = in.tokens,
                        .streams = in.streams,
                        .channels = in.channels,
                        .is_bfloat16 = fused.numbers.streams_are_bfloat16,
                        .x = x.data(),
                        .f = f.data(),
                        .f_is_bfloat16 = fused.numbers.between_is_bfloat16,
                        .post = a.post.floats(),
                        .res = a.res.floats(),
                        .y = a.y.data()},
                       fused.place);
  return a;
}

void RunBackward(const FusedSite& fused, const SiteInputs& in, const PlacedNumbers& x,
                 const PlacedNumbers& f, ForwardArrays& a, PlacedNumbers& scratch,
                 SiteOutputs& out) {
  const PlacedNumbers gy = fused.Streams(in.gy.empty() ? Floats(x.size()) : ToFloats(in.gy));
  const PlacedNumbers gz = fused.Between(in.gz.empty() ? Floats(f.size()) : ToFloats(in.gz));
  PlacedNumbers grad_x = fused.Streams(Floats(x.size())), grad_f = fused.Between(Floats(f.size()));
  PlacedNumbers grad_post = fused.Zeros(a.post.size()), grad_res = fused.Zeros(a.res.size());
  PlacedNumbers grad_weights = fused.Zeros(fused.columns * fused.length);
  PlacedNumbers grad_alpha = fused.Zeros(4), grad_bias = fused.Zeros(fused.bias.size());
  kernels::WriteAndMixBackward({.tokens = in.tokens,
                                .streams = in.streams,
                                .channels = in.channels,
                                .is_bfloat16 = fused.numbers.streams_are_bfloat16,
                                .x = x.data(),
                                .f = f.data(),
                                .f_is_bfloat16 = fused.numbers.between_is_bfloat16,
                                .post = a.post.floats(),
                                .res = a.res.floats(),
                                .grad_y = gy.data(),
                                .grad_x = grad_x.data(),
                                .grad_f = grad_f.data(),
                                .grad_post = grad_post.floats(),
                                .grad_res = grad_res.floats()},
                               fused.place);
  kernels::MapsAndReadBackward(fused.site,
                               {.tokens = in.tokens,
                                .x = x.data(),
                                .x_is_bfloat16 = fused.numbers.streams_are_bfloat16,
                                .pre = a.pre.floats(),
                                .kept = {a.u.floats(), a.scale.floats(), nullptr},
                                .grad_z = gz.data(),
                                .z_is_bfloat16 = fused.numbers.between_is_bfloat16,
                                .grad_post = grad_post.floats(),
                                .grad_res = grad_res.floats(),
                                .grad_pass = grad_x.data(),
                                .grad_x = grad_x.data(),
                                .grad_flat_weights = grad_weights.floats(),
                                .grad_alpha = grad_alpha.floats(),
                                .grad_bias = grad_bias.floats()},
                               scratch.floats(), fused.place);
  out.grad_x = ToDoubles(grad_x.Read());
  out.grad_f = ToDoubles(grad_f.Read());
  out.grad_phi = ToDoubles(Transposed(ToDoubles(grad_weights.Read()), fused.columns, fused.length));
  const Floats of_alpha = grad_alpha.Read();
  out.grad_alpha = {of_alpha[0], of_alpha[1], of_alpha[2]};
  out.grad_bias = ToDoubles(grad_bias.Read());
}

// What a card cannot do of it.
Status CheckPlace(const SiteInputs& in, const SiteOptions& options, const kernels::Place& place) {
  if (place.card == nullptr) return {};
  if (kernels::CardCount() == 0) return Fail("device: found no card that these kernels run on");
  if (ToKernel(options.choice, in.streams).family == kernels::Family::kOracle) {
    return Fail("constraint: found one of more than {} rows, expected fewer on a card",
                kernels::kMostRows);
  }
  return {};
}

}  // namespace

Result<SiteOutputs> RunFusedSite(const SiteInputs& in, const SiteOptions& options,
                                 const kernels::Place& place, const FusedNumbers& numbers) {
  if (const Status sound = CheckSite(in, options); !sound) return tl::unexpected(sound.error());
  if (in.streams > kernels::kMostStreams) {
    return Fail("streams: found {}, expected at most {} for the fused kernels", in.streams,
                kernels::kMostStreams);
  }
  if (const Status can = CheckPlace(in, options, place); !can) return tl::unexpected(can.error());
  const FusedSite fused(in, options, place, numbers);
  PlacedNumbers scratch = fused.Zeros(kernels::ScratchFloats(fused.site, in.tokens, place));
  const PlacedNumbers x = fused.Streams(ToFloats(in.x)), f = fused.Between(ToFloats(in.f));
  ForwardArrays a = RunForward(fused, in, x, f, scratch);
  SiteOutputs out{.pre = ToDoubles(a.pre.Read()),
                  .post = ToDoubles(a.post.Read()),
                  .res = ToDoubles(a.res.Read()),
                  .z = ToDoubles(a.z.Read()),
                  .y = ToDoubles(a.y.Read()),
                  .grad_x = {},
                  .grad_phi = {},
                  .grad_alpha = {},
                  .grad_bias = {},
                  .grad_f = {}};
  if (!in.gy.empty() || !in.gz.empty()) RunBackward(fused, in, x, f, a, scratch, out);
  if (const char* fault = place.card != nullptr ? kernels::CardFault() : nullptr) {
    return Fail("the card: found \"{}\", expected the site's maps", fault);
  }
  return out;
}

}  // namespace mhc
