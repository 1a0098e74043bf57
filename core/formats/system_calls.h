// The calls of the operating system that change what is on a disk, in one table: whoever wants to
// see what a full disk, a quota or a kill does to a save puts others in their place, as SQLite's
// xSetSystemCall does for its own.
//
// Thread rule: replaced only while no other thread writes a file.
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

namespace mhc {

struct SystemCalls {
  int (*open_at)(int folder, const char* name, int flags,
                 mode_t mode) = [](int folder, const char* name, int flags, mode_t mode) {
    return openat(folder, name, flags, mode);
  };
  ssize_t (*write)(int, const void*, size_t) = ::write;
  ssize_t (*pwrite)(int, const void*, size_t, off_t) = ::pwrite;
  int (*truncate)(int, off_t) = ftruncate;
  int (*sync)(int) = fsync;
  int (*make_folder_at)(int, const char*, mode_t) = mkdirat;
  int (*rename_at)(int, const char*, int, const char*, unsigned) = renameat2;
  int (*link_at)(int, const char*, int, const char*, int) = linkat;
  int (*unlink_at)(int, const char*, int) = unlinkat;
};

// Those that every file of ours is written with.
inline SystemCalls& Calls() {
  static SystemCalls calls;
  return calls;
}

// Whether a person, another program or time may take away what the system gives as its reason
// (errno): a full disk, a quota, a right. Not so what is missing or of another kind.
bool MayPass(int reason);

}  // namespace mhc
