#include "app/engine/peer_program.h"

#include <stdio.h>
#include <sys/wait.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <sstream>

#include "core/formats/number_text.h"
#include "core/formats/quoted_text.h"

namespace mhc {
namespace {

// The number after the last word "step_ms" of a text.
class StepTimeReader {
 public:
  void Read(const std::string& line) {
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      if (after_name_) {
        const auto number = ParseNumber(word);
        if (number && std::isfinite(*number) && *number > 0.0) last_ = number;
      }
      after_name_ = word == "step_ms";
    }
  }
  const std::optional<double>& last() const { return last_; }

 private:
  bool after_name_ = false;
  std::optional<double> last_;
};

std::string HowItEnded(int state) {
  if (WIFSIGNALED(state)) return fmt::format("was killed by signal {}", WTERMSIG(state));
  return fmt::format("ended with status {}", WEXITSTATUS(state));
}

}  // namespace

Result<double> PeerStepMs(const std::string& command) {
  FILE* output = popen(command.c_str(), "re");
  if (output == nullptr) return Fail("--peer {}: {}", Quoted(command), std::strerror(errno));
  StepTimeReader reader;
  char* line = nullptr;
  std::size_t room = 0;
  while (getline(&line, &room, output) >= 0) reader.Read(line);
  free(line);
  const int state = pclose(output);
  if (state < 0) return Fail("--peer {}: {}", Quoted(command), std::strerror(errno));
  if (state != 0) {
    return Fail("--peer {}: {}, expected status 0 and a line \"step_ms X\"", Quoted(command),
                HowItEnded(state));
  }
  if (!reader.last()) {
    return Fail("--peer {}: ended with status 0 and printed no \"step_ms X\" with a time above 0",
                Quoted(command));
  }
  return *reader.last();
}

}  // namespace mhc
