// Random numbers that are a function of what they are for: no state to save, none to restore.
#pragma once

#include <cstdint>

namespace mhc {

// SplitMix64's finaliser (Steele, Lea, Flood 2014): a bijection that spreads every bit.
inline std::uint64_t MixBits(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// 64 random bits for (stream, seed, step, index); equal arguments give equal bits everywhere.
inline std::uint64_t CounterRandom(std::uint64_t stream, std::int64_t seed, std::int64_t step,
                                   std::int64_t index) {
  std::uint64_t bits = MixBits(stream);
  bits = MixBits(bits ^ static_cast<std::uint64_t>(seed));
  bits = MixBits(bits ^ static_cast<std::uint64_t>(step));
  return MixBits(bits ^ static_cast<std::uint64_t>(index));
}

}  // namespace mhc
