// What stands in a record, in the words that panels, tables and charts show.
//
// Thread rule: pure functions, of the window's thread for the sake of translation.
#pragma once

#include <QString>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/record/intervention/intervention.h"
#include "core/record/record/run_description.h"

namespace mhc {

// "learning rate" of learning_rate: a declared key as a label, its section left out.
QString KeyText(std::string_view key);
// 0.003, "roll back", [0.9, 0.95]: a declared value as a person reads it.
QString ValueWords(const Value& value);
// "sinkhorn, iterations 5": only the options that are not at their default.
QString ChoiceText(const ConstraintChoice& choice);
// "site 3", "sites 0–3, 7"; empty where there are none, which says all.
QString SitesWords(std::span<const std::int64_t> sites);

// "sinkhorn", and where the sites differ "sinkhorn · identity at sites 4–7", the most frequent
// first; `choices` has one a site.
QString ChoicesText(std::span<const ConstraintChoice> choices);

// "running", "interrupted".
QString StateWord(RunState state);

// What a request asks for: "unconstrained", "sinkhorn, iterations 5", "10⁻³"; the text itself where
// we cannot read it.
QString NewValueText(const InterventionRequest& request);
// "constraint → unconstrained", "sites 4–7 → identity (keep logits)", "pause".
QString ChangeText(const InterventionRequest& request);
QString ChangeText(const Intervention& intervention);  // with who made it, where that was the guard
// "applied at step 812 · H moved by 0.003 · unmatched 10⁻⁸"; the reason of a refusal, in full.
QString OutcomeText(const Intervention& intervention);
// A distance between matrices: "0.003", "3 × 10⁻⁴"; a line is not broken within it.
QString DistanceText(double distance);
// The same in a column of three decimals, where they tell it: "0.003", "0.000", "3 × 10⁻⁴".
QString DistanceCell(double distance);

}  // namespace mhc
