// The configuration of a run: read from TOML, checked against its declarations, completed with
// defaults, and written back resolved as run.toml.
//
// A key is declared once, in configuration_keys.cc: its type and default are those of the member it
// is bound to. Options of the chosen constraint are keys of `mixing` too; core/manifold declares
// them. Thread rule: plain values; every function here is pure but for reading the named file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/manifold/declaration.h"
#include "core/manifold/mixing_constraint.h"
#include "core/result.h"

namespace mhc {

// What one site is: its predictor, its constraint, its read and write maps.
struct SiteSettings {
  std::string connection = "mhc";  // predictor of the logits: mhc, hc; residual: no sites at all
  ConstraintChoice constraint;     // with its transpose
  std::string read;                // predictor of H_pre: mhc, hc, fixed; empty until resolved
  std::string write;               // predictor of H_post
  bool delayed_read = false;       // reads with the H_pre that the site before predicted
  bool dynamic = true;
  double alpha = 0.01;
  double eps_pre = 0.0;
  double eps_norm = 1e-20;
  std::string weight_decay = "none";
  double learning_rate_scale = 1.0;
  std::string kernels = "fused";
  bool operator==(const SiteSettings&) const = default;
};

// One [[mixing.site]]: these sites differ from `mixing`.
struct SiteOverride {
  std::vector<std::int64_t> sites;  // ascending
  SiteSettings settings;            // resolved in full
};

struct DataSettings {
  std::string source = "headers";
  std::string format = "auto";
  std::string tokenizer = "byte";
  double validation_share = 0.05;
};

struct ModelSettings {
  std::int64_t blocks = 4;
  std::int64_t channels = 128;
  std::int64_t heads = 4;
  std::int64_t context = 128;
  std::int64_t streams = 4;
  std::string expand = "repeat";
  std::string readout = "sum";
  std::string dtype = "float32";
};

struct TrainSettings {
  std::int64_t steps = 2000;
  std::int64_t batch = 8;
  double learning_rate = 3e-3;
  std::int64_t warmup_steps = 100;
  std::string schedule = "cosine";
  std::vector<double> betas = {0.9, 0.95};
  double weight_decay = 0.1;
  double clip = 1.0;
  std::string on_nonfinite = "skip";
  std::int64_t checkpoint_every = 500;
  std::int64_t keep_checkpoints = 3;
  std::int64_t evaluate_every = 250;
};

struct ProbeSettings {
  std::int64_t every = 1;
  std::int64_t snapshot_every = 25;
  std::int64_t tokens = 128;
  bool alerts = true;  // of the rules that come with the program
};

// One [[alert]]: what is told of while the run trains. All that is given must hold.
struct AlertRule {
  std::string scalar;                                                // a column of the record
  std::optional<double> above = std::nullopt, below = std::nullopt;  // both: outside of a band
  std::optional<std::int64_t> unmoved_for =
      std::nullopt;                            // the same value so many measurements long
  std::optional<double> spike = std::nullopt;  // more than so many times the median of the last 50
  std::int64_t measurements = 1;               // in a row before it is told
  bool pause = false;                          // the run pauses for a person
};

// One [[intervention]]: the words of a request, to be applied right after `step` finished steps.
struct PlannedIntervention {
  std::int64_t step = 0;
  std::string kind, value, sites, transfer;  // `value`, `sites` and `transfer` may be empty
};

struct Configuration {
  std::string name = "run";
  std::int64_t seed = 1;
  std::int64_t threads = 0;
  std::string device = "auto";
  DataSettings data;
  ModelSettings model;
  SiteSettings mixing;
  std::vector<SiteOverride> site_overrides;
  TrainSettings train;
  ProbeSettings probe;
  std::vector<AlertRule> alerts;
  std::vector<PlannedIntervention> planned;

  // Sites of the model: two a block, none where the connection is `residual`.
  std::int64_t SiteCount() const;
  std::int64_t StreamCount() const;                   // 1 where the connection is `residual`
  const SiteSettings& Site(std::int64_t site) const;  // of [[mixing.site]], else of mixing

  // Whether something reads with the H_pre that a site predicts: the site itself, or a next one
  // whose read is delayed, or a readout that takes it.
  bool PredictsRead(std::int64_t site) const;
  // A learned readout behind a last site whose read is delayed weighs the streams with the H_pre
  // that this site predicted, and has no parameters of its own.
  bool ReadsOutWithLastRead() const;
  // Site(site) with a fixed read where PredictsRead(site) is false: such a site has no parameters
  // for it.
  SiteSettings SiteAsBuilt(std::int64_t site) const;
};

// A key with the member it stands for. `declaration.key` is "train.steps"; top keys have no
// section.
struct ConfigurationKey {
  Declaration declaration;
  std::function<Value(const Configuration&)> get;
  std::function<void(Configuration&, const Value&)> set;
};
// Every key but the constraints' options and the lists of tables, in the order in which they are
// written.
std::span<const ConfigurationKey> ConfigurationKeys();
// By its full name, "train.clip"; nullptr where there is none.
const ConfigurationKey* FindConfigurationKey(std::string_view name);

// "KEY=VALUE" of a --set.
struct Setting {
  std::string key;
  std::string value;
};
Result<Setting> ParseSetting(std::string_view text);
// Of each in turn; the first that is none is the error.
Result<std::vector<Setting>> ParseSettings(std::span<const std::string> texts);

// A file's path or the name of a preset (a preset's name wins; "./default" is the file), with the
// settings laid over it, checked and resolved.
Result<Configuration> LoadConfiguration(std::string_view file_or_preset,
                                        std::span<const Setting> settings);
// `source` names the text in errors, which give key and line.
Result<Configuration> ParseConfiguration(std::string_view toml_text, std::string_view source,
                                         std::span<const Setting> settings);
// The resolved configuration as TOML, every key with its text as a comment; reads back equal.
std::string ToToml(const Configuration& configuration);
std::string ToToml(const PlannedIntervention& planned);  // a table [[intervention]]

}  // namespace mhc
