// What a MeasurePlot can draw along the depth: which numbers of which snapshot, and what is ideal.
// What a number means is said once, where its snapshot is declared.
//
// Thread rule: constant.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace mhc {

struct SiteMeasureLine {
  std::size_t component;  // of the snapshot's last dimension
  const char* name;
};

struct SiteMeasure {
  const char* figure;  // "effective_streams"
  const char* title;   // in the menu and beside the axis
  const char* kind;    // of the snapshot
  std::vector<SiteMeasureLine> lines;
  std::optional<double> ideal = {};
  bool is_logarithmic = false;    // where the values span more than two decades
  bool is_between_sites = false;  // a value before each site and one after the last
  bool is_matrix = false;         // site against site, as a heat map
};

std::span<const SiteMeasure> SiteMeasures();

}  // namespace mhc
