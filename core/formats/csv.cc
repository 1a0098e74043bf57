#include "core/formats/csv.h"

#include <algorithm>
#include <utility>

#include "core/formats/quoted_text.h"

namespace mhc {
namespace {

constexpr std::size_t kMostFields = 65'536;
constexpr std::size_t kShownCellBytes = 20;

std::string SeparatorText(char separator) {
  return separator == ','    ? "a comma"
         : separator == ';'  ? "a semicolon"
         : separator == '\t' ? "a tab"
         : separator == ' '  ? "a blank"
                             : Quoted({&separator, 1});
}

}  // namespace

CsvReader::CsvReader(std::string_view text, std::string origin, char separator)
    : rest_(text), origin_(std::move(origin)), separator_(separator) {
  if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
}

Result<bool> CsvReader::Next(std::vector<std::string>& fields) {
  fields.clear();
  line_ = next_line_;
  if (rest_.empty()) return false;
  if (separator_ == ' ') SkipBlanks();
  if (rest_.empty() || TakeLineEnd()) return true;
  while (true) {
    if (fields.size() == kMostFields) {
      return Fail("{}: line {}: found more than {} fields", origin_, line_, kMostFields);
    }
    const Result<After> after = ReadField(fields.emplace_back());
    if (!after) return tl::unexpected(after.error());
    if (*after == After::kLine) return true;
  }
}

Result<CsvReader::After> CsvReader::ReadField(std::string& field) {
  if (rest_.starts_with('"')) {
    if (const Status quoted = ReadQuoted(field); !quoted) return tl::unexpected(quoted.error());
  } else {
    const std::string ends = separator_ == ' ' ? " \t\"\r\n" : std::string("\"\r\n") + separator_;
    const std::size_t end = std::min(rest_.find_first_of(ends), rest_.size());
    field = rest_.substr(0, end);
    rest_.remove_prefix(end);
  }
  const std::size_t before = rest_.size();
  if (separator_ == ' ') SkipBlanks();
  if (rest_.empty() || TakeLineEnd()) return After::kLine;
  if (separator_ == ' ' && rest_.size() < before) return After::kSeparator;
  if (separator_ == ' ' || rest_.front() != separator_) {
    return Fail("{}: line {}: found {}, expected {} or the end of the line", origin_, next_line_,
                Quoted(rest_.substr(0, kShownCellBytes)), SeparatorText(separator_));
  }
  rest_.remove_prefix(1);
  return After::kSeparator;
}

Status CsvReader::ReadQuoted(std::string& field) {
  const std::size_t first_line = next_line_;
  rest_.remove_prefix(1);
  while (true) {
    const std::size_t quote = rest_.find('"');
    if (quote == std::string_view::npos) {
      return Fail("{}: line {}: found a quote without an end", origin_, first_line);
    }
    field += rest_.substr(0, quote);
    next_line_ += static_cast<std::size_t>(
        std::count(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(quote), '\n'));
    rest_.remove_prefix(quote + 1);
    if (!rest_.starts_with('"')) return {};
    field += '"';
    rest_.remove_prefix(1);
  }
}

std::string_view CsvReader::PeekLine() const {
  return rest_.substr(0, rest_.find_first_of("\r\n"));
}

void CsvReader::SkipLine() {
  rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
  TakeLineEnd();
}

void CsvReader::SkipBlanks() {
  rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
}

bool CsvReader::TakeLineEnd() {
  const std::size_t length = rest_.starts_with("\r\n") ? 2 : rest_.starts_with('\n') ? 1 : 0;
  rest_.remove_prefix(length);
  if (length > 0) ++next_line_;
  return length > 0;
}

void AppendCsvRow(std::span<const std::string> fields, std::string& text) {
  // A lone empty field is quoted: an empty line would be read as no fields.
  const bool lone_empty = fields.size() == 1 && fields.front().empty();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) text += ',';
    const std::string& field = fields[i];
    if (!lone_empty && field.find_first_of(",\"\r\n") == std::string::npos) {
      text += field;
      continue;
    }
    text += '"';
    for (const char character : field) {
      if (character == '"') text += '"';
      text += character;
    }
    text += '"';
  }
  text += '\n';
}

}  // namespace mhc
