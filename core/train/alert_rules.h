// What a person should see in the scalars of a run while it trains: the rules of [[alert]] and
// those that come with the program.
//
//   composite_forward_gain, composite_backward_gain   outside of 0.1 to 10
//   mixing_logits_gradient_norm                       below 1e-10 for 100 measurements: saturated
//   stream_cosine                                     above 0.9999 for 500: averaged away
//   gradient_norm                                     a spike: 20 times its median of the last 50
//
// A rule that holds is told once, and again only after it has not held for 100 measurements. Values
// that are not finite are the guard's to tell of. Thread rule: the training thread.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "core/record/configuration/configuration.h"
#include "core/record/record/step_record.h"

namespace mhc {

class AlertRules {
 public:
  explicit AlertRules(const Configuration& configuration);

  struct Raised {
    std::string text;
    bool pause = false;
  };
  // The row of one more step; what was not measured at it is not looked at.
  std::vector<Raised> Look(const StepRecord& record);

 private:
  struct Watched {
    AlertRule rule;
    std::deque<double> last;   // as many as the rule looks back on, the value itself left out
    std::int64_t held = 0;     // measurements in a row
    std::int64_t quiet = 100;  // measurements since it held; told at this many
  };
  static bool Holds(const Watched& watched, double value);
  static std::string TextOf(const Watched& watched, double value, std::int64_t step);

  std::vector<Watched> watched_;
};

// Error where a rule names no scalar of the record.
Status CheckAlertRules(const Configuration& configuration);

}  // namespace mhc
