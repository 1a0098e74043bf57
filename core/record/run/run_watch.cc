#include "core/record/run/run_watch.h"

#include <fcntl.h>

namespace mhc {
namespace {

constexpr const char* kWatchers = "watchers";

struct flock WholeFile(short kind) {
  struct flock lock {};
  lock.l_type = kind;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

std::optional<RunWatch> RunWatch::Attach(const std::filesystem::path& run) {
  const auto folder = OpenFolder::OpenNamed(run);
  auto file = folder ? folder->OpenFile(kWatchers, O_RDONLY) : tl::unexpected(folder.error());
  struct flock lock = WholeFile(F_RDLCK);
  if (!file || fcntl(file->get(), F_OFD_SETLK, &lock) != 0) return std::nullopt;
  return RunWatch(*std::move(file));
}

void RunWatch::Prepare(const OpenFolder& run) { (void)run.OpenFile(kWatchers, O_RDWR | O_CREAT); }

bool RunWatch::IsWatched(const OpenFolder& run) {
  const auto file = run.OpenFile(kWatchers, O_RDWR);
  struct flock lock = WholeFile(F_WRLCK);
  return file && fcntl(file->get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace mhc
