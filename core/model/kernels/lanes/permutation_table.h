// The permutations that mixtures of them are made of, known when the kernels are compiled.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/model/kernels/site_kernels.h"

#ifdef MHC_ON_A_CARD
#define MHC_PERMUTATIONS static __device__ constexpr
#else
#define MHC_PERMUTATIONS inline constexpr
#endif

namespace mhc::kernels {

constexpr int kMostPermuted = 4;
constexpr int kMostPermutations = 24;

constexpr int PermutationCount(int n) { return n < 2 ? 1 : n * PermutationCount(n - 1); }

// at[k][i] is where the k-th permutation takes i; in lexicographic order.
struct PermutationTable {
  int count = 0;
  std::array<std::array<int, kMostPermuted>, kMostPermutations> at{};
};

constexpr PermutationTable PermutationsOf(int n) {
  PermutationTable table;
  std::array<int, kMostPermuted> permutation{0, 1, 2, 3};
  do {
    table.at[static_cast<std::size_t>(table.count++)] = permutation;
  } while (std::next_permutation(permutation.begin(), permutation.begin() + n));
  return table;
}

MHC_PERMUTATIONS std::array<PermutationTable, kMostPermuted + 1> kPermutations = {
    PermutationTable{}, PermutationsOf(1), PermutationsOf(2), PermutationsOf(3), PermutationsOf(4)};

// A factor of a Kronecker product of mixtures, whose logits and whose matrix follow those of the
// factors before it.
struct KroneckerFactor {
  int size = 0;
  int logit = 0;
  int entry = 0;
  std::array<std::uint8_t, kMostStreams * kMostStreams> entry_of{};  // its part in entry i·n + j
};

struct KroneckerTable {
  int count = 0;
  std::array<KroneckerFactor, 3> at{};  // of at most 8 streams
};

// 2s, then 3s, the first the most significant digit of a stream's number.
constexpr KroneckerTable KroneckerOf(int n) {
  KroneckerTable factors;
  int stride = n, logit = 0, entry = 0;
  for (const int size : {2, 3}) {
    for (; stride % size == 0; logit += PermutationCount(size), entry += size * size) {
      stride /= size;
      KroneckerFactor& factor = factors.at[static_cast<std::size_t>(factors.count++)];
      factor.size = size;
      factor.logit = logit;
      factor.entry = entry;
      for (int k = 0; k < n * n; ++k) {
        const int row = k / n / stride % size, column = k % n / stride % size;
        factor.entry_of[static_cast<std::size_t>(k)] =
            static_cast<std::uint8_t>(entry + row * size + column);
      }
    }
  }
  return factors;
}

MHC_PERMUTATIONS std::array<KroneckerTable, kMostStreams + 1> kKronecker = {
    KroneckerTable{}, KroneckerOf(1), KroneckerOf(2), KroneckerOf(3), KroneckerOf(4),
    KroneckerOf(5),   KroneckerOf(6), KroneckerOf(7), KroneckerOf(8)};

}  // namespace mhc::kernels
