// Calls of the operating system that fail, or end the process, as long as the object lives: what a
// full disk, a quota, a bad cable or a kill is to a save.
#pragma once

#include <signal.h>

#include <cerrno>
#include <limits>
#include <string>
#include <string_view>

#include "core/formats/system_calls.h"

namespace mhc {

struct Failing {
  std::string_view call = "";  // "write", "rename", …; empty: every one
  std::int64_t from = 1;       // of the calls of that kind since the object was made
  std::int64_t to = std::numeric_limits<std::int64_t>::max();
  int reason = ENOSPC;
  bool kills = false;  // in place of failing
};

class FailingCalls {
 public:
  explicit FailingCalls(const Failing& failing) : real_(Calls()) {
    state() = {failing, real_, 0};
    SystemCalls& calls = Calls();
    calls.open_at = [](int folder, const char* name, int flags, mode_t mode) {
      const bool makes = (flags & O_CREAT) != 0;
      return makes && Fails("open") ? -1 : state().real.open_at(folder, name, flags, mode);
    };
    calls.write = [](int file, const void* bytes, size_t count) {
      return Fails("write") ? -1 : state().real.write(file, bytes, count);
    };
    calls.pwrite = [](int file, const void* bytes, size_t count, off_t place) {
      return Fails("pwrite") ? -1 : state().real.pwrite(file, bytes, count, place);
    };
    calls.truncate = [](int file, off_t size) {
      return Fails("truncate") ? -1 : state().real.truncate(file, size);
    };
    calls.sync = [](int file) { return Fails("sync") ? -1 : state().real.sync(file); };
    calls.make_folder_at = [](int folder, const char* name, mode_t mode) {
      return Fails("mkdir") ? -1 : state().real.make_folder_at(folder, name, mode);
    };
    calls.rename_at = [](int a, const char* from, int b, const char* to, unsigned flags) {
      return Fails("rename") ? -1 : state().real.rename_at(a, from, b, to, flags);
    };
    calls.link_at = [](int a, const char* from, int b, const char* to, int flags) {
      return Fails("link") ? -1 : state().real.link_at(a, from, b, to, flags);
    };
    calls.unlink_at = [](int folder, const char* name, int flags) {
      return Fails("unlink") ? -1 : state().real.unlink_at(folder, name, flags);
    };
  }
  FailingCalls(const FailingCalls&) = delete;
  FailingCalls& operator=(const FailingCalls&) = delete;
  ~FailingCalls() { Calls() = real_; }

  std::int64_t seen() const { return state().seen; }  // of the kind that is counted

 private:
  struct State {
    Failing failing;
    SystemCalls real;
    std::int64_t seen = 0;
  };
  static State& state() {
    static State one;
    return one;
  }
  static bool Fails(std::string_view call) {
    State& s = state();
    if (!s.failing.call.empty() && s.failing.call != call) return false;
    ++s.seen;
    if (s.seen < s.failing.from || s.seen > s.failing.to) return false;
    if (s.failing.kills) raise(SIGKILL);
    errno = s.failing.reason;
    return true;
  }

  SystemCalls real_;
};

}  // namespace mhc
