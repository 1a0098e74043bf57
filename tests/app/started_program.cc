#include "started_program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <fstream>
#include <sstream>

extern char** environ;

namespace mhc {
namespace {

std::string ReadAll(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::filesystem::path MakeFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "mhc-program-XXXXXX").string();
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  return name;
}

}  // namespace

StartedProgram::StartedProgram(const std::vector<std::string>& words,
                               const std::vector<std::string>& environment)
    : folder_(MakeFolder()) {
  const std::string program = std::string(MHC_BINARY_DIR) + "/bin/" + words.at(0);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::vector<char*> variables;
  for (const std::string& variable : environment) {
    variables.push_back(const_cast<char*>(variable.c_str()));
  }
  for (char** variable = environ; *variable; ++variable) variables.push_back(*variable);
  variables.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  constexpr int kWrite = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, (folder_ / "out").c_str(), kWrite, 0600);
  posix_spawn_file_actions_addopen(&files, 2, (folder_ / "err").c_str(), kWrite, 0600);
  const int failed =
      posix_spawn(&id_, program.c_str(), &files, nullptr, arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&files);
  EXPECT_EQ(failed, 0) << program;
  ended_ = failed != 0;
}

StartedProgram::~StartedProgram() {
  if (!Ended()) {
    Signal(SIGKILL);
    waitpid(id_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void StartedProgram::Signal(int signal) const {
  if (!ended_) kill(id_, signal);
}

bool StartedProgram::Ended() {
  int state = 0;
  if (ended_ || waitpid(id_, &state, WNOHANG) != id_) return ended_;
  ended_ = true;
  status_ = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
  return true;
}

Finished StartedProgram::Wait(std::chrono::seconds limit) {
  if (!WaitUntil([this] { return Ended(); }, limit)) {
    ADD_FAILURE() << "process " << id_ << " did not end: " << ReadAll(folder_ / "err");
    Signal(SIGKILL);
    WaitUntil([this] { return Ended(); });
  }
  return {status_, ReadAll(folder_ / "out"), ReadAll(folder_ / "err")};
}

Finished RunProgram(const std::vector<std::string>& words,
                    const std::vector<std::string>& environment) {
  return StartedProgram(words, environment).Wait();
}

bool WaitUntil(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  constexpr int kLookAgain_ms = 2;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    poll(nullptr, 0, kLookAgain_ms);
  }
  return true;
}

}  // namespace mhc
