// `train` and `resume`: the commands that run an experiment in this process.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mhc {

struct TrainArguments {
  std::string configuration;          // a file or the name of a preset
  std::string run;                    // "": the default place
  std::vector<std::string> settings;  // KEY=VALUE
  std::optional<std::int64_t> steps;
  bool json = false;
};
// The exit status: 0 finished or stopped, 1 failed, 2 bad input.
int Train(const TrainArguments& arguments);

struct ResumeArguments {
  std::string run;
  bool json = false;
};
int Resume(const ResumeArguments& arguments);

// The presets with their sentences, a line each, for help.
std::string PresetList();

}  // namespace mhc
