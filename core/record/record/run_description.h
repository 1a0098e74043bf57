// What a run is, mostly fixed when it starts; kept as rows of table `meta` beside run.toml.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mhc {

struct ParentRun {
  std::string id;
  std::int64_t step = 0;
};

struct RunDescription {
  std::string id;  // 16 random hexadecimal digits
  std::string name;
  std::string program_version;
  std::string torch_version;
  double created = 0.0;  // Unix seconds
  std::int64_t steps = 0;
  std::int64_t tokens_per_step = 0;
  std::int64_t sites = 0;
  std::int64_t streams = 0;
  std::int64_t vocabulary = 0;
  std::int64_t parameters = 0;  // as the model is now: a change of constraint changes them
  std::int64_t mixing_parameters = 0;
  std::int64_t threads = 0;
  std::string device;
  std::int64_t data_files = 0;           // that were read; 0 of generated text, or not known
  std::int64_t data_tokens = 0;          // 0: not known
  std::string data_left_out;             // what was not read, in a sentence; empty: nothing
  std::string data_hash;                 // SHA-256-like fingerprint of the tokens, hexadecimal
  std::optional<double> entropy_floor;   // nats a token, of generated data
  std::string mixing_dtype = "float32";  // in which coefficients and Sinkhorn are computed
  std::string instruction_set;           // of LibTorch and of the kernels; empty: not known
  std::optional<ParentRun> parent;
  std::vector<ParentRun> ancestors;  // the oldest first, `parent` last; of a branch
};

// As recorded. A reader turns kRunning and kPaused without a lock holder into kInterrupted.
enum class RunState { kCreated, kRunning, kPaused, kFinished, kStopped, kFailed, kInterrupted };
std::string ToText(RunState state);
std::optional<RunState> ParseRunState(const std::string& text);

}  // namespace mhc
