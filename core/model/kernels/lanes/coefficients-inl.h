// From the products of a tile of tokens to its coefficients, and back: norm, gates, constraint.
// Whoever includes this has defined MapConstraint and PullConstraint, which differ from place to
// place in what is beyond the lanes.
#if defined(MHC_KERNELS_COEFFICIENTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_COEFFICIENTS_INL_H
#undef MHC_KERNELS_COEFFICIENTS_INL_H
#else
#define MHC_KERNELS_COEFFICIENTS_INL_H
#endif

#include "core/model/kernels/lanes/constraints-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

// sums of squares [kTile] -> 1 / sqrt(mean + ε).
inline HWY_NOINLINE void ScalesOf(std::int64_t length, float epsilon, float* sums) {
  const V share = hn::Set(d, 1.0f / static_cast<float>(length));
  for (int lane = 0; lane < kTile; lane += kLanes) {
    const V mean = hn::Mul(hn::Load(d, sums + lane), share);
    const V root = hn::Sqrt(hn::Add(mean, hn::Set(d, epsilon)));
    hn::Store(hn::Div(hn::Set(d, 1.0f), root), d, sums + lane);
  }
}

// Products of the tile -> u, in the order of the raw values; zeros where a value is static.
inline HWY_NOINLINE void NormaliseProducts(const Site& site, const TileArrays& a) {
  const int n = site.streams, stream_columns = site.Columns(Source::kEachStream);
  int value = 0, flat = 0, row = 0;
  for (const Predictor* predictor : PredictorsOf(site)) {
    for (int k = 0; k < predictor->values; ++k, ++value) {
      float* u = a.u + value * kTile;
      for (int lane = 0; lane < kTile; lane += kLanes) {
        V normalised = hn::Zero(d);
        if (predictor->source == Source::kFlattened) {
          normalised = hn::Mul(hn::Load(d, a.flat_products + (flat + k) * kTile + lane),
                               hn::Load(d, a.flat_scale + lane));
        } else if (predictor->source == Source::kEachStream) {
          const int stream = k % n;
          const int place = stream * stream_columns + row + k / n;
          normalised = hn::Mul(hn::Load(d, a.stream_products + place * kTile + lane),
                               hn::Load(d, a.stream_scale + stream * kTile + lane));
        }
        hn::Store(normalised, d, u + lane);
      }
    }
    if (predictor->source == Source::kFlattened) flat += predictor->columns;
    if (predictor->source == Source::kEachStream) row += predictor->columns;
  }
}

HWY_INLINE V DynamicPart(const Predictor& predictor, V u) {
  return predictor.source == Source::kEachStream ? hn::Tanh(d, u) : u;
}

// u -> raw = α · dynamic part + b.
inline HWY_NOINLINE void MakeRaw(const Site& site, const TileArrays& a) {
  int value = 0;
  for (const Predictor* predictor : PredictorsOf(site)) {
    const V alpha = hn::Set(d, predictor->source == Source::kStatic ? 0.0f : *predictor->alpha);
    for (int k = 0; k < predictor->values; ++k, ++value) {
      const V bias = hn::Set(d, predictor->bias[k]);
      for (int lane = 0; lane < kTile; lane += kLanes) {
        const V part = DynamicPart(*predictor, hn::Load(d, a.u + value * kTile + lane));
        hn::Store(hn::MulAdd(alpha, part, bias), d, a.raw + value * kTile + lane);
      }
    }
  }
}

inline HWY_NOINLINE void MapGate(Gate gate, const float* raw, int n, float factor, float shift,
                                 float fixed, float* values) {
  for (int k = 0; k < n; ++k) {
    for (int lane = 0; lane < kTile; lane += kLanes) {
      V value = hn::Set(d, fixed);
      if (gate != Gate::kFixed) value = hn::Load(d, raw + k * kTile + lane);
      if (gate == Gate::kSigmoid) {
        value = hn::MulAdd(hn::Set(d, factor), Sigmoid(value), hn::Set(d, shift));
      }
      hn::Store(value, d, values + k * kTile + lane);
    }
  }
}

// grad [n][kTile] of the gated values -> of the raw ones.
inline HWY_NOINLINE void PullGate(Gate gate, const float* raw, int n, float factor,
                                  const float* grad, float* grad_raw) {
  if (gate == Gate::kFixed) return;
  for (int k = 0; k < n; ++k) {
    for (int lane = 0; lane < kTile; lane += kLanes) {
      V g = hn::Load(d, grad + k * kTile + lane);
      if (gate == Gate::kSigmoid) {
        const V x = hn::Load(d, raw + k * kTile + lane);
        g = hn::Mul(g, hn::Mul(hn::Set(d, factor), hn::Mul(Sigmoid(x), Sigmoid(hn::Neg(x)))));
      }
      hn::Store(g, d, grad_raw + k * kTile + lane);
    }
  }
}

// raw -> pre, post and res of the first `tokens` lanes.
inline HWY_NOINLINE void MakeMaps(const Site& site, int tokens, const TileArrays& a) {
  const int n = site.streams;
  const float* raw_post = a.raw + site.pre.values * kTile;
  const float* raw_res = raw_post + site.post.values * kTile;
  MapGate(site.pre_gate, a.raw, n, 1.0f, site.eps_pre, site.pre_value, a.pre);
  MapGate(site.post_gate, raw_post, n, site.post_factor, 0.0f, 1.0f, a.post);
  const Timed timed(a.timing ? &a.timing->constraint : nullptr);
  MapConstraint(site.constraint, n, tokens, raw_res, a.res, a.constraint);
  if (!site.blends) return;
  MapConstraint(site.old_constraint, n, tokens, raw_res + site.res.values * kTile, a.old,
                a.constraint);
  const V weight = hn::Set(d, site.blend), rest = hn::Set(d, 1.0f - site.blend);
  for (int k = 0; k < n * n * kTile; k += kLanes) {
    const V kept = hn::Mul(rest, hn::Load(d, a.old + k));
    hn::Store(hn::MulAdd(weight, hn::Load(d, a.res + k), kept), d, a.res + k);
  }
}

// Cotangents of pre, post and res, which stand in the arrays of those, -> of the raw values.
inline HWY_NOINLINE void PullMaps(const Site& site, int tokens, const TileArrays& a) {
  const int n = site.streams;
  const int post = site.pre.values * kTile, res = post + site.post.values * kTile;
  const int old = res + site.res.values * kTile;
  PullGate(site.pre_gate, a.raw, n, 1.0f, a.pre, a.grad_raw);
  PullGate(site.post_gate, a.raw + post, n, site.post_factor, a.post, a.grad_raw + post);
  const Timed timed(a.timing ? &a.timing->constraint : nullptr);
  if (site.blends) {
    for (int k = 0; k < n * n * kTile; k += kLanes) {
      const V g = hn::Load(d, a.res + k);
      hn::Store(hn::Mul(hn::Set(d, 1.0f - site.blend), g), d, a.old + k);
      hn::Store(hn::Mul(hn::Set(d, site.blend), g), d, a.res + k);
    }
    PullConstraint(site.old_constraint, n, tokens, a.raw + old, a.old, a.grad_raw + old,
                   a.constraint);
  }
  PullConstraint(site.constraint, n, tokens, a.raw + res, a.res, a.grad_raw + res, a.constraint);
}

// Adds those of a tile to the cotangents of α [4] and b [values], in double precision; the
// cotangents of the raw values become those of u.
inline HWY_NOINLINE void PullRaw(const Site& site, const TileArrays& a, double* grad_alpha,
                                 double* grad_bias) {
  int value = 0, map = 0;
  for (const Predictor* predictor : PredictorsOf(site)) {
    const bool dynamic = predictor->source != Source::kStatic;
    V sum = hn::Zero(d);
    for (int k = 0; k < predictor->values; ++k, ++value) {
      V sum_of_bias = hn::Zero(d);
      for (int lane = 0; lane < kTile; lane += kLanes) {
        float* grad = a.grad_raw + value * kTile + lane;
        const V g = hn::Load(d, grad);
        sum_of_bias = hn::Add(sum_of_bias, g);
        if (!dynamic) continue;
        const V part = DynamicPart(*predictor, hn::Load(d, a.u + value * kTile + lane));
        sum = hn::MulAdd(g, part, sum);
        V grad_u = hn::Mul(g, hn::Set(d, *predictor->alpha));
        if (predictor->source == Source::kEachStream) {
          grad_u = hn::Mul(grad_u, hn::NegMulAdd(part, part, hn::Set(d, 1.0f)));
        }
        hn::Store(grad_u, d, grad);
      }
      grad_bias[value] += static_cast<double>(SumOf(sum_of_bias));
    }
    if (dynamic) grad_alpha[map] += static_cast<double>(SumOf(sum));
    ++map;
  }
}

// Cotangents of u -> of the products, and what stands before x: with r = 1/rms of L numbers,
// u = p r gives dp = r du and dx += −(r² / L) Σ(u du) x. The scales become the latter.
inline HWY_NOINLINE void PullNorm(const Site& site, const TileArrays& a) {
  const int n = site.streams, stream_columns = site.Columns(Source::kEachStream);
  HWY_ALIGN float flat_sum[kTile] = {};
  HWY_ALIGN float stream_sum[kMostStreams * kTile] = {};
  int value = 0, flat = 0, row = 0;
  // θ may have places that no value uses.
  std::memset(a.stream_products, 0,
              sizeof(float) * static_cast<std::size_t>(n * stream_columns * kTile));
  for (const Predictor* predictor : PredictorsOf(site)) {
    const bool from_stream = predictor->source == Source::kEachStream;
    for (int k = 0; k < predictor->values; ++k, ++value) {
      if (predictor->source == Source::kStatic) continue;
      const int stream = from_stream ? k % n : 0;
      float* sum = from_stream ? stream_sum + stream * kTile : flat_sum;
      const float* scale = from_stream ? a.stream_scale + stream * kTile : a.flat_scale;
      float* product = from_stream
                           ? a.stream_products + (stream * stream_columns + row + k / n) * kTile
                           : a.flat_products + (flat + k) * kTile;
      for (int lane = 0; lane < kTile; lane += kLanes) {
        const V g = hn::Load(d, a.grad_raw + value * kTile + lane);
        const V u = hn::Load(d, a.u + value * kTile + lane);
        hn::Store(hn::MulAdd(g, u, hn::Load(d, sum + lane)), d, sum + lane);
        hn::Store(hn::Mul(g, hn::Load(d, scale + lane)), d, product + lane);
      }
    }
    if (predictor->source == Source::kFlattened) flat += predictor->columns;
    if (from_stream) row += predictor->columns;
  }
  const auto square = [](float* scale, const float* sum, std::int64_t length) {
    for (int t = 0; t < kTile; ++t) {
      scale[t] = -scale[t] * scale[t] / static_cast<float>(length) * sum[t];
    }
  };
  square(a.flat_scale, flat_sum, n * site.channels);
  for (int s = 0; s < n; ++s) {
    square(a.stream_scale + s * kTile, stream_sum + s * kTile, site.channels);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_COEFFICIENTS_INL_H
