// Interventions: typed requests to a live run, and what became of each.
//
// Every kind is declared once, in intervention.cc: the command line, the engine's check, the lab's
// controls and the replay after a resume are made from that table. Thread rule: plain values.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/manifold/declaration.h"
#include "core/record/configuration/configuration.h"
#include "core/result.h"

namespace mhc {

struct InterventionKind {
  Declaration value;         // its key is the kind's name: "constraint", "learning_rate", "pause"
  bool needs_value;          // false: the value may be left out, and is then the fallback
  bool changes_training;     // saved before, and applied again when a resume repeats its step
  bool undone_by_roll_back;  // a roll back to before it takes it away
  bool takes_sites;
  bool takes_transfer;
};

std::span<const InterventionKind> InterventionKinds();
const InterventionKind* FindInterventionKind(std::string_view name);
// False for kinds like `pause`, whose value is always the empty text.
bool TakesValue(const InterventionKind& kind);

// How the logits of a new constraint are started (design: "transfer").
struct Transfer {
  enum class Kind { kKeepLogits, kMatchMatrix, kBlend };
  Kind kind = Kind::kMatchMatrix;
  std::int64_t blend_steps = 0;  // of kBlend: 1…1,000,000
  bool operator==(const Transfer&) const = default;
};
Result<Transfer> ParseTransfer(std::string_view text);  // keep_logits, match_matrix, blend(50)
std::string ToText(const Transfer& transfer);

struct InterventionRequest {
  std::string id;                   // <time>-<random>, the stem of its file in the inbox
  std::string kind;                 // a name in InterventionKinds()
  Value value;                      // checked against the kind's declaration
  std::vector<std::int64_t> sites;  // ascending; empty: every site
  Transfer transfer;
  std::string origin = "request";  // "request", or "guard" where the engine made it itself
};

// From what a person typed: kind, optional value text, optional sites ("0-3,7"), optional transfer.
// `configuration` bounds the sites. An error lists what there is.
Result<InterventionRequest> MakeRequest(const Configuration& configuration, std::string_view kind,
                                        std::optional<std::string_view> value,
                                        std::optional<std::string_view> sites,
                                        std::optional<std::string_view> transfer);
// The planned interventions of a configuration as requests, in their order; ids "plan-0", "plan-1",
// … Error where the words of one are no request of this model, or where its step is behind the end.
struct PlannedRequest {
  std::int64_t step = 0;
  InterventionRequest request;
};
Result<std::vector<PlannedRequest>> PlannedRequests(const Configuration& configuration);
// Request file <-> request. Text of a stranger: size, depth and every field are checked.
Result<InterventionRequest> ParseRequest(const Configuration& configuration, std::string_view id,
                                         std::string_view json_text);
std::string ToJsonText(const InterventionRequest& request);
// The value as recorded: the text itself, or the number as TOML writes it.
std::string ValueText(const InterventionRequest& request);

// A request with its outcome: a row of table `intervention`.
struct Intervention {
  std::int64_t number = 0;  // order of outcomes, set by the writer
  InterventionRequest request;
  std::string value_text;    // the value as recorded: constraints with their options in full
  std::int64_t segment = 0;  // set by the writer
  std::int64_t step = 0;     // finished steps when it was taken
  bool applied = false;      // else refused
  bool undone = false;       // a roll back went to before it
  std::string reason;        // of a refusal
  std::optional<double> matrix_jump;  // largest ‖mean_t H_after − mean_t H_before‖_F over its sites
  std::optional<double> unmatched;          // largest ‖H − H̄‖_F that the fit left
  std::vector<double> matrix_jump_by_site;  // in the order of the sites that were changed
  std::vector<double> unmatched_by_site;
  double time = 0.0;  // Unix seconds
};

// An applied intervention as a table [[intervention]] that does the same.
PlannedIntervention AsPlanned(const Intervention& intervention);

// The keys of contract `mhc status`: id, step, kind, value, sites, transfer, outcome, reason,
// matrix_jump, unmatched, and undone, segment, origin, matrix_jump_by_site, unmatched_by_site.
// Numbers may be non-finite: DumpJson writes them.
nlohmann::ordered_json ToJson(const Intervention& intervention);

}  // namespace mhc
