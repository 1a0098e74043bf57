#include "core/formats/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/formats/system_calls.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> FailedFor(int reason, const std::string& path) {
  return tl::unexpected<Error>(
      Error{fmt::format("{}: {}", path, std::strerror(reason)), MayPass(reason)});
}

Status Unless(int failure, const std::string& path) {
  if (failure != 0) return FailedFor(errno, path);
  return {};
}

}  // namespace

Result<OutputFile> OutputFile::Create(const fs::path& path, std::string shown_as) {
  if (shown_as.empty()) shown_as = path.string();
  const int descriptor =
      Calls().open_at(AT_FDCWD, path.c_str(), O_WRONLY | O_CLOEXEC | O_CREAT | O_TRUNC, 0666);
  if (descriptor < 0) return FailedFor(errno, shown_as);
  return OutputFile(descriptor, std::move(shown_as));
}

Result<OutputFile> OutputFile::Create(const OpenFolder& folder, const std::string& name) {
  auto file = folder.OpenFile(name, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) return tl::unexpected(file.error());
  return OutputFile(file->Release(), (folder.path() / name).string());
}

OutputFile OutputFile::StandardOutput() { return OutputFile(STDOUT_FILENO, "standard output"); }

OutputFile::OutputFile(OutputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      checksum_(std::move(other.checksum_)) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  std::swap(checksum_, other.checksum_);
  return *this;
}

OutputFile::~OutputFile() {
  if (descriptor_ > STDERR_FILENO) close(descriptor_);
}

Status OutputFile::Append(std::span<const std::byte> bytes) {
  checksum_.Take(bytes);
  while (!bytes.empty()) {
    const ssize_t written = Calls().write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return FailedFor(written == 0 ? EIO : errno, path_);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Status OutputFile::Append(std::string_view text) {
  return Append(std::as_bytes(std::span(text.data(), text.size())));
}

Status OutputFile::Sync() { return Unless(Calls().sync(descriptor_), path_); }

Status OutputFile::Close() { return Unless(close(std::exchange(descriptor_, -1)), path_); }

Status SyncFolder(const fs::path& folder) {
  const int descriptor =
      open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return FailedFor(errno, folder.string());
  Status synced = Unless(Calls().sync(descriptor), folder.string());
  close(descriptor);
  return synced;
}

Status ReplaceFile(const fs::path& path, const std::function<Status(OutputFile&)>& write) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (fs::is_directory(status)) return Fail("{}: found a folder, expected a file", path.string());
  const bool renames = !fs::exists(status) || fs::is_regular_file(status);
  fs::path target = fs::is_symlink(path, ignored) ? fs::weakly_canonical(path, ignored) : path;
  if (target.empty()) target = path;
  fs::path beside = target;
  if (renames) beside += fmt::format(".{}.partial", getpid());

  Result<OutputFile> file = OutputFile::Create(beside, path.string());
  if (!file) return tl::unexpected(file.error());
  Status done = write(*file);
  if (done && renames) done = file->Sync();
  if (done) done = file->Close();
  if (done && renames) {
    done = Unless(Calls().rename_at(AT_FDCWD, beside.c_str(), AT_FDCWD, target.c_str(), 0),
                  path.string());
  }
  if (!done && renames) Calls().unlink_at(AT_FDCWD, beside.c_str(), 0);
  return done;
}

}  // namespace mhc
