#include "core/manifold/mixing_constraint.h"

#include <fmt/ranges.h>

#include <cassert>

#include "core/manifold/constraints/block_orthostochastic.h"
#include "core/manifold/constraints/cayley.h"
#include "core/manifold/constraints/circulant.h"
#include "core/manifold/constraints/harmonized.h"
#include "core/manifold/constraints/householder.h"
#include "core/manifold/constraints/identity.h"
#include "core/manifold/constraints/identity_mix.h"
#include "core/manifold/constraints/kronecker.h"
#include "core/manifold/constraints/orthostochastic.h"
#include "core/manifold/constraints/permutation_mix.h"
#include "core/manifold/constraints/quaternion.h"
#include "core/manifold/constraints/row_softmax.h"
#include "core/manifold/constraints/sinkhorn.h"
#include "core/manifold/constraints/spectral_clip.h"
#include "core/manifold/constraints/spectral_sphere.h"
#include "core/manifold/constraints/transport_fill.h"
#include "core/manifold/constraints/unconstrained.h"

namespace mhc {
namespace {

constexpr int kMaximumStreams = 64;

// Not an option of any one constraint: it applies to the map of each.
const Declaration& TransposeDeclaration() {
  static const Declaration declaration{
      .key = "transpose",
      .fallback = false,
      .text = "Applies the transpose of the map, which exchanges the forward and backward gains."};
  return declaration;
}

const Declaration* FindOption(const MixingConstraint& constraint, std::string_view key) {
  for (const Declaration& option : constraint.options) {
    if (option.key == key) return &option;
  }
  return key == TransposeDeclaration().key ? &TransposeDeclaration() : nullptr;
}

Result<const Declaration*> RequireOption(const MixingConstraint& constraint, std::string_view key) {
  if (const Declaration* option = FindOption(constraint, key)) return option;
  std::vector<std::string> keys;
  for (const Declaration& option : constraint.options) keys.push_back(option.key);
  keys.push_back(TransposeDeclaration().key);
  return Fail("{}: not an option of {}, expected one of {}", key, constraint.name,
              fmt::join(keys, ", "));
}

// "iterations=5" of a choice's text.
Status Assign(ConstraintChoice& choice, std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return Fail("constraint {}: found \"{}\", expected KEY=VALUE", choice.constraint->name,
                assignment);
  }
  return SetOptionFromText(choice, assignment.substr(0, equals), assignment.substr(equals + 1));
}

std::string PlainText(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? *text : ToToml(value);
}

}  // namespace

std::string ToText(const MapGuarantees& guarantees) {
  std::vector<std::string_view> kept;
  if (guarantees.rows && guarantees.columns) {
    kept.push_back("rows and columns sum to 1");
  } else if (guarantees.rows || guarantees.columns) {
    kept.push_back(guarantees.rows ? "rows sum to 1" : "columns sum to 1");
  }
  if (guarantees.non_negative) kept.push_back("no negative entry");
  if (guarantees.orthogonal) {
    kept.push_back("orthogonal");
  } else if (guarantees.spectral_norm) {
    kept.push_back("spectral norm at most 1");
  }
  return kept.empty() ? "none" : fmt::format("{}", fmt::join(kept, ", "));
}

bool ConstraintOptions::Has(std::string_view key) const { return values_.contains(key); }

std::int64_t ConstraintOptions::Integer(std::string_view key) const {
  const auto found = values_.find(key);
  assert(found != values_.end() && "the constraint has no option of this name");
  return std::get<std::int64_t>(found->second);
}

double ConstraintOptions::Number(std::string_view key) const {
  const auto found = values_.find(key);
  assert(found != values_.end() && "the constraint has no option of this name");
  return std::get<double>(found->second);
}

const std::string& ConstraintOptions::Text(std::string_view key) const {
  const auto found = values_.find(key);
  assert(found != values_.end() && "the constraint has no option of this name");
  return std::get<std::string>(found->second);
}

void ConstraintOptions::Set(std::string key, Value value) {
  values_.insert_or_assign(std::move(key), std::move(value));
}

std::span<const MixingConstraint> MixingConstraints() {
  static const std::vector<MixingConstraint> table = {
      IdentityConstraint(),      UnconstrainedConstraint(),   RowSoftmaxConstraint(),
      SinkhornConstraint(),      PermutationMixConstraint(),  KroneckerConstraint(),
      TransportFillConstraint(), OrthostochasticConstraint(), BlockOrthostochasticConstraint(),
      CirculantConstraint(),     CayleyConstraint(),          HouseholderConstraint(),
      QuaternionConstraint(),    SpectralSphereConstraint(),  IdentityMixConstraint(),
      HarmonizedConstraint(),    SpectralClipConstraint(),
  };
  return table;
}

const MixingConstraint* FindMixingConstraint(std::string_view name) {
  for (const MixingConstraint& constraint : MixingConstraints()) {
    if (constraint.name == name) return &constraint;
  }
  return nullptr;
}

Result<ConstraintChoice> ChooseConstraint(std::string_view name) {
  const MixingConstraint* constraint = FindMixingConstraint(name);
  if (!constraint) {
    std::vector<std::string> names;
    for (const MixingConstraint& known : MixingConstraints()) names.push_back(known.name);
    return Fail("constraint: found \"{}\", expected one of {}", name, fmt::join(names, ", "));
  }
  ConstraintChoice choice;
  choice.constraint = constraint;
  for (const Declaration& option : constraint->options) {
    choice.options.Set(option.key, option.fallback);
  }
  return choice;
}

Status SetOption(ConstraintChoice& choice, std::string_view key, const Value& value) {
  const Result<const Declaration*> option = RequireOption(*choice.constraint, key);
  if (!option) return tl::unexpected(option.error());
  Result<Value> checked = Check(**option, value);
  if (!checked) return tl::unexpected(checked.error());
  if (*option == &TransposeDeclaration()) {
    choice.transpose = std::get<bool>(*checked);
  } else {
    choice.options.Set(std::string(key), *std::move(checked));
  }
  return {};
}

Status SetOptionFromText(ConstraintChoice& choice, std::string_view key, std::string_view text) {
  const Result<const Declaration*> option = RequireOption(*choice.constraint, key);
  if (!option) return tl::unexpected(option.error());
  return SetOption(choice, key, FromText(**option, text));
}

Result<ConstraintChoice> ParseConstraint(std::string_view text) {
  const std::size_t colon = text.find(':');
  Result<ConstraintChoice> choice = ChooseConstraint(text.substr(0, colon));
  if (!choice || colon == std::string_view::npos) return choice;
  std::string_view rest = text.substr(colon + 1);
  while (true) {
    const std::size_t comma = rest.find(',');
    const Status set = Assign(*choice, rest.substr(0, comma));
    if (!set) return tl::unexpected(set.error());
    if (comma == std::string_view::npos) return choice;
    rest.remove_prefix(comma + 1);
  }
}

std::string ToText(const ConstraintChoice& choice) {
  std::vector<std::string> assignments;
  for (const Declaration& option : choice.constraint->options) {
    const Value& value = choice.options.values().find(option.key)->second;
    if (value != option.fallback) assignments.push_back(option.key + "=" + PlainText(value));
  }
  if (choice.transpose) assignments.push_back(TransposeDeclaration().key + "=true");
  if (assignments.empty()) return choice.constraint->name;
  return fmt::format("{}:{}", choice.constraint->name, fmt::join(assignments, ","));
}

ConstraintChoice AtDepth(ConstraintChoice choice, std::int64_t sites) {
  constexpr std::string_view kDepth = "depth";
  if (choice.options.Has(kDepth) && choice.options.Integer(kDepth) == 0) {
    choice.options.Set(std::string(kDepth), sites);
  }
  return choice;
}

Status CheckStreams(const ConstraintChoice& choice, int streams) {
  if (streams < 1 || streams > kMaximumStreams) {
    return Fail("streams: found {}, expected an integer from 1 to {}", streams, kMaximumStreams);
  }
  if (!choice.constraint->allows(streams)) {
    return Fail("streams: found {}, expected {} for the constraint {}", streams,
                choice.constraint->allowed_streams, choice.constraint->name);
  }
  return choice.constraint->check ? choice.constraint->check(choice.options) : Status();
}

MapGuarantees Guarantees(const ConstraintChoice& choice) {
  MapGuarantees guarantees = choice.constraint->guarantees(choice.options);
  if (choice.transpose) std::swap(guarantees.rows, guarantees.columns);
  return guarantees;
}

bool SameLogits(const ConstraintChoice& one, const ConstraintChoice& other, int streams) {
  const MixingConstraint& a = *one.constraint;
  const MixingConstraint& b = *other.constraint;
  if (a.name != b.name && (a.logit_layout.empty() || a.logit_layout != b.logit_layout)) {
    return false;
  }
  return LogitCount(one, streams) == LogitCount(other, streams);
}

int LogitCount(const ConstraintChoice& choice, int streams) {
  return choice.constraint->logit_count(streams, choice.options);
}

Matrix MapLogits(const ConstraintChoice& choice, int streams, std::span<const double> logits) {
  assert(static_cast<int>(logits.size()) == LogitCount(choice, streams));
  Matrix matrix = choice.constraint->map(logits, streams, choice.options);
  if (choice.transpose) matrix.transposeInPlace();
  return matrix;
}

std::vector<double> PullbackLogits(const ConstraintChoice& choice, int streams,
                                   std::span<const double> logits, const Matrix& grad_matrix) {
  assert(static_cast<int>(logits.size()) == LogitCount(choice, streams));
  assert(grad_matrix.rows() == streams && grad_matrix.cols() == streams);
  if (!choice.transpose) {
    return choice.constraint->pullback(logits, streams, choice.options, grad_matrix);
  }
  const Matrix grad_map = grad_matrix.transpose();
  return choice.constraint->pullback(logits, streams, choice.options, grad_map);
}

std::vector<double> StartLogits(const ConstraintChoice& choice, int streams) {
  return choice.constraint->start(streams, choice.options);
}

}  // namespace mhc
