// What the programs write to terminals that can little: narrow ones, TERM=dumb, LC_ALL=C; and to
// pipes.
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "program_test.h"

namespace mhc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class TerminalTest : public ProgramTest {
 protected:
  // All that the program writes to a terminal of so many columns, on which it ends with status 0.
  static std::string InTerminal(int columns, const std::vector<std::string>& environment,
                                const std::vector<std::string>& words) {
    winsize size{};
    size.ws_row = 24;
    size.ws_col = static_cast<unsigned short>(columns);
    int terminal = -1;
    const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
    if (child == 0) {
      for (const std::string& variable : environment) putenv(const_cast<char*>(variable.c_str()));
      const std::string program = std::string(MHC_BINARY_DIR) + "/bin/" + words.at(0);
      std::vector<char*> arguments;
      for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
      arguments.push_back(nullptr);
      execv(program.c_str(), arguments.data());
      _exit(127);
    }
    EXPECT_GT(child, 0);
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = read(terminal, buffer, sizeof buffer)) > 0;) {
      text.append(buffer, static_cast<std::size_t>(got));
    }
    close(terminal);
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0) << text;
    return text;
  }

  std::string TrainInTerminal(const std::string& run, int columns,
                              const std::vector<std::string>& environment) const {
    return InTerminal(columns, environment, TrainWords(run, 400, {"train.evaluate_every=100"}));
  }
};

// The longest of the lines that were written over each other, in bytes of ASCII.
std::size_t LongestUpdate(std::string text) {
  std::size_t longest = 0;
  for (std::size_t at = text.find("\r\033[K"); at != text.npos;
       at = text.find("\r\033[K", at + 1)) {
    const std::size_t begin = at + 4;
    longest = std::max(longest, text.find_first_of("\r\n", begin) - begin);
  }
  return longest;
}

bool IsAscii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

TEST_F(TerminalTest, TheProgressLineIsShorterThanTheTerminalIsWide) {
  const std::vector<std::string> xterm = {"TERM=xterm", "LC_ALL=C"};
  for (const int columns : {20, 40, 60, 100}) {
    const std::string out = TrainInTerminal("run" + std::to_string(columns), columns, xterm);
    EXPECT_GT(LongestUpdate(out), 10u);
    EXPECT_LT(LongestUpdate(out), static_cast<std::size_t>(columns)) << out;
    EXPECT_THAT(out, HasSubstr("step 400/400"));
  }
}

TEST_F(TerminalTest, ADumbTerminalGetsPlainLines) {
  const std::string out = TrainInTerminal("dumb", 80, {"TERM=dumb"});
  EXPECT_THAT(out, Not(HasSubstr("\033")));
  EXPECT_THAT(out, HasSubstr("\nstep 400/400"));
}

TEST_F(TerminalTest, ALocaleWithoutUtf8GetsAsciiAndOneWithItTheBar) {
  const std::string c = TrainInTerminal("c", 100, {"TERM=xterm", "LC_ALL=C"});
  EXPECT_TRUE(IsAscii(c)) << c;
  EXPECT_THAT(c, HasSubstr("==="));
  EXPECT_THAT(TrainInTerminal("utf8", 100, {"TERM=xterm", "LC_ALL=C.UTF-8"}), HasSubstr("━━━"));
  for (const char* command : {"status", "list"}) {
    EXPECT_TRUE(IsAscii(InTerminal(80, {"LC_ALL=C"}, {"mhc", command, Path("c").string()})));
  }
  EXPECT_TRUE(IsAscii(InTerminal(80, {"LC_ALL=C"}, {"mhc", "train", "--help"})));
}

TEST_F(TerminalTest, TablesFitIntoANarrowTerminal) {
  Train("run", 5);
  const std::string run = Path("run").string();
  const std::vector<std::vector<std::string>> commands = {
      {"mhc", "list", run}, {"mhc", "simulate", "--depth", "2", "--trials", "2"}, {"mhc", "study"}};
  for (const auto& words : commands) {
    const std::string out = InTerminal(40, {"LC_ALL=C"}, words);
    std::size_t longest = 0;
    for (std::size_t begin = 0; begin < out.size();) {
      const std::size_t end = std::min(out.find("\r\n", begin), out.size());
      longest = std::max(longest, end - begin);
      begin = end + 2;
    }
    EXPECT_LE(longest, 40u) << out;
  }
  EXPECT_THAT(InTerminal(40, {"LC_ALL=C"}, {"mhc", "list", run}), HasSubstr("state"));
}

TEST_F(TerminalTest, APipeGetsNoEscapeCodes) {
  const Finished trained = Train("run", 5);
  EXPECT_THAT(trained.out + trained.err, Not(HasSubstr("\033")));
}

}  // namespace
}  // namespace mhc
