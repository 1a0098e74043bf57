#include "app/engine/progress_display.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include "app/command_line/terminal.h"
#include "core/formats/legible_text.h"
#include "core/formats/person_text.h"
#include "core/formats/quoted_text.h"
#include "core/formats/system_calls.h"

namespace mhc {
namespace {

using namespace std::chrono_literals;

constexpr auto kTerminalInterval = 100ms;
constexpr auto kPlainInterval = 5s;

constexpr int kShortestBar = 8, kLongestBar = 40;

std::string Bar(double share, int width, bool utf8) {
  std::string bar;
  const int full = static_cast<int>(share * width);
  for (int i = 0; i < width; ++i) {
    bar += i < full ? (utf8 ? "━" : "=") : i == full ? (utf8 ? "╸" : ">") : " ";
  }
  return bar;
}

// Where nobody reads any more the text is lost, and training goes on.
void Say(const std::string& text) {
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
}

// The parts in their order, two blanks between, without those that a line of so many columns has
// no room for; `by_worth` names them, what is given up last first.
std::string FittingLine(const std::vector<std::string>& parts, std::vector<std::size_t> by_worth,
                        std::size_t columns) {
  while (true) {
    std::string line;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const bool kept = std::find(by_worth.begin(), by_worth.end(), i) != by_worth.end();
      if (kept && !parts[i].empty()) line += (line.empty() ? "" : "  ") + parts[i];
    }
    if (line.size() <= columns || by_worth.size() <= 1) return line.substr(0, columns);
    by_worth.pop_back();
  }
}

}  // namespace

std::string ProgressLine(const Progress& p, const std::optional<double>& validation_loss,
                         int columns, bool utf8) {
  const std::vector<std::string> parts = {
      fmt::format("step {}/{}", p.step, p.steps), fmt::format("loss {:.3f}", p.loss),
      validation_loss ? fmt::format("validation {:.3f}", *validation_loss) : "",
      fmt::format("{} tok/s", CountText(p.tokens_per_second)),
      fmt::format("{} left", DurationText(p.seconds_left))};
  // The last column stays free: many terminals break a line that fills it.
  const int room = std::max(columns - 1, 1);
  const std::string line = FittingLine(parts, {0, 1, 4, 3, 2}, static_cast<std::size_t>(room));
  const int left = room - static_cast<int>(line.size()) - 2;
  if (left < kShortestBar || p.steps <= 0) return line;
  const double share = static_cast<double>(p.step) / static_cast<double>(p.steps);
  return parts[0] + "  " + Bar(share, std::min(left, kLongestBar), utf8) +
         line.substr(parts[0].size());
}

ProgressDisplay::ProgressDisplay() : moves_(TakesEscapeCodes(STDERR_FILENO)) {}

void ProgressDisplay::OpenLog(const OpenFolder& run) {
  auto file = run.OpenFile("engine.log", O_WRONLY | O_CREAT | O_APPEND);
  if (file) {
    log_ = *std::move(file);
  } else {
    OnMessage(file.error().message);
  }
}

// Where it cannot be written the line is lost, and training goes on.
void ProgressDisplay::WriteLog(const std::string& line) {
  if (!log_) return;
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  const std::string text = fmt::format("{:%Y-%m-%d %H:%M:%S} {}\n", local, line);
  (void)!Calls().write(log_.get(), text.data(), text.size());
}

void ProgressDisplay::OnProgress(const Progress& p) {
  if (p.validation_loss) validation_loss_ = p.validation_loss;
  const auto now = std::chrono::steady_clock::now();
  const bool due = now - shown_ >= (moves_ ? kTerminalInterval : kPlainInterval);
  if (!due && p.step < p.steps && !p.validation_loss) return;
  shown_ = now;
  const std::string validation =
      validation_loss_ ? fmt::format("  validation {:.3f}", *validation_loss_) : "";
  const std::string text =
      fmt::format("loss {:.3f}{}  {} tok/s  {} left", p.loss, validation,
                  CountText(p.tokens_per_second), DurationText(p.seconds_left));
  const std::string steps = fmt::format("step {}/{}", p.step, p.steps);
  if (p.validation_loss) WriteLog(steps + "  " + text);
  if (!moves_) {
    Say(fmt::format("{}  {}\n", steps, text));
    return;
  }
  const int columns = TerminalColumns(STDERR_FILENO).value_or(80);
  Say("\r\033[K" + ProgressLine(p, validation_loss_, columns, LocaleIsUtf8()));
  line_open_ = true;
}

void ProgressDisplay::OnMessage(const std::string& sentence) {
  Finish();
  Say(LegibleText(Shown(sentence)) + "\n");
  WriteLog(sentence);
}

void ProgressDisplay::Finish() {
  if (line_open_) Say("\n");
  line_open_ = false;
}

}  // namespace mhc
