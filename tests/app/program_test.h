// What tests of the programs share: a scratch folder for runs, and a model so small that a step
// takes a millisecond or two.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "started_program.h"

namespace mhc {

class ProgramTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  std::filesystem::path Path(const std::string& name) const { return folder_ / name; }
  // `mhc train tiny` with a model of one block and 16 channels on generated text, into Path(run).
  std::vector<std::string> TrainWords(const std::string& run, int steps,
                                      const std::vector<std::string>& settings = {}) const;
  Finished Train(const std::string& run, int steps, const std::vector<std::string>& settings = {});
  // `mhc status --json` of Path(run).
  nlohmann::json StatusOf(const std::string& run) const;
  // An engine writes the run and has finished `step` steps; waits for it.
  bool IsAtStep(const std::string& run, std::int64_t step) const;
  bool WaitForStep(const std::string& run, std::int64_t step) const;
  std::vector<std::string> Names() const;  // what stands in the scratch folder

 private:
  std::filesystem::path folder_;
};

// Exit status 2, nothing on standard output, and one sentence on standard error that holds `part`.
void ExpectBadInput(const Finished& finished, const std::string& part);

std::vector<nlohmann::json> ParseLines(const std::string& text);

}  // namespace mhc
