#include "core/record/configuration/configuration_keys.h"

#include <cassert>
#include <string>
#include <utility>
#include <vector>

namespace mhc {
namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

template <class T>
const T& Default() {
  static const T value;
  return value;
}

struct Limits {
  double minimum = -kUnbounded;
  double maximum = kUnbounded;
  bool above_minimum = false;
  std::vector<std::string> choices = {};
};

Limits From(double minimum, double maximum) { return {minimum, maximum, false, {}}; }
Limits Above(double minimum, double maximum) { return {minimum, maximum, true, {}}; }
Limits OneOf(std::vector<std::string> choices) {
  return {-kUnbounded, kUnbounded, false, std::move(choices)};
}

Declaration Declare(std::string key, Value fallback, Limits limits, std::string unit,
                    std::string text) {
  return {std::move(key),       std::move(fallback),       limits.minimum,  limits.maximum,
          limits.above_minimum, std::move(limits.choices), std::move(unit), std::move(text)};
}

template <class T>
ConfigurationKey Top(std::string key, T Configuration::*member, Limits limits, std::string unit,
                     std::string text) {
  return {Declare(std::move(key), Default<Configuration>().*member, std::move(limits),
                  std::move(unit), std::move(text)),
          [member](const Configuration& c) { return Value(c.*member); },
          [member](Configuration& c, const Value& v) { c.*member = std::get<T>(v); }};
}

template <class Section, class T>
ConfigurationKey In(std::string key, Section Configuration::*section, T Section::*member,
                    Limits limits, std::string unit, std::string text) {
  return {
      Declare(std::move(key), Default<Section>().*member, std::move(limits), std::move(unit),
              std::move(text)),
      [section, member](const Configuration& c) { return Value(c.*section.*member); },
      [section, member](Configuration& c, const Value& v) { c.*section.*member = std::get<T>(v); }};
}

template <class T>
SiteKey Site(std::string key, T SiteSettings::*member, Limits limits, std::string text) {
  return {Declare(std::move(key), Default<SiteSettings>().*member, std::move(limits), "",
                  std::move(text)),
          [member](const SiteSettings& s) { return Value(s.*member); },
          [member](SiteSettings& s, const Value& v) { s.*member = std::get<T>(v); }};
}

SiteKey ConstraintKey() {
  std::vector<std::string> names;
  for (const MixingConstraint& constraint : MixingConstraints()) names.push_back(constraint.name);
  return {Declare("constraint", std::string(), OneOf(names), "",
                  "Map from the logits to H_res; its options are keys beside it. Default: sinkhorn "
                  "for mhc, unconstrained for hc."),
          [](const SiteSettings& s) {
            return Value(s.constraint.constraint ? s.constraint.constraint->name : std::string());
          },
          [](SiteSettings& s, const Value& v) {
            const Result<ConstraintChoice> choice = ChooseConstraint(std::get<std::string>(v));
            assert(choice.has_value());
            s.constraint = *choice;
          }};
}

SiteKey TransposeKey() {
  return {Declare("transpose", false, {}, "", "Apply the transpose of the constraint's map."),
          [](const SiteSettings& s) { return Value(s.constraint.transpose); },
          [](SiteSettings& s, const Value& v) { s.constraint.transpose = std::get<bool>(v); }};
}

std::vector<SiteKey> MakeSiteKeys() {
  return {
      Site("connection", &SiteSettings::connection, OneOf({"mhc", "hc", "residual"}),
           "Predictor of the maps: mhc (one RMS over all streams, sigmoids), hc (per-stream norm, "
           "tanh), residual (one stream, no mixing)."),
      ConstraintKey(),
      TransposeKey(),
      Site("read", &SiteSettings::read, OneOf({"mhc", "hc", "fixed"}),
           "Read map H_pre: that of mhc, of hc, or fixed at 1/n. Default: that of the connection."),
      Site("write", &SiteSettings::write, OneOf({"mhc", "hc", "fixed"}),
           "Write map H_post: that of mhc, of hc, or fixed at 1. Default: that of the connection."),
      Site(
          "delayed_read", &SiteSettings::delayed_read, {},
          "Read with the H_pre that the site before predicted, at site 0 with stream 0 alone. What "
          "the last site predicts is the readout where that is learned, else it does not exist."),
      Site("dynamic", &SiteSettings::dynamic, {},
           "Maps that depend on the token; false leaves their static parts only."),
      Site("alpha", &SiteSettings::alpha, From(-10, 10),
           "Initial scale of the token-dependent part of each map."),
      Site("eps_pre", &SiteSettings::eps_pre, From(0, 1), "Added to H_pre after the sigmoid."),
      Site("eps_norm", &SiteSettings::eps_norm, From(0, 1),
           "Added to the mean square inside the root of the predictor's RMS norm."),
      Site("weight_decay", &SiteSettings::weight_decay, OneOf({"none", "dynamic", "all"}),
           "Which mixing parameters are weight-decayed: none, those of the token-dependent part, "
           "or all."),
      Site("learning_rate_scale", &SiteSettings::learning_rate_scale, From(0, 1000),
           "Learning rate of the mixing parameters, as a multiple of the model's."),
      Site("kernels", &SiteSettings::kernels, OneOf({"fused", "reference"}),
           "Arithmetic of the sites: kernels of our own, or LibTorch operations with autograd."),
  };
}

void AppendModelKeys(std::vector<ConfigurationKey>& keys) {
  const auto m = &Configuration::model;
  using M = ModelSettings;
  keys.push_back(In("model.blocks", m, &M::blocks, From(1, 1024), "blocks",
                    "Transformer blocks; each has an attention site and an MLP site."));
  keys.push_back(In("model.channels", m, &M::channels, From(2, 16384), "channels",
                    "Channels C of one stream."));
  keys.push_back(In("model.heads", m, &M::heads, From(1, 256), "heads",
                    "Attention heads; channels / heads must be even."));
  keys.push_back(In("model.context", m, &M::context, From(2, 65536), "tokens",
                    "Tokens of one training sequence."));
  keys.push_back(In("model.streams", m, &M::streams, From(1, 64), "streams",
                    "Residual streams n; residual has one whatever stands here."));
  keys.push_back(In("model.expand", m, &M::expand, OneOf({"repeat", "scaled"}), "",
                    "Streams at the input: the embedding repeated, or each copy scaled by a "
                    "learned vector."));
  keys.push_back(In("model.readout", m, &M::readout, OneOf({"sum", "mean", "learned"}), "",
                    "How the streams become one before the last norm."));
  keys.push_back(In("model.dtype", m, &M::dtype, OneOf({"float32", "bfloat16"}), "",
                    "Type in which the streams are kept between sites."));
}

void AppendTrainKeys(std::vector<ConfigurationKey>& keys) {
  const auto t = &Configuration::train;
  using T = TrainSettings;
  keys.push_back(In("train.steps", t, &T::steps, From(1, 1e9), "steps", "Steps of the run."));
  keys.push_back(
      In("train.batch", t, &T::batch, From(1, 65536), "sequences", "Sequences of one step."));
  keys.push_back(In("train.learning_rate", t, &T::learning_rate, From(0, 1), "",
                    "Highest learning rate; the schedule scales it. 0: the run only watches."));
  keys.push_back(In("train.warmup_steps", t, &T::warmup_steps, From(0, 1e9), "steps",
                    "Steps in which the learning rate rises linearly."));
  keys.push_back(In("train.schedule", t, &T::schedule, OneOf({"cosine", "constant", "wsd"}), "",
                    "cosine: to a tenth at the last step; constant; wsd: constant, then linearly "
                    "to zero over the last fifth."));
  keys.push_back(In("train.betas", t, &T::betas, From(0, 0.99999), "", "AdamW's two decay rates."));
  keys.push_back(In("train.weight_decay", t, &T::weight_decay, From(0, 10), "",
                    "AdamW's decoupled weight decay of the weight matrices."));
  keys.push_back(In("train.clip", t, &T::clip, From(0, 1e9), "",
                    "Largest norm of all gradients; 0 does not clip."));
  keys.push_back(In("train.on_nonfinite", t, &T::on_nonfinite, OneOf({"skip", "stop", "roll_back"}),
                    "",
                    "What a loss or gradient that is not finite does: skip the step, stop the "
                    "run, or go back to the last checkpoint at half the learning rate."));
  keys.push_back(In("train.checkpoint_every", t, &T::checkpoint_every, From(0, 1e9), "steps",
                    "Steps between regular checkpoints; 0 saves only at the start and the end."));
  keys.push_back(In("train.keep_checkpoints", t, &T::keep_checkpoints, From(0, 1e6), "checkpoints",
                    "Regular checkpoints that are kept; 0 keeps all."));
  keys.push_back(In("train.evaluate_every", t, &T::evaluate_every, From(0, 1e9), "steps",
                    "Steps between validation losses; 0 evaluates only at the end."));
}

std::vector<ConfigurationKey> MakeKeys() {
  std::vector<ConfigurationKey> keys;
  keys.push_back(Top("name", &Configuration::name, {}, "", "Name of the run."));
  keys.push_back(Top("seed", &Configuration::seed, From(0, 9007199254740992.0), "",
                     "Seed of the initial weights and of the data order."));
  keys.push_back(
      Top("threads", &Configuration::threads, From(0, 1024), "threads",
          "Threads of the trainer; 0 chooses by the work of a step, at most the physical cores."));
  keys.push_back(Top("device", &Configuration::device, {}, "", "auto, cpu, cuda or cuda:k."));

  const auto d = &Configuration::data;
  using D = DataSettings;
  keys.push_back(In("data.source", d, &D::source, {}, "",
                    "arithmetic (generated; its entropy is known), headers (this machine's C++ "
                    "headers), or the path of a file or folder (of which all that is UTF-8 text is "
                    "read, but for names that begin with a dot)."));
  keys.push_back(In("data.format", d, &D::format, OneOf({"auto", "text", "jsonl"}), "",
                    "What the source's files are; auto takes .jsonl, .ndjson and .json for JSON "
                    "lines with a text under \"text\", and all else for text."));
  keys.push_back(In("data.tokenizer", d, &D::tokenizer, OneOf({"byte", "char"}), "",
                    "byte: 256 tokens; char: one token a character that occurs."));
  keys.push_back(In("data.validation_share", d, &D::validation_share, Above(0, 0.5), "",
                    "Share of the data, at its end, that is kept for validation."));
  AppendModelKeys(keys);
  for (const SiteKey& key : SiteKeys()) {
    Declaration declaration = key.declaration;
    declaration.key = "mixing." + declaration.key;
    keys.push_back({std::move(declaration),
                    [get = key.get](const Configuration& c) { return get(c.mixing); },
                    [set = key.set](Configuration& c, const Value& v) { set(c.mixing, v); }});
  }
  AppendTrainKeys(keys);

  const auto p = &Configuration::probe;
  using P = ProbeSettings;
  keys.push_back(In("probe.every", p, &P::every, From(1, 1e9), "steps",
                    "Steps between measurements of the mixing's scalars."));
  keys.push_back(In("probe.snapshot_every", p, &P::snapshot_every, From(1, 1e9), "steps",
                    "Steps between snapshots of the maps."));
  keys.push_back(In("probe.tokens", p, &P::tokens, From(1, 65536), "tokens",
                    "Tokens of a step's batch on which the maps are measured."));
  keys.push_back(In("probe.alerts", p, &P::alerts, {}, "",
                    "Tell where the composite gain leaves 0.1 to 10, the mixing cannot move, the "
                    "streams collapse or the gradient spikes; [[alert]] has rules of one's own."));
  return keys;
}

}  // namespace

std::span<const SiteKey> SiteKeys() {
  static const std::vector<SiteKey> keys = MakeSiteKeys();
  return keys;
}

std::span<const ConfigurationKey> ConfigurationKeys() {
  static const std::vector<ConfigurationKey> keys = MakeKeys();
  return keys;
}

const ConfigurationKey* FindConfigurationKey(std::string_view name) {
  for (const ConfigurationKey& key : ConfigurationKeys()) {
    if (key.declaration.key == name) return &key;
  }
  return nullptr;
}

const SiteKey* FindSiteKey(std::string_view name) {
  for (const SiteKey& key : SiteKeys()) {
    if (key.declaration.key == name) return &key;
  }
  return nullptr;
}

}  // namespace mhc
