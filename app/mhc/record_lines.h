// A record as JSON lines, in the order in which it was written: a line a step, and between them
// the interventions, alerts and checkpoints.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "core/record/record/record_reader.h"
#include "core/result.h"

namespace mhc {

class RecordLines {
 public:
  // Lines of steps after `since`, and of events at or after it. Borrows the reader.
  RecordLines(RecordReader& reader, std::int64_t since);

  // Gives every line that was written since the last call to `say`, without a line feed; stops at
  // its first error. Steps that were repeated after a resume come again, with their new segment.
  Status SayNew(const std::function<Status(const std::string& line)>& say);

 private:
  struct Event {
    std::int64_t segment = 0, step = 0;
    double time = 0.0;
    std::string line;
  };
  Result<std::vector<Event>> NewEvents();

  RecordReader& reader_;
  std::int64_t since_;
  std::int64_t segment_ = -1, step_ = 0;  // of the last row that was said
  std::set<std::string> said_;            // lines of events
};

}  // namespace mhc
