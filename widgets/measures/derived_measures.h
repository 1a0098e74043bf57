// Measures along the depth that no snapshot holds as they are: made from one, and from what else
// the record says. By line, then site; meant for SiteMeasures().
//
// Thread rule: the window's thread.
#pragma once

#include <QString>
#include <vector>

#include "widgets/document/run_document.h"
#include "widgets/document/run_snapshots.h"

namespace mhc {

// From res_mean, the lines: weight of the identity, the largest other weight, the sum of all others
// (the largest other among them), and the residual (D39). NaN where n > 8.
std::vector<std::vector<double>> PermutationWeights(RunDocument& run, RunSnapshots& snapshots,
                                                    const FetchedSnapshot& res_mean);
// The largest terms of a site's mixture, "0.97 of 0 1 2 3" a line: stream i takes from the i-th
// number.
QString PermutationsOfSite(const Snapshot& res_mean, int site);

// From res_mean, of the product P̄ of the token-mean maps up to each site, the lines: ‖P̄ − J‖₂, and
// its bounds √n Π τ and √n Π (1 − n min H) (D15, D18).
std::vector<std::vector<double>> ContractionBounds(RunDocument& run, RunSnapshots& snapshots,
                                                   const FetchedSnapshot& res_mean);

// From prefix_two_sided_gain, the lines: the larger of |ln| of the least and of the largest row
// sum, and of the column sums (D8). Infinite where a sum is 0, NaN where one is negative.
std::vector<std::vector<double>> LogarithmsOfSums(RunDocument& run, RunSnapshots& snapshots,
                                                  const FetchedSnapshot& sums);

// From logit_norm, the lines: ‖b‖, and ‖b₀‖ Π(1 − ηλ) (D40). b₀ is that of the first snapshot since
// the run began or another constraint last started the site's logits anew; η the learning rates of
// the steps between, of which those that were skipped decay nothing; λ is 0 where the site's static
// parts do not decay. Empty while the history of the run is on its way.
std::vector<std::vector<double>> LogitsAndTheirDecay(RunDocument& run, RunSnapshots& snapshots,
                                                     const FetchedSnapshot& logit_norm);

}  // namespace mhc
