#include "widgets/measures/site_measure.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/record/record/snapshot_kinds.h"

namespace mhc {
namespace {

// "L,4" -> 4; 1 where a place has one number.
std::size_t NumbersAPlace(std::string_view shape) {
  const std::size_t comma = shape.rfind(',');
  return comma == std::string_view::npos ? 1 : std::stoul(std::string(shape.substr(comma + 1)));
}

TEST(SiteMeasures, AreOfSnapshotsThatAreDeclaredAndOfNumbersThatTheyHave) {
  for (const SiteMeasure& measure : SiteMeasures()) {
    const SnapshotKind* kind = FindSnapshotKind(measure.kind);
    ASSERT_NE(kind, nullptr) << measure.kind;
    EXPECT_EQ(measure.is_between_sites, kind->shape.starts_with("L+1")) << measure.figure;
    if (measure.is_matrix) {
      EXPECT_EQ(kind->shape, "L,L") << measure.figure;
      continue;
    }
    if (measure.lines.empty()) {
      EXPECT_TRUE(kind->shape.ends_with(",n")) << measure.figure;
      EXPECT_EQ(measure.derive, nullptr) << measure.figure;
      continue;
    }
    EXPECT_EQ(measure.derive != nullptr, measure.text != nullptr) << measure.figure;
    if (measure.derive != nullptr) continue;
    for (const SiteMeasureLine& line : measure.lines) {
      EXPECT_LT(line.component, NumbersAPlace(kind->shape)) << measure.figure;
    }
  }
}

TEST(SiteMeasures, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const SiteMeasure& measure : SiteMeasures()) names.insert(measure.figure);
  EXPECT_EQ(names.size(), SiteMeasures().size());
}

}  // namespace
}  // namespace mhc
