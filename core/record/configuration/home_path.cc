#include "core/record/configuration/home_path.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace mhc {
namespace {

std::string Home() {
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return home;
  const passwd* user = getpwuid(geteuid());
  return user != nullptr && user->pw_dir != nullptr ? user->pw_dir : "~";
}

}  // namespace

std::string WithHome(std::string_view path) {
  if (path != "~" && !path.starts_with("~/")) return std::string(path);
  return Home() + std::string(path.substr(1));
}

std::string ArgumentWithHome(std::string_view argument) {
  const std::size_t equals = argument.starts_with("--") ? argument.find('=') : argument.npos;
  if (equals == argument.npos) return WithHome(argument);
  return std::string(argument.substr(0, equals + 1)) + WithHome(argument.substr(equals + 1));
}

}  // namespace mhc
