#include "app/mhc/engine_program.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/record/run/engine_environment.h"
#include "core/record/run/program_beside.h"

namespace mhc {

CommandError BecomeEngine(char** arguments) {
  const auto engine = ProgramBeside("mhc-engine");
  if (!engine) return {kExitFailed, engine.error().message};
  for (const EngineVariable& variable : kEngineVariables) {
    setenv(variable.name, variable.value, /*overwrite=*/0);
  }
  execv(engine->c_str(), arguments);
  return {kExitFailed, fmt::format("{}: {}, expected the program mhc-engine beside mhc",
                                   engine->string(), std::strerror(errno))};
}

CommandError BecomeEngine() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> texts;
  for (std::string text; std::getline(file, text, '\0');) texts.push_back(text);
  std::vector<char*> arguments;
  arguments.reserve(texts.size() + 1);
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  return BecomeEngine(arguments.data());
}

}  // namespace mhc
