// The arrays that a snapshot of a step holds, declared once. L sites, n streams; every array is
// float32 and row-major, sites oldest first, H[i][j] what output stream i takes from input stream
// j.
#pragma once

#include <span>
#include <string_view>

namespace mhc {

struct SnapshotKind {
  std::string_view name;
  std::string_view shape;  // in words: "L,n,n"
  std::string_view text;
};

std::span<const SnapshotKind> SnapshotKinds();
const SnapshotKind* FindSnapshotKind(std::string_view name);

}  // namespace mhc
