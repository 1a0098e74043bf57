// A program of the lab as a process of its own, started and watched by a test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace mhc {

// What a finished process left.
struct Finished {
  int status = -1;  // exit status, or 128 + the signal that ended it
  std::string out, err;
};

// A process whose output goes to files. Ended by SIGKILL where the test forgets it.
class StartedProgram {
 public:
  // `words[0]` is a program in bin/. `environment` adds "NAME=VALUE".
  explicit StartedProgram(const std::vector<std::string>& words,
                          const std::vector<std::string>& environment = {});
  StartedProgram(const StartedProgram&) = delete;
  StartedProgram& operator=(const StartedProgram&) = delete;
  ~StartedProgram();

  pid_t id() const { return id_; }
  void Signal(int signal) const;
  bool Ended();
  // Waits for the end; a process that takes longer than `limit` fails the test and is killed.
  Finished Wait(std::chrono::seconds limit = std::chrono::seconds(120));

 private:
  std::filesystem::path folder_;
  pid_t id_ = -1;
  bool ended_ = false;
  int status_ = -1;
};

// Starts and waits.
Finished RunProgram(const std::vector<std::string>& words,
                    const std::vector<std::string>& environment = {});

// True when the condition came true within the limit, which is a hang guard.
bool WaitUntil(const std::function<bool()>& condition,
               std::chrono::milliseconds limit = std::chrono::seconds(60));

}  // namespace mhc
