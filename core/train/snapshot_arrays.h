// From the numbers that a probe read back of a step to the arrays of its snapshot.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/record/record/step_record.h"

namespace mhc {

struct HostArray {
  std::vector<std::int64_t> shape;
  std::vector<double> values;  // row-major
};
using HostArrays = std::map<std::string, HostArray>;

// What snapshots are measured from, per token. L sites, P tokens, n streams; all but the last are
// missing where there are no sites.
inline constexpr const char* kTokenRes = "token_res";                 // [L,P,n,n]
inline constexpr const char* kTokenPre = "token_pre";                 // [L,P,n]
inline constexpr const char* kTokenPost = "token_post";               // [L,P,n]
inline constexpr const char* kTokenLogitRange = "token_logit_range";  // [L,P]
inline constexpr const char* kTokenGram = "token_gram";               // [L+1,P,n,n]: X Xᵀ

// The snapshots of a step: an array that has the name of a kind becomes it as it is, the others are
// measured at that place, whose number of threads changes no bit. Thread rule: a pure function.
std::vector<Snapshot> MakeSnapshots(const HostArrays& arrays, const kernels::Place& place = {});

}  // namespace mhc
