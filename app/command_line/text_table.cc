#include "app/command_line/text_table.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "core/formats/legible_text.h"

namespace mhc {
namespace {

constexpr std::size_t kFewestColumns = 20;
constexpr std::size_t kFurtherIn = 4;

// `text` with blanks to so many cells; fmt would count code points.
std::string Padded(const std::string& text, std::size_t cells, bool to_the_right) {
  const std::size_t has = TerminalCells(text);
  const std::string blanks(cells > has ? cells - has : 0, ' ');
  return to_the_right ? blanks + text : text + blanks;
}

std::size_t WidestLine(std::string_view text) {
  std::size_t widest = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    widest = std::max(widest, TerminalCells(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return widest;
}

// Where a broken line goes on: below what follows the last gap of two blanks in its first half,
// else a little further in than it begins; prose, which begins at the edge, goes on there.
std::size_t HangingIndent(std::string_view line, std::size_t columns) {
  const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t further_in = begin > 0 ? begin + kFurtherIn : 0;
  std::size_t indent = further_in;
  for (std::size_t gap = line.find("  ", begin); gap < columns / 2; gap = line.find("  ", indent)) {
    indent = std::min(line.find_first_not_of(' ', gap), line.size());
  }
  return indent < columns / 2 ? indent : further_in;
}

std::string WrappedLine(std::string line, std::size_t columns, std::size_t hanging) {
  const std::string indent(hanging, ' ');
  std::string text;
  while (TerminalCells(line) > columns) {
    // The last blank that leaves a line short enough, else the first.
    const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
    std::size_t cut = line.find(' ', first);
    for (std::size_t blank = cut; blank != line.npos; blank = line.find(' ', blank + 1)) {
      if (TerminalCells(std::string_view(line).substr(0, blank)) > columns) break;
      cut = blank;
    }
    const std::size_t next = line.find_first_not_of(' ', cut);
    if (cut == line.npos || next == line.npos) break;
    text += line.substr(0, cut);
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
    line.replace(0, next, indent);
  }
  return text + line;
}

std::string Paragraphs(const std::vector<std::vector<std::string>>& rows) {
  std::size_t widest = 0;
  for (const std::string& name : rows.front()) widest = std::max(widest, TerminalCells(name));
  std::string text;
  for (auto row = rows.begin() + 1; row != rows.end(); ++row) {
    text += row->front() + '\n';
    for (std::size_t i = 1; i < row->size(); ++i) {
      text += "  " + Padded(rows.front()[i], widest, false) + "  " + (*row)[i] + '\n';
    }
  }
  return text;
}

}  // namespace

std::string ShortNumber(double value) { return fmt::format("{:.6g}", value); }

std::string OrDash(const std::optional<double>& value, double factor) {
  return value ? ShortNumber(factor * *value) : "-";
}

std::string AlignedTable(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], TerminalCells(row[i]));
    }
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += "  ";
      text += Padded(row[i], widths[i], i > 0);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

std::string FittedTable(const std::vector<std::vector<std::string>>& rows, TableHead head,
                        std::optional<int> columns) {
  std::string table = AlignedTable(rows);
  if (!columns || WidestLine(table) <= static_cast<std::size_t>(*columns)) return table;
  if (head == TableHead::kFirstRow) return WrappedLines(Paragraphs(rows), columns);
  const auto room = std::max(static_cast<std::size_t>(*columns), kFewestColumns);
  std::string text;
  for (const auto& row : rows) {
    const std::string line =
        fmt::format("{}: {}", row.front(), fmt::join(row.begin() + 1, row.end(), ", "));
    text += WrappedLine(line, room, kFurtherIn) + '\n';
  }
  return text;
}

std::string WrappedLines(std::string_view text, std::optional<int> columns) {
  const std::size_t room = columns ? static_cast<std::size_t>(std::max(*columns, 0)) : 0;
  if (room < kFewestColumns) return std::string(text);
  std::string wrapped;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    wrapped += WrappedLine(std::string(line), room, HangingIndent(line, room));
    if (end == text.npos) break;
    wrapped += '\n';
    text.remove_prefix(end + 1);
  }
  return wrapped;
}

}  // namespace mhc
