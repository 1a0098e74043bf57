// What a token's streams are read, mixed and written with, and the ways back.
#if defined(MHC_KERNELS_STREAMS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_STREAMS_INL_H
#undef MHC_KERNELS_STREAMS_INL_H
#else
#define MHC_KERNELS_STREAMS_INL_H
#endif

#include "core/model/kernels/lanes/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

// Asks for the same place of the next token: the streams of one are too short and too many at once
// for a processor to foresee what follows.
template <class T>
HWY_INLINE void FetchNext(const T* row, std::int64_t length) {
  hwy::Prefetch(row + length);
}

// z = Σ_s read_s x_s of one token; `read` lies kTile apart.
template <int N, class T>
HWY_INLINE void ReadToken(const T* x, const float* read, std::int64_t channels, float* z) {
  V weight[N];
  MHC_UNROLL
  for (int s = 0; s < N; ++s) weight[s] = hn::Set(d, read[s * kTile]);
  for (std::int64_t c = 0; c < channels; c += kLanes) {
    const std::int64_t left = channels - c;
    V sum = hn::Mul(weight[0], LoadPart(x + c, left));
    MHC_UNROLL
    for (int s = 1; s < N; ++s) {
      sum = hn::MulAdd(weight[s], LoadPart(x + s * channels + c, left), sum);
    }
    StorePart(sum, z + c, left);
  }
}

// sums[s·kTile] += Σ_c grad_z x_s of one token.
template <int N, class T>
HWY_INLINE void PullReadToken(const T* x, const float* grad_z, std::int64_t channels, float* sums) {
  V sum[N];
  MHC_UNROLL
  for (int s = 0; s < N; ++s) sum[s] = hn::Zero(d);
  for (std::int64_t c = 0; c < channels; c += kLanes) {
    const std::int64_t left = channels - c;
    const V g = LoadPart(grad_z + c, left);
    MHC_UNROLL
    for (int s = 0; s < N; ++s) {
      FetchNext(x + s * channels + c, N * channels);
      sum[s] = hn::MulAdd(g, LoadPart(x + s * channels + c, left), sum[s]);
    }
  }
  MHC_UNROLL
  for (int s = 0; s < N; ++s) sums[s * kTile] += SumOf(sum[s]);
}

// y_i = Σ_j res_ij x_j + post_i f of one token.
template <int N, class T>
HWY_INLINE void MixToken(const T* x, const float* f, const float* post, const float* res,
                         std::int64_t channels, T* y) {
  V write[N], mix[N][N];
  MHC_UNROLL
  for (int i = 0; i < N; ++i) {
    write[i] = hn::Set(d, post[i]);
    MHC_UNROLL
    for (int j = 0; j < N; ++j) mix[i][j] = hn::Set(d, res[i * N + j]);
  }
  for (std::int64_t c = 0; c < channels; c += kLanes) {
    const std::int64_t left = channels - c;
    const V branch = LoadPart(f + c, left);
    FetchNext(f + c, channels);
    V stream[N];
    MHC_UNROLL
    for (int j = 0; j < N; ++j) {
      stream[j] = LoadPart(x + j * channels + c, left);
      FetchNext(x + j * channels + c, N * channels);
    }
    MHC_UNROLL
    for (int i = 0; i < N; ++i) {
      V sum = hn::Mul(write[i], branch);
      MHC_UNROLL
      for (int j = 0; j < N; ++j) sum = hn::MulAdd(mix[i][j], stream[j], sum);
      StorePart(sum, y + i * channels + c, left);
    }
  }
}

// grad_x_j = Σ_i res_ij grad_y_i and grad_f = Σ_i post_i grad_y_i of one token.
template <int N, class T>
HWY_INLINE void PullMixToken(const T* grad_y, const float* post, const float* res,
                             std::int64_t channels, T* grad_x, float* grad_f) {
  V write[N], mix[N][N];
  MHC_UNROLL
  for (int i = 0; i < N; ++i) {
    write[i] = hn::Set(d, post[i]);
    MHC_UNROLL
    for (int j = 0; j < N; ++j) mix[i][j] = hn::Set(d, res[i * N + j]);
  }
  for (std::int64_t c = 0; c < channels; c += kLanes) {
    const std::int64_t left = channels - c;
    V grad[N];
    MHC_UNROLL
    for (int i = 0; i < N; ++i) grad[i] = LoadPart(grad_y + i * channels + c, left);
    V branch = hn::Mul(write[0], grad[0]);
    MHC_UNROLL
    for (int i = 1; i < N; ++i) branch = hn::MulAdd(write[i], grad[i], branch);
    StorePart(branch, grad_f + c, left);
    MHC_UNROLL
    for (int j = 0; j < N; ++j) {
      V sum = hn::Mul(mix[0][j], grad[0]);
      MHC_UNROLL
      for (int i = 1; i < N; ++i) sum = hn::MulAdd(mix[i][j], grad[i], sum);
      StorePart(sum, grad_x + j * channels + c, left);
    }
  }
}

// grad_res_ij = Σ_c grad_y_i x_j and grad_post_i = Σ_c grad_y_i f of one token, for rows i from
// `first` on, R at a time, as many as the registers hold.
template <int N, int R, class T>
HWY_INLINE void PullMapRows(const T* x, const float* f, const T* grad_y, std::int64_t channels,
                            int first, float* sums) {
  V sum[R][N + 1];
  MHC_UNROLL
  for (int i = 0; i < R; ++i) {
    MHC_UNROLL
    for (int j = 0; j <= N; ++j) sum[i][j] = hn::Zero(d);
  }
  for (std::int64_t c = 0; c < channels; c += kLanes) {
    const std::int64_t left = channels - c;
    V grad[R];
    MHC_UNROLL
    for (int i = 0; i < R; ++i) {
      grad[i] = LoadPart(grad_y + (first + i) * channels + c, left);
      FetchNext(grad_y + (first + i) * channels + c, N * channels);
    }
    MHC_UNROLL
    for (int j = 0; j < N; ++j) {
      const V stream = LoadPart(x + j * channels + c, left);
      if (first == 0) FetchNext(x + j * channels + c, N * channels);
      MHC_UNROLL
      for (int i = 0; i < R; ++i) sum[i][j] = hn::MulAdd(grad[i], stream, sum[i][j]);
    }
    const V branch = LoadPart(f + c, left);
    MHC_UNROLL
    for (int i = 0; i < R; ++i) sum[i][N] = hn::MulAdd(grad[i], branch, sum[i][N]);
  }
  // Padded to fours: what is beyond goes where nobody looks.
  constexpr int kCount = R * (N + 1);
  const V* flat = &sum[0][0];
  MHC_UNROLL
  for (int k = 0; k < kCount; k += 4) {
    const V zero = hn::Zero(d);
    AddSumsOfFour(flat[k], k + 1 < kCount ? flat[k + 1] : zero, k + 2 < kCount ? flat[k + 2] : zero,
                  k + 3 < kCount ? flat[k + 3] : zero, sums + k);
  }
}

template <int N, class T>
HWY_INLINE void PullMapToken(const T* x, const float* f, const T* grad_y, std::int64_t channels,
                             float* grad_post, float* grad_res) {
  constexpr int kRows = kAccumulators / (N + 1) > N   ? N
                        : kAccumulators / (N + 1) > 0 ? kAccumulators / (N + 1)
                                                      : 1;
  constexpr int kLast = N % kRows;
  HWY_ALIGN float sums[kMostStreams * (kMostStreams + 1) + 4] = {};
  int i = 0;
  for (; i + kRows <= N; i += kRows) {
    std::memset(sums, 0, sizeof(sums));
    PullMapRows<N, kRows>(x, f, grad_y, channels, i, sums);
    MHC_UNROLL
    for (int r = 0; r < kRows; ++r) {
      std::memcpy(grad_res + (i + r) * N, sums + r * (N + 1), sizeof(float) * N);
      grad_post[i + r] = sums[r * (N + 1) + N];
    }
  }
  if constexpr (kLast > 0) {
    std::memset(sums, 0, sizeof(sums));
    PullMapRows<N, kLast>(x, f, grad_y, channels, i, sums);
    MHC_UNROLL
    for (int r = 0; r < kLast; ++r) {
      std::memcpy(grad_res + (i + r) * N, sums + r * (N + 1), sizeof(float) * N);
      grad_post[i + r] = sums[r * (N + 1) + N];
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_STREAMS_INL_H
