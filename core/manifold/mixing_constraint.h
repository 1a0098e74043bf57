// A mixing constraint: the map from a site's logits to H_res, with its derivative and its start.
//
// Each constraint is one file pair in core/manifold/constraints/ and one row of the table in
// mixing_constraint.cc; everything else (configuration, command line, model, tests) finds it there.
// This is the double-precision oracle; core/model has the differentiable version of each row.
// Thread rule: the table is constant, every function is pure.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/manifold/declaration.h"
#include "core/manifold/matrix.h"
#include "core/result.h"

namespace mhc {

// Checked values of a constraint's declared options, each present (default where not given).
class ConstraintOptions {
 public:
  bool Has(std::string_view key) const;
  std::int64_t Integer(std::string_view key) const;     // asserts that the option exists
  double Number(std::string_view key) const;            // asserts that the option exists
  const std::string& Text(std::string_view key) const;  // asserts that the option exists
  void Set(std::string key, Value value);               // value already checked
  const std::map<std::string, Value, std::less<>>& values() const { return values_; }
  bool operator==(const ConstraintOptions&) const = default;

 private:
  std::map<std::string, Value, std::less<>> values_;
};

// What every matrix of a map keeps, whatever the logits. Declared once for each constraint;
// programs, help and tests read it here.
struct MapGuarantees {
  bool rows = false;           // every row sums to 1: the forward gain
  bool columns = false;        // every column sums to 1: the backward gain
  bool non_negative = false;   // no entry is below 0
  bool spectral_norm = false;  // ‖H‖₂ ≤ 1
  bool orthogonal = false;     // HᵀH = I
  bool operator==(const MapGuarantees&) const = default;
};
// What every exactly doubly stochastic map keeps.
constexpr MapGuarantees DoublyStochastic() {
  return {.rows = true, .columns = true, .non_negative = true, .spectral_norm = true};
}
// "rows and columns sum to 1, no negative entry, spectral norm at most 1"; "none" where nothing is.
std::string ToText(const MapGuarantees& guarantees);

struct MixingConstraint {
  std::string name;  // "sinkhorn"
  std::string code;  // "C3", the row of the field's list
  std::string text;  // one sentence for help
  std::vector<Declaration> options;
  MapGuarantees (*guarantees)(const ConstraintOptions& options);

  bool (*allows)(int streams);
  std::string allowed_streams;  // in words, for a refusal: "any n", "n = 2, 3, 4, 6 or 8"

  int (*logit_count)(int streams, const ConstraintOptions& options);
  // logits (logit_count) -> H (n×n). Finite for finite logits.
  Matrix (*map)(std::span<const double> logits, int streams, const ConstraintOptions& options);
  // The cotangent of the logits for a cotangent of H (n×n), derivative of the truncated iteration.
  std::vector<double> (*pullback)(std::span<const double> logits, int streams,
                                  const ConstraintOptions& options, const Matrix& grad_matrix);
  std::vector<double> (*start)(int streams, const ConstraintOptions& options);

  // The fit of `match_matrix`: where it begins for a target, and the bound on max − min of the
  // logits beyond which gradients die (0: no such bound).
  std::vector<double> (*fit_start)(const Matrix& target, const ConstraintOptions& options);
  double fit_spread;

  // The order of the logits, by name: "matrix" for n² of them row-major. Two constraints of the
  // same layout can exchange their logits (the transfer `keep_logits`); "" shares them with no
  // other.
  std::string logit_layout = {};

  // Where a fit may not leave max − min alone: the largest magnitude of each logit (infinite: free)
  // of maps whose logits are not one softmax, such as gates; null: fit_spread alone.
  std::vector<double> (*fit_limits)(int streams, const ConstraintOptions& options) = nullptr;
  // Further starts of a fit, for maps on which one may end in a local minimum.
  int fit_restarts = 0;
  // What options must keep together beyond their own ranges; null: nothing.
  Status (*check)(const ConstraintOptions& options) = nullptr;
};

// In the order of their codes.
std::span<const MixingConstraint> MixingConstraints();
// nullptr where no constraint has that name.
const MixingConstraint* FindMixingConstraint(std::string_view name);

// A constraint chosen with its options; `transpose` applies the transpose of its map.
struct ConstraintChoice {
  const MixingConstraint* constraint = nullptr;
  ConstraintOptions options;
  bool transpose = false;
  bool operator==(const ConstraintChoice&) const = default;
};

// A name with its default options; an error lists the names there are.
Result<ConstraintChoice> ChooseConstraint(std::string_view name);
// Sets one option (or "transpose"), checked; an error lists the options that the constraint has.
Status SetOption(ConstraintChoice& choice, std::string_view key, const Value& value);
// The same with the value as a command line has it.
Status SetOptionFromText(ConstraintChoice& choice, std::string_view key, std::string_view text);
// "sinkhorn:iterations=5,order=rows_columns,transpose=true".
Result<ConstraintChoice> ParseConstraint(std::string_view text);
// The text that ParseConstraint reads, with only the options that are not at their default.
std::string ToText(const ConstraintChoice& choice);
// The choice as one of `sites` sites has it: an option `depth` of 0 becomes their number.
ConstraintChoice AtDepth(ConstraintChoice choice, std::int64_t sites);
// Error where the constraint does not allow n streams (n must be 1…64), or where its options do not
// go together.
Status CheckStreams(const ConstraintChoice& choice, int streams);

// What the choice keeps, with its options and its transpose.
MapGuarantees Guarantees(const ConstraintChoice& choice);

// True where the logits of one can stand, as they are, for those of the other.
bool SameLogits(const ConstraintChoice& one, const ConstraintChoice& other, int streams);
int LogitCount(const ConstraintChoice& choice, int streams);
// H_res with the transpose applied where chosen. Asserts the number of logits.
Matrix MapLogits(const ConstraintChoice& choice, int streams, std::span<const double> logits);
std::vector<double> PullbackLogits(const ConstraintChoice& choice, int streams,
                                   std::span<const double> logits, const Matrix& grad_matrix);
std::vector<double> StartLogits(const ConstraintChoice& choice, int streams);

}  // namespace mhc
