#include "core/record/configuration/data_source.h"

#include <fmt/format.h>

#include <filesystem>

#include "core/formats/person_text.h"
#include "core/record/configuration/home_path.h"

namespace mhc {

std::string ResolvedSource(const std::string& source) {
  if (source == "arithmetic" || source == "headers") return source;
  std::error_code error;
  const std::string given = WithHome(source);
  const std::filesystem::path absolute = std::filesystem::canonical(given, error);
  return error ? given : absolute.string();
}

std::string ReadDataText(std::int64_t files, std::int64_t tokens, std::int64_t linked_files) {
  std::string text;
  if (files > 0) text = fmt::format("{} file{}", StepText(files), files == 1 ? "" : "s");
  if (linked_files > 0) {
    text += fmt::format(" ({} by links out of the folder)", StepText(linked_files));
  }
  return text + (text.empty() ? "" : ", ") + fmt::format("{} tokens", StepText(tokens));
}

}  // namespace mhc
