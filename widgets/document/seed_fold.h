// Runs that differ in nothing but their seed, taken as one: differences between single seeds are
// mostly noise, so what is drawn of them is a mean with the band from the least to the most.
//
// Thread rule: the window's thread. Lifetime: borrows the selection's runs.
#pragma once

#include <QString>
#include <vector>

#include "core/manifold/spread.h"
#include "widgets/document/run_selection.h"

namespace mhc {

struct SeedFold {
  // At least one, in the order of the selection, no two of one seed: of several runs with one seed,
  // which are one sample, that which came furthest.
  std::vector<const SelectedRun*> runs;
  std::vector<const SelectedRun*> repeats;  // the others

  const RunDocument& first() const { return *runs.front()->document; }
  bool Holds(const RunDocument* run) const;
  // The run's name; of several what their names begin with, and how many they are.
  QString Name() const;
};

// Of the runs that are shown and loaded: same settings, and the same changes while they trained.
// Where all of these have one seed, there is nothing to fold, and each stands alone.
std::vector<SeedFold> FoldSeeds(const RunSelection& runs);

// Of a column at the steps 1…last that all runs of the fold have, each run smoothed over
// `mean_steps` (1: as measured), less `reference` where that is not empty.
std::vector<Spread> SmoothedSeeds(const SeedFold& fold, const char* column, int mean_steps,
                                  const std::vector<Spread>& reference = {});

}  // namespace mhc
