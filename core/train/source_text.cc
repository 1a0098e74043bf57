#include "core/train/source_text.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/train/arithmetic_text.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kArithmeticCharacters = 1 << 20;
constexpr std::uintmax_t kLargestSource = std::uintmax_t{1} << 30;
constexpr const char* kHeaderFolder = "/usr/include/c++";

// Length of the well-formed UTF-8 sequence at `at`, 0 where there is none (or a NUL).
int SequenceLength(std::string_view text, std::size_t at, std::uint32_t* code_point) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) {
    *code_point = lead;
    return lead == 0 ? 0 : 1;
  }
  const int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return 0;
  std::uint32_t point = lead & (0xFF >> (length + 1));
  for (int i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
    point = point << 6 | (byte(at + i) & 0x3F);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (point < kSmallest[length] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) {
    return 0;
  }
  *code_point = point;
  return length;
}

Status CheckText(std::string_view text, const std::string& path) {
  std::uint32_t point = 0;
  for (std::size_t at = 0; at < text.size();) {
    const int length = SequenceLength(text, at, &point);
    if (length == 0) {
      return Fail("{}: byte 0x{:02x} at offset {} is no text, expected UTF-8 without NUL", path,
                  static_cast<unsigned char>(text[at]), at);
    }
    at += length;
  }
  return {};
}

Result<std::string> ReadWholeFile(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) return Fail("{}: cannot be read: {}", path.string(), error.message());
  if (size > kLargestSource) {
    return Fail("{}: {} bytes, expected at most {}", path.string(), size, kLargestSource);
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return Fail("{}: cannot be read, permission to open it is missing", path.string());
  std::string text(size, '\0');
  file.read(text.data(), static_cast<std::streamsize>(size));
  if (!file)
    return Fail("{}: reading stopped after {} of {} bytes", path.string(), file.gcount(), size);
  return text;
}

// The `text` of each line of a JSON lines file, parted by newlines.
Result<std::string> TextOfJsonLines(const std::string& lines, const std::string& path) {
  std::string text;
  std::size_t number = 0;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    const std::string_view line = std::string_view(lines).substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("text") || !json["text"].is_string()) {
      return Fail("{}:{}: expected a JSON object with a text under \"text\"", path, number);
    }
    text += json["text"].get_ref<const std::string&>() + "\n";
  }
  return text;
}

Result<std::string> ReadTextFile(const fs::path& path, const std::string& format) {
  auto text = ReadWholeFile(path);
  if (!text) return text;
  if (auto status = CheckText(*text, path.string()); !status) {
    return tl::unexpected(status.error());
  }
  const bool json_lines = format == "jsonl" || (format == "auto" && path.extension() == ".jsonl");
  return json_lines ? TextOfJsonLines(*text, path.string()) : text;
}

Result<SourceText> ReadFolder(const fs::path& folder, const std::string& format) {
  std::error_code error;
  std::vector<fs::path> paths;
  constexpr auto kOptions = fs::directory_options::skip_permission_denied;
  for (auto it = fs::recursive_directory_iterator(folder, kOptions, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (!it->is_symlink() && it->is_regular_file()) paths.push_back(it->path());
  }
  if (error) return Fail("{}: cannot be read: {}", folder.string(), error.message());
  std::sort(paths.begin(), paths.end());
  SourceText source;
  for (const fs::path& path : paths) {
    const auto text = ReadTextFile(path, format);
    if (!text) {
      ++source.skipped_files;
      continue;
    }
    ++source.files;
    source.text += *text;
    if (source.text.size() > kLargestSource) {
      return Fail("{}: more than {} bytes of text, expected at most that", folder.string(),
                  kLargestSource);
    }
  }
  if (source.text.empty()) {
    return Fail("{}: none of its {} files holds text, expected at least one UTF-8 file",
                folder.string(), paths.size());
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

Result<std::vector<std::uint32_t>> DecodeUtf8(std::string_view text) {
  std::vector<std::uint32_t> points;
  points.reserve(text.size());
  std::uint32_t point = 0;
  for (std::size_t at = 0; at < text.size();) {
    const int length = SequenceLength(text, at, &point);
    if (length == 0) return Fail("byte at offset {} is no UTF-8", at);
    points.push_back(point);
    at += length;
  }
  return points;
}

Result<SourceText> ReadSourceText(const DataSettings& settings, std::int64_t seed) {
  if (settings.source == "arithmetic") {
    return SourceText{ArithmeticText(seed, kArithmeticCharacters), ArithmeticEntropyFloor(), 0, 0};
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
  auto text = ReadTextFile(path, settings.format);
  if (!text) return FailWithin("data.source", text.error());
  if (text->empty()) return Fail("data.source: {} is empty, expected text", path.string());
  return SourceText{std::move(*text), std::nullopt, 1, 0};
}

}  // namespace mhc
