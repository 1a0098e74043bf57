#include "app/mhc/child_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/record/run/engine_environment.h"
#include "core/record/run/program_beside.h"

namespace mhc {

Result<int> RunBeside(const std::string& name, const std::vector<std::string>& arguments) {
  const auto path = ProgramBeside(name);
  if (!path) return tl::unexpected(path.error());
  const std::string program = path->string();
  for (const EngineVariable& variable : kEngineVariables) {
    setenv(variable.name, variable.value, /*overwrite=*/0);
  }
  std::vector<std::string> texts = {program};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<char*> words;
  words.reserve(texts.size() + 1);
  for (std::string& text : texts) words.push_back(text.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int fault = posix_spawn(&child, program.c_str(), &files, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (fault != 0) return Fail("{} cannot be started: {}", program, std::strerror(fault));
  int state = 0;
  while (waitpid(child, &state, 0) < 0) {
    if (errno != EINTR) return Fail("{}: {}", program, std::strerror(errno));
  }
  if (WIFSIGNALED(state)) return Fail("{} was killed by signal {}", name, WTERMSIG(state));
  return WEXITSTATUS(state);
}

}  // namespace mhc
