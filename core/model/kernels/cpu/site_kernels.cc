#include "core/model/kernels/site_kernels.h"

#include <algorithm>

#include "core/model/kernels/cpu/parts.h"
#include "core/model/kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/model/kernels/cpu/site_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/model/kernels/cpu/tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

void MapsPart(const Site& site, const MapsForward& m, std::int64_t begin, std::int64_t end,
              float* scratch) {
  (m.x_is_bfloat16 ? ForwardTiles<Bits16> : ForwardTiles<float>)(site, m, begin, end, scratch);
}

void MapsBackwardPart(const Site& site, const MapsBackward& m, std::int64_t begin, std::int64_t end,
                      float* scratch, float* flat, float* stream, double* alpha, double* bias) {
  const PartSums sums{flat, stream, alpha, bias};
  (m.x_is_bfloat16 ? BackwardTiles<Bits16> : BackwardTiles<float>)(site, m, begin, end, scratch,
                                                                   sums);
}

template <class T>
HWY_NOINLINE void MixOf(const MixForward& m, std::int64_t begin, std::int64_t end) {
  const T* const of_type = nullptr;
  MHC_OF_STREAMS(m.streams, MixTokens, of_type, m, begin, end)
}
void MixPart(const MixForward& m, std::int64_t begin, std::int64_t end) {
  (m.is_bfloat16 ? MixOf<Bits16> : MixOf<float>)(m, begin, end);
}

template <class T>
HWY_NOINLINE void PullMixOf(const MixBackward& m, std::int64_t begin, std::int64_t end) {
  const T* const of_type = nullptr;
  MHC_OF_STREAMS(m.streams, PullMixTokens, of_type, m, begin, end)
}
void MixBackwardPart(const MixBackward& m, std::int64_t begin, std::int64_t end) {
  (m.is_bfloat16 ? PullMixOf<Bits16> : PullMixOf<float>)(m, begin, end);
}

const char* TargetName() { return hwy::TargetName(HWY_TARGET); }

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mhc::kernels {
namespace {

HWY_EXPORT(MapsPart);
HWY_EXPORT(MapsBackwardPart);
HWY_EXPORT(MixPart);
HWY_EXPORT(MixBackwardPart);
HWY_EXPORT(TargetName);

constexpr std::uintptr_t kLine = 64;

std::int64_t ToWhole(std::int64_t floats) { return (floats + 15) / 16 * 16; }

std::int64_t TileFloatsOf(const Site& site) { return ToWhole(TileFloats(site)); }

std::int64_t FlatFloats(const Site& site) {
  return site.Columns(Source::kFlattened) * ColumnStride(site.streams * site.channels);
}
std::int64_t StreamFloats(const Site& site) {
  return site.Columns(Source::kEachStream) * ColumnStride(site.channels);
}
// α and b in double precision.
std::int64_t SumFloats(const Site& site) { return 2 * (4 + site.Values()); }

std::int64_t ScratchOfPart(const Site& site) {
  return TileFloatsOf(site) + ToWhole(FlatFloats(site)) + ToWhole(StreamFloats(site)) +
         ToWhole(SumFloats(site));
}

// A part's memory: the tile's arrays, then its sums.
struct PartMemory {
  float *tile, *flat, *stream;
  double* sums;
};
PartMemory MemoryOf(const Site& site, float* scratch, int part) {
  PartMemory memory{};
  // Vectors are loaded from whole lines.
  const auto address = reinterpret_cast<std::uintptr_t>(scratch);
  scratch += (kLine - address % kLine) % kLine / sizeof(float);
  memory.tile = scratch + part * ScratchOfPart(site);
  memory.flat = memory.tile + TileFloatsOf(site);
  memory.stream = memory.flat + ToWhole(FlatFloats(site));
  memory.sums = reinterpret_cast<double*>(memory.stream + ToWhole(StreamFloats(site)));
  return memory;
}

// Of columns that lie apart in a part's memory, and without gaps in the sum.
void AddUp(const float* part, int columns, std::int64_t length, bool is_first, float* sum) {
  if (sum == nullptr) return;
  for (int column = 0; column < columns; ++column) {
    if (is_first) {
      std::copy_n(part, length, sum);
    } else {
      for (std::int64_t k = 0; k < length; ++k) sum[k] += part[k];
    }
    part += ColumnStride(length);
    sum += length;
  }
}

}  // namespace

std::size_t ScratchFloats(const Site& site, std::int64_t tokens, const Place& place) {
  if (place.card) return place.card->scratch_floats(site, tokens);
  return static_cast<std::size_t>(ScratchOfPart(site) * std::max(place.threads, 1)) +
         kLine / sizeof(float);
}

void MapsAndRead(const Site& site, const MapsForward& arrays, float* scratch, const Place& place) {
  if (place.card) return place.card->maps_and_read(site, arrays, scratch, place.stream);
  Share(arrays.tokens, place, [&](int part, std::int64_t begin, std::int64_t end) {
    HWY_DYNAMIC_DISPATCH(MapsPart)
    (site, arrays, begin, end, MemoryOf(site, scratch, part).tile);
  });
}

void MapsAndReadBackward(const Site& site, const MapsBackward& arrays, float* scratch,
                         const Place& place) {
  if (place.card) return place.card->maps_and_read_backward(site, arrays, scratch, place.stream);
  const int values = site.Values(), flat_columns = site.Columns(Source::kFlattened);
  const int stream_columns = site.Columns(Source::kEachStream);
  Share(arrays.tokens, place, [&](int part, std::int64_t begin, std::int64_t end) {
    const PartMemory memory = MemoryOf(site, scratch, part);
    std::fill_n(memory.flat, FlatFloats(site), 0.0f);
    std::fill_n(memory.stream, StreamFloats(site), 0.0f);
    std::fill_n(memory.sums, 4 + values, 0.0);
    HWY_DYNAMIC_DISPATCH(MapsBackwardPart)
    (site, arrays, begin, end, memory.tile, memory.flat, memory.stream, memory.sums,
     memory.sums + 4);
  });
  // In the order of the parts, whichever ended first.
  const int parts = Parts(arrays.tokens, place.threads);
  double* const sums = MemoryOf(site, scratch, 0).sums;
  for (int part = 0; part < parts; ++part) {
    const PartMemory memory = MemoryOf(site, scratch, part);
    AddUp(memory.flat, flat_columns, site.streams * site.channels, part == 0,
          arrays.grad_flat_weights);
    AddUp(memory.stream, stream_columns, site.channels, part == 0, arrays.grad_stream_weights);
    for (int k = 0; k < 4 + values && part > 0; ++k) sums[k] += memory.sums[k];
  }
  std::transform(sums, sums + 4, arrays.grad_alpha, [](double sum) { return float(sum); });
  std::transform(sums + 4, sums + 4 + values, arrays.grad_bias,
                 [](double sum) { return float(sum); });
}

void WriteAndMix(const MixForward& arrays, const Place& place) {
  if (place.card) return place.card->write_and_mix(arrays, place.stream);
  Share(arrays.tokens, place, [&](int, std::int64_t begin, std::int64_t end) {
    HWY_DYNAMIC_DISPATCH(MixPart)(arrays, begin, end);
  });
}

void WriteAndMixBackward(const MixBackward& arrays, const Place& place) {
  if (place.card) return place.card->write_and_mix_backward(arrays, place.stream);
  Share(arrays.tokens, place, [&](int, std::int64_t begin, std::int64_t end) {
    HWY_DYNAMIC_DISPATCH(MixBackwardPart)(arrays, begin, end);
  });
}

void KeepToAvx2() { hwy::DisableTargets(HWY_AVX3 | HWY_AVX3_DL); }

const char* InstructionSet() { return HWY_DYNAMIC_DISPATCH(TargetName)(); }

}  // namespace mhc::kernels
#endif  // HWY_ONCE
