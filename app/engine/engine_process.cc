#include "app/engine/engine_process.h"

#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/plan/thread_choice.h"
#include "core/train/intervention_desk/intervention_trial.h"

namespace mhc {
namespace {

volatile sig_atomic_t stop_requested = 0;
volatile sig_atomic_t stop_signals = 0;

void OnWarningSignal(int) { stop_requested = 1; }

void OnStopSignal(int) {
  if (stop_signals > 0) _exit(130);
  stop_signals = 1;
  stop_requested = 1;
}

// The default action is back: what crashed does so again, and whoever raised the signal raises it.
void OnCrash(int signal) {
  InterventionTrial::NoteSignal(signal);
  raise(signal);
}

}  // namespace

void TuneAllocator() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest that glibc takes
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
}

std::int64_t SetThreads(std::int64_t threads) {
  const std::int64_t count = threads > 0 ? threads : PhysicalCores();
  at::set_num_threads(static_cast<int>(count));
  at::set_num_interop_threads(1);
  return count;
}

void LowerPriority() {
  constexpr int kNiceness = 10;
  setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + kNiceness);
}

Result<torch::Device> ChooseDevice(const std::string& name) {
  if (name == "cpu") return torch::Device(torch::kCPU);
  const bool has_cuda = torch::cuda::is_available();
  if (name == "auto") return torch::Device(has_cuda ? torch::kCUDA : torch::kCPU);
  if (!has_cuda) {
    return Fail("device: found {}, but this LibTorch finds no CUDA device, expected auto or cpu",
                name);
  }
  const torch::Device device(name);
  const auto count = static_cast<int>(torch::cuda::device_count());
  if (device.has_index() && device.index() >= count) {
    return Fail("device: found {}, expected cuda:0 to cuda:{}", name, count - 1);
  }
  return device;
}

void KeepFilesPrivate() { umask(077); }

void IgnoreWriteSignals() {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}

void CatchWarningSignals() {
  struct sigaction action = {};
  action.sa_handler = OnWarningSignal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGUSR1, SIGUSR2, SIGXCPU}) sigaction(signal, &action, nullptr);
}

void CatchStopSignals() {
  struct sigaction action = {};
  action.sa_handler = OnStopSignal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // A terminal that closes asks for the same, unless nohup has said that it does not count.
  struct sigaction hang_up = {};
  sigaction(SIGHUP, nullptr, &hang_up);
  if (hang_up.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);
}

void NoteCrashes() {
  // A stack that has overflowed cannot hold the handler's frame.
  constexpr std::size_t kStackBytes = 64 * 1024;
  static char stack[kStackBytes];
  const stack_t aside = {.ss_sp = stack, .ss_flags = 0, .ss_size = kStackBytes};
  sigaltstack(&aside, nullptr);
  struct sigaction action = {};
  action.sa_handler = OnCrash;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
    sigaction(signal, &action, nullptr);
  }
}

bool StopRequested() { return stop_requested > 0; }

}  // namespace mhc
