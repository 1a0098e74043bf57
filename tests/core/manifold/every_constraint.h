// The constraints that tests run over: the whole table, so that one which joins it is taken up, and
// the same with options that change the map.
#pragma once

#include <string>
#include <vector>

#include "core/manifold/mixing_constraint.h"

namespace mhc {

// Every constraint with its defaults that allows n, in the order of the table.
inline std::vector<ConstraintChoice> EveryConstraint(int n) {
  std::vector<ConstraintChoice> choices;
  for (const MixingConstraint& constraint : MixingConstraints()) {
    ConstraintChoice choice = ChooseConstraint(constraint.name).value();
    if (CheckStreams(choice, n)) choices.push_back(std::move(choice));
  }
  return choices;
}

// EveryConstraint and those with other options.
inline std::vector<ConstraintChoice> EveryChoice(int n) {
  std::vector<ConstraintChoice> choices = EveryConstraint(n);
  for (const char* text :
       {"row_softmax:transpose=true", "sinkhorn:order=rows_columns", "sinkhorn:transpose=true",
        "sinkhorn:epsilon=1e-6", "sinkhorn:iterations=0", "sinkhorn:iterations=1",
        "block_orthostochastic:s=1", "block_orthostochastic:s=3", "circulant:beta=2,depth=8",
        "circulant:beta=1", "identity_mix:order=rows_columns", "identity_mix:epsilon=1e-6",
        "identity_mix:iterations=0", "harmonized:scale=0.25"}) {
    ConstraintChoice choice = ParseConstraint(text).value();
    if (CheckStreams(choice, n)) choices.push_back(std::move(choice));
  }
  return choices;
}

}  // namespace mhc
