#include "app/engine/progress_display.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <iomanip>

#include "core/formats/person_text.h"

namespace mhc {
namespace {

using namespace std::chrono_literals;

constexpr auto kTerminalInterval = 100ms;
constexpr auto kPlainInterval = 5s;

int TerminalWidth() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string Bar(double share, int width) {
  std::string bar;
  const int full = static_cast<int>(share * width);
  for (int i = 0; i < width; ++i) bar += i < full ? "━" : i == full ? "╸" : " ";
  return bar;
}

// Where nobody reads any more the text is lost, and training goes on.
void Say(const std::string& text) {
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace

ProgressDisplay::ProgressDisplay() : terminal_(isatty(STDERR_FILENO) == 1) {}

void ProgressDisplay::OpenLog(const std::filesystem::path& file) { log_ = file; }

void ProgressDisplay::WriteLog(const std::string& line) {
  if (log_.empty()) return;
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::ofstream(log_, std::ios::app) << std::put_time(&local, "%Y-%m-%d %H:%M:%S ") << line << "\n";
}

void ProgressDisplay::OnProgress(const Progress& p) {
  if (p.validation_loss) validation_loss_ = p.validation_loss;
  const auto now = std::chrono::steady_clock::now();
  const bool due = now - shown_ >= (terminal_ ? kTerminalInterval : kPlainInterval);
  if (!due && p.step < p.steps && !p.validation_loss) return;
  shown_ = now;
  const std::string validation =
      validation_loss_ ? fmt::format("  validation {:.3f}", *validation_loss_) : "";
  const std::string text =
      fmt::format("loss {:.3f}{}  {} tok/s  {} left", p.loss, validation,
                  CountText(p.tokens_per_second), DurationText(p.seconds_left));
  const std::string steps = fmt::format("step {}/{}", p.step, p.steps);
  if (p.validation_loss) WriteLog(steps + "  " + text);
  if (!terminal_) {
    Say(fmt::format("{}  {}\n", steps, text));
    return;
  }
  const int room = TerminalWidth() - static_cast<int>(steps.size() + text.size()) - 5;
  const double share = static_cast<double>(p.step) / static_cast<double>(p.steps);
  const std::string bar = room >= 8 ? Bar(share, std::min(room, 40)) + "  " : "";
  Say(fmt::format("\r\033[K{}  {}{}", steps, bar, text));
  line_open_ = true;
}

void ProgressDisplay::OnMessage(const std::string& sentence) {
  Finish();
  Say(sentence + "\n");
  WriteLog(sentence);
}

void ProgressDisplay::Finish() {
  if (line_open_) Say("\n");
  line_open_ = false;
}

}  // namespace mhc
