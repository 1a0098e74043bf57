// Follows one run's record: each look returns what is new since the one before. A live run, a saved
// one, one in a read-only place and one whose engine was killed are the same to it.
//
// Free of Qt. Thread rule: one thread.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/record/run/run_folder.h"
#include "core/record/run/run_watch.h"
#include "widgets/document/run_update.h"

namespace mhc {

class RunFollower {
 public:
  explicit RunFollower(std::filesystem::path run);

  // Cheap where nothing changed. A run that cannot be read gives an update with its error, once for
  // each different error; it is tried again at every look.
  RunUpdate Look();

  // A view wants the snapshot of `kind` at or before `step`; it comes with the next look.
  void WantSnapshot(const std::string& kind, std::int64_t step);
  // Views want every snapshot of `kind` from now on.
  void WantHistory(const std::string& kind);

 private:
  void Forget();
  bool IsReplaced() const;
  Status LookInto(RunUpdate& update);
  Status LookAtRecord(RunUpdate& update);
  Status Open(RunUpdate& update);
  Status ReadSteps(RunUpdate& update);
  Status ReadEvents(RunUpdate& update);
  Status ReadHistory(const std::string& kind, RunUpdate& update);
  Status ReadWanted(RunUpdate& update);

  std::filesystem::path run_;
  std::optional<RunFolder> folder_;
  std::optional<RecordReader> reader_;
  // Of the record that is open: another file at its place is another run.
  std::uint64_t device_ = 0, file_ = 0;
  std::string id_;
  std::string last_error_;
  std::optional<RunState> state_;
  std::optional<RunWatch> watch_;  // while it trains
  std::int64_t segment_ = -1;      // the newest one that was read
  std::int64_t last_step_ = 0;     // steps that were handed over
  std::vector<std::int64_t> snapshot_steps_;
  std::set<std::pair<std::string, std::int64_t>> wanted_;
  std::map<std::string, std::int64_t> histories_;  // kind -> the last step that was handed over
};

}  // namespace mhc
