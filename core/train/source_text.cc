#include "core/train/source_text.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>

#include "core/formats/json_lines.h"
#include "core/formats/quoted_text.h"
#include "core/formats/text_bytes.h"
#include "core/train/arithmetic_text.h"
#include "core/train/source_files.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kArithmeticCharacters = 1 << 20;
constexpr std::uintmax_t kLargestSource = std::uintmax_t{1} << 30;
constexpr const char* kHeaderFolder = "/usr/include/c++";

Result<std::string> ReadWholeFile(const fs::path& path, const std::string& name) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) return Fail("{}: cannot be read: {}", name, error.message());
  if (size > kLargestSource) {
    return Fail("{}: {} bytes, expected at most {}", name, size, kLargestSource);
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return Fail("{}: cannot be read, permission to open it is missing", name);
  std::string text(size, '\0');
  file.read(text.data(), static_cast<std::streamsize>(size));
  if (!file) return Fail("{}: reading stopped after {} of {} bytes", name, file.gcount(), size);
  return text;
}

bool IsJsonLines(const fs::path& path, const std::string& format) {
  if (format != "auto") return format == "jsonl";
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".jsonl" || ending == ".ndjson" || ending == ".json";
}

void LeaveOut(SourceText& source, std::int64_t& count, std::int64_t left_out,
              const std::string& name_and_reason) {
  if (left_out > 0 && source.first_skipped.empty()) source.first_skipped = name_and_reason;
  count += left_out;
}

// Appends what the file holds. Errors and what was left out name it as `name`; nothing is appended
// where there is an error.
Status AppendFile(const fs::path& path, const std::string& name, const std::string& format,
                  SourceText& source) {
  const auto bytes = ReadWholeFile(path, name);
  if (!bytes) return tl::unexpected(bytes.error());
  if (auto packed = CheckSignature(*bytes); !packed) return FailWithin(name, packed.error());
  if (!IsJsonLines(path, format)) {
    if (auto text = CheckUtf8(*bytes); !text) return FailWithin(name, text.error());
    source.text += std::string_view(*bytes).substr(ByteOrderMark(*bytes));
    return {};
  }
  const JsonTexts texts = ReadJsonTexts(*bytes);
  const std::string first = fmt::format("{}:{}", name, texts.first_left_out);
  if (texts.read == 0 && texts.left_out > 0) return Fail("{}", first);
  LeaveOut(source, source.skipped_lines, texts.left_out, first);
  source.text += texts.text;
  return {};
}

Result<SourceText> ReadFolder(const fs::path& folder, const std::string& format) {
  const auto files = FindSourceFiles(folder);
  if (!files) return tl::unexpected(files.error());
  SourceText source;
  for (const SourceFile& file : *files) {
    const std::string name = Shown(file.path.lexically_relative(folder).string());
    Status read = file.fault.empty() ? AppendFile(file.path, name, format, source)
                                     : Status(Fail("{}: {}", name, file.fault));
    if (!read) {
      LeaveOut(source, source.skipped_files, 1, read.error().message);
      continue;
    }
    ++source.files;
    source.linked_files += file.leads_out ? 1 : 0;
    if (source.text.size() > kLargestSource) {
      return Fail("{}: more than {} bytes of text, expected at most that", folder.string(),
                  kLargestSource);
    }
  }
  if (source.text.empty()) {
    const std::string first =
        source.first_skipped.empty() ? "" : fmt::format("; the first: {}", source.first_skipped);
    return Fail("{}: none of its {} files holds text, expected at least one UTF-8 file{}",
                folder.string(), files->size(), first);
  }
  return source;
}

// The newest version's folder below /usr/include/c++.
Result<fs::path> HeaderFolder() {
  std::error_code error;
  fs::path newest;
  int newest_version = -1;
  for (const auto& entry : fs::directory_iterator(kHeaderFolder, error)) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (!entry.is_directory() || version <= newest_version) continue;
    newest_version = version;
    newest = entry.path();
  }
  if (newest.empty()) {
    return Fail(
        "data.source: no C++ headers below {}, expected a C++ compiler's; use arithmetic, "
        "or the path of a text",
        kHeaderFolder);
  }
  return newest;
}

}  // namespace

std::string SourceText::LeftOut() const {
  if (skipped_files == 0 && skipped_lines == 0) return "";
  const auto lines = fmt::format("{} line{}", skipped_lines, skipped_lines == 1 ? "" : "s");
  const auto of_files = fmt::format("{} of {} files", skipped_files, files + skipped_files);
  const std::string what = skipped_files == 0   ? lines
                           : skipped_lines == 0 ? of_files
                                                : of_files + " and " + lines;
  return fmt::format("left out {}; the first: {}", what, first_skipped);
}

Result<SourceText> ReadSourceText(const DataSettings& settings, std::int64_t seed) {
  if (settings.source == "arithmetic") {
    SourceText generated;
    generated.text = ArithmeticText(seed, kArithmeticCharacters);
    generated.entropy_floor = ArithmeticEntropyFloor();
    return generated;
  }
  fs::path path = settings.source;
  if (settings.source == "headers") {
    auto folder = HeaderFolder();
    if (!folder) return tl::unexpected(folder.error());
    path = *folder;
  }
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) return ReadFolder(path, settings.format);
  if (!fs::is_regular_file(status)) {
    return Fail("data.source: {} {}, expected arithmetic, headers, or the path of a file or folder",
                path.string(),
                fs::exists(status) ? "is neither file nor folder" : "does not exist");
  }
  SourceText source;
  if (auto read = AppendFile(path, path.string(), settings.format, source); !read) {
    return FailWithin("data.source", read.error());
  }
  if (source.text.empty()) return Fail("data.source: {} is empty, expected text", path.string());
  source.files = 1;
  return source;
}

}  // namespace mhc
