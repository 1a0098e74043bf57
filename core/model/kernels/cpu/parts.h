// How tokens are shared among the threads of a place: by parts of fixed bounds.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/model/kernels/place.h"

namespace mhc::kernels {

// Tiles stay whole, so that where a part ends hangs on nothing but their number.
constexpr std::int64_t kTokensOfTile = 16;

inline int Parts(std::int64_t tokens, int threads) {
  const std::int64_t tiles = (tokens + kTokensOfTile - 1) / kTokensOfTile;
  return static_cast<int>(std::clamp<std::int64_t>(threads, 1, std::max<std::int64_t>(tiles, 1)));
}

struct Bounds {
  std::int64_t begin, end;
};
inline Bounds BoundsOf(std::int64_t tokens, int part, int parts) {
  const std::int64_t tiles = (tokens + kTokensOfTile - 1) / kTokensOfTile;
  const auto at = [&](std::int64_t p) {
    return std::min(tokens, p * tiles / parts * kTokensOfTile);
  };
  return {at(part), at(part + 1)};
}

// body(part, begin, end) of each part, where the place has it run.
template <class Body>
void Share(std::int64_t tokens, const Place& place, const Body& body) {
  struct Work {
    std::int64_t tokens;
    int parts;
    const Body* body;
  } work{tokens, Parts(tokens, place.threads), &body};
  const auto run = [](void* context, int part) {
    const Work& all = *static_cast<const Work*>(context);
    const Bounds bounds = BoundsOf(all.tokens, part, all.parts);
    (*all.body)(part, bounds.begin, bounds.end);
  };
  if (place.share && work.parts > 1) {
    place.share(work.parts, run, &work);
  } else {
    for (int part = 0; part < work.parts; ++part) run(&work, part);
  }
}

}  // namespace mhc::kernels
