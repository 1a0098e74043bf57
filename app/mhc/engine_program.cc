#include "app/mhc/engine_program.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/record/engine_environment.h"

namespace mhc {

CommandError BecomeEngine(char** arguments) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path engine = self.parent_path() / "mhc-engine";
  setenv(kSpinVariable, kSpinCount, /*overwrite=*/0);
  if (!error) execv(engine.c_str(), arguments);
  return {kExitFailed, fmt::format("{}: {}, expected the program mhc-engine beside mhc",
                                   engine.string(), std::strerror(errno))};
}

CommandError BecomeEngine() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> texts;
  for (std::string text; std::getline(file, text, '\0');) texts.push_back(text);
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  return BecomeEngine(arguments.data());
}

}  // namespace mhc
