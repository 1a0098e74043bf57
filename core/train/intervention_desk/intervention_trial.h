// Requests on trial: from right before one is applied until the step after it is recorded. They
// stand in a small file of the run, so that an engine which ends in between leaves behind whom it
// ended with, and the next one does not repeat it into the same end.
//
// Lines of the file: "open ID TRIES", "idle ID TRIES" (tried by an engine before, not by this one),
// "ended ID REASON", and at the end, where this engine ended by itself, "end REASON". That file is
// a note, not a promise: where it cannot be written, training goes on without it.
//
// Thread rule: the training thread; NoteSignal() in a signal handler.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/formats/open_folder.h"

namespace mhc {

class InterventionTrial {
 public:
  // Killed from outside that often while the same request was on trial, an engine has ended by it
  // too: out of memory looks like that.
  static constexpr int kMostTries = 3;

  explicit InterventionTrial(OpenFolder run);
  InterventionTrial(const InterventionTrial&) = delete;
  InterventionTrial& operator=(const InterventionTrial&) = delete;
  ~InterventionTrial();  // leaves the file

  // At a resume: reads what the engine before left. A file that is none of ours counts as empty.
  void TakeOver();
  // Why the request must not be applied any more; empty where it may.
  std::optional<std::string> ReasonAgainst(const std::string& id) const;

  void Begin(const std::string& id);
  // The request did no harm, or its refusal is recorded: it leaves the file.
  void Pass(const std::string& id);
  // The same for all that this engine tried: a step was recorded.
  void PassOpen();
  void Clear();  // of all: the run ended in good order
  // This process ends by an exception: those that are open are why.
  void EndBy(const std::string& reason);
  // The same of a crash, for the trial that is open in this process; async-signal-safe.
  static void NoteSignal(int signal);

 private:
  struct Entry {
    bool open = false;
    int tries = 0;
    std::string reason;
  };
  void Write();
  void Forget();

  OpenFolder run_;
  int descriptor_ = -1;
  std::map<std::string, Entry> entries_;
};

}  // namespace mhc
