// What the engine sets up for its whole process: the allocator, threads, signals, the device.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>

#include "core/result.h"

namespace mhc {

// LibTorch's CPU allocator does not cache: without this every large tensor is mapped and unmapped
// anew, thousands of page faults a step. Call first, before any other thread exists.
void TuneAllocator();

// `threads` of the configuration; 0 takes the physical cores that this process may run on. Returns
// the number that was set. Call once.
std::int64_t SetThreads(std::int64_t threads);

// Behind whatever else computes on this machine. Call before any other thread exists, which keeps
// the priority that it was made with.
void LowerPriority();

// "auto", "cpu", "cuda", "cuda:k"; error where this LibTorch or machine has no such device.
Result<torch::Device> ChooseDevice(const std::string& name);

// What a run writes is the user's alone, whatever the umask: who may read a record can lock it.
void KeepFilesPrivate();

// Nobody may be reading what the engine says (SIGPIPE), and a limit on the size of files is a write
// that is refused (SIGXFSZ): neither is a reason to end. Call first.
void IgnoreWriteSignals();

// What clusters send before a time limit ends (SIGUSR1, SIGUSR2) and what a soft limit of processor
// time sends, every second (SIGXCPU), asks for a stop, however often it comes. Call first.
void CatchWarningSignals();
// SIGINT, SIGTERM and SIGHUP ask for a stop; a second one of these ends the process at once with
// status 130.
void CatchStopSignals();
// A crash leaves a word with the intervention that is on trial, then ends the process as ever.
void NoteCrashes();
bool StopRequested();

}  // namespace mhc
