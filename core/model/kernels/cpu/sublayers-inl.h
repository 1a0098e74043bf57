// RMSNorm, the rotation of queries and keys, and SwiGLU's gate, a row at a time.
#if defined(MHC_KERNELS_SUBLAYERS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_SUBLAYERS_INL_H
#undef MHC_KERNELS_SUBLAYERS_INL_H
#else
#define MHC_KERNELS_SUBLAYERS_INL_H
#endif

#include <cmath>

#include "core/model/kernels/cpu/products-inl.h"
#include "core/model/kernels/lanes/gates-inl.h"
#include "core/model/kernels/sublayer_kernels.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

HWY_NOINLINE void NormaliseRows(const NormForward& n, std::int64_t begin, std::int64_t end) {
  const std::int64_t length = n.channels;
  for (std::int64_t r = begin; r < end; ++r) {
    const float* x = n.x + r * length;
    float* y = n.y + r * length;
    float squares = 0.0f;
    SumsOfSquares(x, length, 1, length, &squares);
    n.scale[r] = 1.0f / std::sqrt(squares / static_cast<float>(length) + n.epsilon);
    const V scale = hn::Set(d, n.scale[r]);
    for (std::int64_t k = 0; k < length; k += kLanes) {
      const std::int64_t left = length - k;
      const V scaled = hn::Mul(scale, LoadPart(x + k, left));
      StorePart(hn::Mul(scaled, LoadPart(n.weight + k, left)), y + k, left);
    }
  }
}

// With s = 1 / rms(x): grad_x = s (w∘g) − x s³ Σ w∘g∘x / C, and grad_w = Σ g∘x s over the rows.
HWY_NOINLINE void PullNormRows(const NormBackward& n, std::int64_t begin, std::int64_t end,
                               float* grad_weight) {
  const std::int64_t length = n.channels;
  for (std::int64_t r = begin; r < end; ++r) {
    const float *x = n.x + r * length, *grad = n.grad_y + r * length;
    float* grad_x = n.grad_x + r * length;
    const V scale = hn::Set(d, n.scale[r]);
    V along = hn::Zero(d);
    for (std::int64_t k = 0; k < length; k += kLanes) {
      const std::int64_t left = length - k;
      const V scaled = hn::Mul(scale, LoadPart(x + k, left)), g = LoadPart(grad + k, left);
      along = hn::MulAdd(hn::Mul(g, LoadPart(n.weight + k, left)), scaled, along);
      StorePart(hn::MulAdd(g, scaled, LoadPart(grad_weight + k, left)), grad_weight + k, left);
    }
    const V mean = hn::Set(d, SumOf(along) / static_cast<float>(length));
    for (std::int64_t k = 0; k < length; k += kLanes) {
      const std::int64_t left = length - k;
      const V scaled = hn::Mul(scale, LoadPart(x + k, left));
      const V weighted = hn::Mul(LoadPart(grad + k, left), LoadPart(n.weight + k, left));
      StorePart(hn::Mul(scale, hn::NegMulAdd(mean, scaled, weighted)), grad_x + k, left);
    }
  }
}

// Of the numbers from `k` on, as many as `tag` has lanes at once; gives back where it stopped.
template <bool kBack, class Tag>
HWY_INLINE int TurnHalves(Tag tag, int half, const float* cosine, const float* sine, const float* x,
                          float* y, int k) {
  const int lanes = static_cast<int>(hn::MaxLanes(tag));
  for (; k + lanes <= half; k += lanes) {
    const auto a = hn::LoadU(tag, x + k), b = hn::LoadU(tag, x + half + k);
    const auto c = hn::LoadU(tag, cosine + k), s = hn::LoadU(tag, sine + k);
    const auto across = hn::Mul(b, s), along = hn::Mul(b, c);
    hn::StoreU(kBack ? hn::MulAdd(a, c, across) : hn::MulSub(a, c, across), tag, y + k);
    hn::StoreU(kBack ? hn::NegMulAdd(a, s, along) : hn::MulAdd(a, s, along), tag, y + half + k);
  }
  return k;
}
template <bool kBack>
HWY_INLINE void TurnHeads(const Rotation& r, std::int64_t token, const float* x, float* y) {
  const float* cosine = r.cosine + token % r.length * r.half;
  const float* sine = r.sine + token % r.length * r.half;
  for (int head = 0; head < r.heads; ++head, x += 2 * r.half, y += 2 * r.half) {
    int k = TurnHalves<kBack>(d, r.half, cosine, sine, x, y, 0);
    k = TurnHalves<kBack>(hn::CappedTag<float, 4>(), r.half, cosine, sine, x, y, k);
    TurnHalves<kBack>(hn::CappedTag<float, 1>(), r.half, cosine, sine, x, y, k);
  }
}

HWY_NOINLINE void TurnRows(const Rotation& r, const float* qkv, const Turned& to,
                           std::int64_t begin, std::int64_t end) {
  const std::int64_t width = std::int64_t{2} * r.heads * r.half;
  for (std::int64_t t = begin; t < end; ++t) {
    const float* row = qkv + 3 * t * width;
    TurnHeads<false>(r, t, row, to.q + t * width);
    TurnHeads<false>(r, t, row + width, to.k + t * width);
    std::memcpy(to.v + t * width, row + 2 * width, sizeof(float) * static_cast<std::size_t>(width));
  }
}

HWY_NOINLINE void PullTurnedRows(const Rotation& r, const TurnedGradients& grad, float* grad_qkv,
                                 std::int64_t begin, std::int64_t end) {
  const std::int64_t width = std::int64_t{2} * r.heads * r.half;
  for (std::int64_t t = begin; t < end; ++t) {
    float* row = grad_qkv + 3 * t * width;
    TurnHeads<true>(r, t, grad.q + t * width, row);
    TurnHeads<true>(r, t, grad.k + t * width, row + width);
    std::memcpy(row + 2 * width, grad.v + t * width,
                sizeof(float) * static_cast<std::size_t>(width));
  }
}

HWY_NOINLINE void GateRows(std::int64_t width, const float* gate_up, float* y, std::int64_t begin,
                           std::int64_t end) {
  for (std::int64_t r = begin; r < end; ++r) {
    const float *gate = gate_up + 2 * r * width, *up = gate + width;
    for (std::int64_t k = 0; k < width; k += kLanes) {
      const std::int64_t left = width - k;
      const V g = LoadPart(gate + k, left), u = LoadPart(up + k, left);
      StorePart(hn::Mul(hn::Mul(g, Sigmoid(g)), u), y + r * width + k, left);
    }
  }
}

// (g σ)′ = σ + g σ (1 − σ).
HWY_NOINLINE void PullGateRows(std::int64_t width, const float* gate_up, const float* grad_y,
                               float* grad_gate_up, std::int64_t begin, std::int64_t end) {
  const V one = hn::Set(d, 1.0f);
  for (std::int64_t r = begin; r < end; ++r) {
    const float *gate = gate_up + 2 * r * width, *up = gate + width;
    float *grad_gate = grad_gate_up + 2 * r * width, *grad_up = grad_gate + width;
    for (std::int64_t k = 0; k < width; k += kLanes) {
      const std::int64_t left = width - k;
      const V g = LoadPart(gate + k, left), u = LoadPart(up + k, left);
      const V grad = LoadPart(grad_y + r * width + k, left);
      const V open = Sigmoid(g), silu = hn::Mul(g, open);
      const V slope = hn::MulAdd(silu, hn::Sub(one, open), open);
      StorePart(hn::Mul(hn::Mul(grad, u), slope), grad_gate + k, left);
      StorePart(hn::Mul(grad, silu), grad_up + k, left);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_SUBLAYERS_INL_H
