#include "core/model/kernels/depth_kernels.h"

#include "core/model/kernels/cpu/parts.h"
#include "core/model/kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/model/kernels/cpu/depth_kernels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/model/kernels/cpu/depth_walk-inl.h"

#if HWY_ONCE
namespace mhc::kernels {
namespace {

HWY_EXPORT(SpectraPart);
HWY_EXPORT(WalkPart);
HWY_EXPORT(GramsPart);

}  // namespace

void SingularValues(const MatrixSpectra& arrays, const Place& place) {
  if (arrays.count == 0) return;
  Share(arrays.count, place, [&](int, std::int64_t begin, std::int64_t end) {
    HWY_DYNAMIC_DISPATCH(SpectraPart)(arrays, begin, end);
  });
}

void WalkDepth(const DepthWalk& arrays, const Place& place) {
  if (arrays.tokens == 0) return;
  Share(arrays.tokens, place, [&](int, std::int64_t begin, std::int64_t end) {
    HWY_DYNAMIC_DISPATCH(WalkPart)(arrays, begin, end);
  });
}

void MakeGrams(const StateGrams& arrays, const Place& place) {
  Share(arrays.tokens, place, [&](int, std::int64_t begin, std::int64_t end) {
    HWY_DYNAMIC_DISPATCH(GramsPart)(arrays, begin, end);
  });
}

}  // namespace mhc::kernels
#endif  // HWY_ONCE
