#include "core/record/record/record_file_system.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstdarg>
#include <cstring>

#include "core/formats/system_calls.h"

namespace mhc {
namespace {

thread_local int last_refusal = 0;

template <class Result>
Result Noted(Result result) {
  if (result < 0) last_refusal = errno;
  return result;
}

// What is made is the owner's alone: who may read a record can lock it.
int Open(const char* path, int flags, int mode) {
  constexpr mode_t kOwnersAlone = 0700;
  return Noted(Calls().open_at(AT_FDCWD, path, flags, static_cast<mode_t>(mode) & kOwnersAlone));
}
ssize_t Write(int file, const void* bytes, size_t count, off_t place) {
  return Noted(Calls().pwrite(file, bytes, count, place));
}
int Truncate(int file, off_t size) { return Noted(Calls().truncate(file, size)); }
int Control(int file, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  return Noted(fcntl(file, command, argument));
}
int Unlink(const char* path) { return Noted(Calls().unlink_at(AT_FDCWD, path, 0)); }

template <class Call>
void Replace(sqlite3_vfs& system, const char* name, Call* call) {
  if (system.xGetSystemCall(&system, name) == nullptr) return;  // not one of this build's
  system.xSetSystemCall(&system, name, reinterpret_cast<sqlite3_syscall_ptr>(call));
}

int TakeAsGiven(sqlite3_vfs*, const char* name, int most, char* full) {
  const std::size_t length = std::strlen(name);
  if (length >= static_cast<std::size_t>(most)) return SQLITE_CANTOPEN;
  std::memcpy(full, name, length + 1);
  return SQLITE_OK;
}

const sqlite3_vfs* Register() {
  sqlite3_vfs& unix_files = *sqlite3_vfs_find("unix");
  static sqlite3_vfs ours = unix_files;
  ours.zName = "mhc-record";
  ours.pNext = nullptr;
  ours.xFullPathname = TakeAsGiven;
  sqlite3_vfs_register(&ours, /*makeDflt=*/0);
  Replace(unix_files, "open", Open);
  Replace(unix_files, "pwrite", Write);
  Replace(unix_files, "pwrite64", Write);
  Replace(unix_files, "ftruncate", Truncate);
  Replace(unix_files, "unlink", Unlink);
  Replace(unix_files, "fcntl", Control);
  return &ours;
}

}  // namespace

const char* RecordFileSystem() {
  static const sqlite3_vfs* const ours = Register();
  return ours->zName;
}

int LastRefusal() { return last_refusal; }
void ForgetRefusal() { last_refusal = 0; }

}  // namespace mhc
