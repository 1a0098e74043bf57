// The colours of runs, each kept for its run's id in the user's settings: the same everywhere and
// tomorrow. A colour is a number below Look::RunColorCount(); the dash that tells two runs of one
// colour apart is the selection's.
//
// Thread rule: the window's thread.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mhc {

class RunColors {
 public:
  // kLook reads what was kept and writes nothing, as an export does.
  enum class Use { kKeep, kLook };

  // Forgets the colours of runs that are gone.
  explicit RunColors(Use use);

  std::optional<int> Of(const std::string& id) const;
  std::optional<int> At(const std::filesystem::path& run) const;  // of the run that was there
  // For a run that has none: the first colour that is neither taken nor kept for another run; where
  // every colour is, the first of those that the fewest have, the taken ones before all.
  int FirstFree(const std::vector<int>& taken) const;
  void Keep(const std::string& id, const std::filesystem::path& run, int color);
  // Runs whose folder is no more, and those that another run at their path has replaced.
  void ForgetGone();

 private:
  struct Kept {
    int color = 0;
    std::filesystem::path run;
  };
  void Forget(const std::string& id);

  Use use_;
  std::map<std::string, Kept> kept_;  // by id
};

}  // namespace mhc
