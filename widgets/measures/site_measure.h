// What a MeasurePlot can draw along the depth: which numbers of which snapshot, and what is ideal.
// What a number means is said once, where its snapshot is declared, or here where it is made from
// one.
//
// Thread rule: constant.
#pragma once

#include <QString>
#include <optional>
#include <span>
#include <vector>

namespace mhc {

class RunDocument;
class RunSnapshots;
struct FetchedSnapshot;
struct Snapshot;

struct SiteMeasureLine {
  std::size_t component;  // of the snapshot's last dimension, or of what is derived from it
  const char* name;
  // Its deviation over tokens, where the same snapshot holds it; others have one of their own.
  std::optional<std::size_t> deviation = {};
};

struct SiteMeasure {
  const char* figure;                  // "effective_streams"
  const char* title;                   // in the menu and beside the axis
  const char* kind;                    // of the snapshot
  std::vector<SiteMeasureLine> lines;  // of one with none, every component is a stream's
  std::optional<double> ideal = {};
  bool is_logarithmic = false;    // where the values span more than two decades
  bool is_between_sites = false;  // a value before each site and one after the last
  bool is_matrix = false;         // site against site, as a heat map
  double rounding = 0.0;          // of a site's largest value, where all are made of one matrix
  // What it means, where the record does not hold the numbers themselves.
  const char* text = nullptr;
  // From a run's snapshot, by line, then site; nullptr: the numbers of the snapshot. Empty while
  // something is on its way.
  std::vector<std::vector<double>> (*derive)(RunDocument& run, RunSnapshots& snapshots,
                                             const FetchedSnapshot& snapshot) = nullptr;
  // More about a site, under the pointer.
  QString (*detail)(const Snapshot& snapshot, int site) = nullptr;
};

std::span<const SiteMeasure> SiteMeasures();

}  // namespace mhc
