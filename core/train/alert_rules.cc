#include "core/train/alert_rules.h"

#include <algorithm>
#include <cmath>

#include "core/formats/person_text.h"
#include "core/record/record/step_cost.h"

namespace mhc {
namespace {

constexpr std::int64_t kQuiet = 100;
constexpr std::size_t kSpikeWindow = 50;

std::vector<AlertRule> ShippedRules(const Configuration& configuration) {
  std::vector<AlertRule> rules = {{.scalar = "gradient_norm", .spike = 20.0}};
  if (configuration.SiteCount() == 0) return rules;
  for (const char* gain : {"composite_forward_gain", "composite_backward_gain"}) {
    rules.push_back({.scalar = gain, .above = 10.0, .below = 0.1});
  }
  rules.push_back({.scalar = "stream_cosine", .above = 0.9999, .measurements = 500});
  // Maps without logits have nothing that could move.
  for (std::int64_t site = 0; site < configuration.SiteCount(); ++site) {
    const auto streams = static_cast<int>(configuration.StreamCount());
    if (LogitCount(configuration.Site(site).constraint, streams) == 0) continue;
    rules.push_back({.scalar = "mixing_logits_gradient_norm", .below = 1e-10, .measurements = 100});
    break;
  }
  return rules;
}

std::size_t LooksBackOn(const AlertRule& rule) {
  const auto unmoved = static_cast<std::size_t>(rule.unmoved_for.value_or(1)) - 1;
  return std::max(unmoved, rule.spike ? kSpikeWindow : 0);
}

std::string Words(const AlertRule& rule) {
  std::string words;
  const auto add = [&words](const std::string& part) {
    words += (words.empty() ? "" : ", ") + part;
  };
  if (rule.above && rule.below) {
    add(fmt::format("outside of {} to {}", MeasureText(*rule.below), MeasureText(*rule.above)));
  } else if (rule.above) {
    add("above " + MeasureText(*rule.above));
  } else if (rule.below) {
    add("below " + MeasureText(*rule.below));
  }
  if (rule.unmoved_for) add(fmt::format("the same for {} measurements", *rule.unmoved_for));
  if (rule.spike) add(fmt::format("more than {} times its median", MeasureText(*rule.spike)));
  if (rule.measurements > 1) add(fmt::format("{} times in a row", rule.measurements));
  return words;
}

}  // namespace

AlertRules::AlertRules(const Configuration& configuration) {
  for (const AlertRule& rule : configuration.alerts) watched_.push_back({rule, {}, 0, kQuiet});
  if (!configuration.probe.alerts) return;
  for (AlertRule& rule : ShippedRules(configuration)) {
    watched_.push_back({std::move(rule), {}, 0, kQuiet});
  }
}

bool AlertRules::Holds(const Watched& watched, double value) {
  const AlertRule& rule = watched.rule;
  const bool is_out = (rule.above && value > *rule.above) || (rule.below && value < *rule.below);
  if ((rule.above || rule.below) && !is_out) return false;
  if (rule.unmoved_for) {
    const auto before = static_cast<std::ptrdiff_t>(*rule.unmoved_for) - 1;
    if (std::ssize(watched.last) < before) return false;
    const auto first = watched.last.end() - before;
    if (std::any_of(first, watched.last.end(), [&](double one) { return one != value; })) {
      return false;
    }
  }
  if (!rule.spike) return true;
  const std::vector<double> recent(
      watched.last.end() - std::min<std::ptrdiff_t>(std::ssize(watched.last), kSpikeWindow),
      watched.last.end());
  return recent.size() == kSpikeWindow && value > *rule.spike * Median(recent);
}

std::string AlertRules::TextOf(const Watched& watched, double value, std::int64_t step) {
  return fmt::format("{} is {} at step {}: {}", watched.rule.scalar, MeasureText(value), step,
                     Words(watched.rule));
}

std::vector<AlertRules::Raised> AlertRules::Look(const StepRecord& record) {
  std::vector<Raised> raised;
  for (Watched& watched : watched_) {
    const auto value = record.Get(watched.rule.scalar);
    if (!value || !std::isfinite(*value)) continue;
    const bool holds = Holds(watched, *value);
    const std::size_t most = LooksBackOn(watched.rule);
    watched.last.push_back(*value);
    while (watched.last.size() > most) watched.last.pop_front();
    watched.held = holds ? watched.held + 1 : 0;
    if (watched.held == watched.rule.measurements && watched.quiet >= kQuiet) {
      raised.push_back({TextOf(watched, *value, record.step), watched.rule.pause});
    }
    watched.quiet = watched.held >= watched.rule.measurements ? 0 : watched.quiet + 1;
  }
  return raised;
}

Status CheckAlertRules(const Configuration& configuration) {
  for (const AlertRule& rule : configuration.alerts) {
    if (FindStepColumn(rule.scalar) < 0) {
      return Fail(
          "alert.scalar: found {}, expected a scalar of the record, as loss or "
          "composite_forward_gain",
          rule.scalar);
    }
  }
  return {};
}

}  // namespace mhc
