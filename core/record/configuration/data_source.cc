#include "core/record/configuration/data_source.h"

#include <filesystem>

namespace mhc {

std::string ResolvedSource(const std::string& source) {
  if (source == "arithmetic" || source == "headers") return source;
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::canonical(source, error);
  return error ? source : absolute.string();
}

}  // namespace mhc
