// SQLite's files as ours: its unix file system, whose calls that change a disk go the way that all
// of ours go (core/formats/system_calls.h). Internal to core/record.
#pragma once

namespace mhc {

// The name of a file system that takes a path as it is given: through a folder's descriptor
// (OpenFolder::At) the files beside a record are then reached wherever the folder is. From the
// first call on SQLite's own files in this process go through Calls() too; only its fsync, which it
// does not let be replaced, does not.
const char* RecordFileSystem();

// Why the last call of this thread for a file of SQLite was refused (errno): SQLite itself often
// says only that one was. 0: none was since it was forgotten.
int LastRefusal();
void ForgetRefusal();

}  // namespace mhc
