#include "core/formats/number_blocks.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/formats/number_text.h"
#include "core/formats/quoted_text.h"

namespace mhc {
namespace {

bool BeginsComment(std::string_view line) {
  line = Trimmed(line);
  return line.starts_with('#') || line.starts_with('%');
}

// The separator that a spreadsheet declares in a first line like "sep=;".
std::optional<char> DeclaredSeparator(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  text = text.substr(0, text.find_first_of("\r\n"));
  constexpr std::string_view kDeclaration = "sep=";
  if (text.size() != kDeclaration.size() + 1 || !text.starts_with(kDeclaration)) {
    return std::nullopt;
  }
  return text.back();
}

// The line without what stands in quotes, which parts nothing.
std::string Unquoted(std::string_view line) {
  std::string outside;
  bool in_quotes = false;
  for (const char character : line) {
    if (character == '"') in_quotes = !in_quotes;
    if (!in_quotes) outside += character;
  }
  return outside;
}

char FindSeparator(std::string_view text) {
  if (const std::optional<char> declared = DeclaredSeparator(text)) return *declared;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (BeginsComment(line) || line.find_first_of("\t;,") == std::string_view::npos) continue;
    const std::string outside = Unquoted(line);
    for (const char separator : {'\t', ';', ','}) {
      // Tabs that only begin or end a line part nothing.
      const std::string_view parted = separator == '\t' ? Trimmed(outside) : outside;
      if (parted.find(separator) != std::string_view::npos) return separator;
    }
  }
  return ' ';
}

bool CountsFromZero(const std::vector<std::string>& fields, std::size_t first) {
  for (std::size_t i = first; i < fields.size(); ++i) {
    if (fields[i] != std::to_string(i - first)) return false;
  }
  return fields.size() > first;
}

}  // namespace

// The lines of one block, and what they are.
class NumberBlockReader::Block {
 public:
  Block(std::string_view origin, bool may_have_decimal_commas)
      : origin_(origin), may_have_decimal_commas_(may_have_decimal_commas) {}

  bool empty() const { return lines_.empty(); }
  std::size_t size() const { return lines_.size(); }

  void Add(Line line) {
    for (const std::string& field : line.fields) {
      has_point_ = has_point_ || (field.find('.') != std::string::npos && ParseNumber(field));
    }
    lines_.push_back(std::move(line));
    has_new_row_ = true;
  }

  // Whether these are the names at its beginning once more.
  bool HasNames(const std::vector<std::string>& fields) const {
    return lines_.size() > 1 && fields == lines_.front().fields && IsNames(fields);
  }

  // Whether the block is a square matrix with the row that was added last; asked again before the
  // next one, it is false.
  bool BecameSquare() {
    if (lines_.empty() || !std::exchange(has_new_row_, false)) return false;
    const Layout layout = FindLayout();
    return lines_.size() - layout.first_row + layout.first_field == lines_.back().fields.size();
  }

  // Empty where there are only names.
  Result<std::vector<NumberRow>> Rows() {
    DropLastSeparators();
    const Layout layout = FindLayout();
    std::vector<NumberRow> rows;
    for (std::size_t i = layout.first_row; i < lines_.size(); ++i) {
      Result<NumberRow> row = Numbers(lines_[i], layout.first_field);
      if (!row) return tl::unexpected(row.error());
      rows.push_back(*std::move(row));
    }
    if (rows.empty()) return rows;
    if (const Status fit = CheckNames(layout); !fit) return tl::unexpected(fit.error());
    return rows;
  }

  tl::unexpected<Error> RefuseNames() const { return RefuseField(lines_.front(), 0); }

 private:
  struct Layout {
    std::size_t first_row = 0;    // 1 below names
    std::size_t first_field = 0;  // 1 beside an index
  };

  std::optional<double> Number(std::string field) const {
    const std::size_t comma = field.find(',');
    if (comma != std::string::npos && may_have_decimal_commas_ && !has_point_) field[comma] = '.';
    return ParseNumber(field);
  }

  bool IsNumber(const std::string& field) const {
    return Number(field).has_value() || IsTooLarge(field);
  }

  // All of them names; or numbers from 0 on, beside the name of an index.
  bool IsNames(const std::vector<std::string>& fields) const {
    const bool first_is_name = !IsNumber(fields.front());
    const auto is_name = [this](const std::string& field) { return !IsNumber(field); };
    return first_is_name &&
           (std::all_of(fields.begin() + 1, fields.end(), is_name) || CountsFromZero(fields, 1));
  }

  // Names that pandas counts, above as many rows. They could be a row of numbers too, but then the
  // block would not be square.
  bool HasCountedNames() const {
    const std::vector<std::string>& names = lines_.front().fields;
    return names.size() > 1 && lines_.size() == names.size() + 1 && CountsFromZero(names, 0);
  }

  bool IsIndex(std::size_t first_row) const {
    if (first_row == lines_.size() || lines_.back().fields.size() < 2) return false;
    const std::vector<std::string>& names = lines_.front().fields;
    const std::size_t width = lines_.back().fields.size();
    if (first_row == 1 && names.size() > 1 && names.size() + 1 == width) return true;  // R's too
    if (first_row == 1 && names.size() == width) {
      constexpr std::array<std::string_view, 3> kNames = {"", "index", "Unnamed: 0"};
      if (std::find(kNames.begin(), kNames.end(), names.front()) != kNames.end()) return true;
      if (!IsNumber(names.front()) && CountsFromZero(names, 1)) return true;
    }
    return std::all_of(lines_.begin() + static_cast<std::ptrdiff_t>(first_row), lines_.end(),
                       [this](const Line& line) { return !IsNumber(line.fields.front()); });
  }

  Layout FindLayout() const {
    Layout layout;
    layout.first_row = IsNames(lines_.front().fields) || HasCountedNames() ? 1 : 0;
    layout.first_field = IsIndex(layout.first_row) ? 1 : 0;
    return layout;
  }

  // One at the end of every row, and perhaps of the names, says nothing; at the end of some rows it
  // stands before a number that is missing.
  void DropLastSeparators() {
    const auto ends_empty = [](const Line& line) {
      return line.fields.size() > 1 && line.fields.back().empty();
    };
    const std::size_t first = std::min<std::size_t>(FindLayout().first_row, lines_.size() - 1);
    if (!std::all_of(lines_.begin() + static_cast<std::ptrdiff_t>(first), lines_.end(),
                     ends_empty)) {
      return;
    }
    for (Line& line : lines_) {
      if (ends_empty(line)) line.fields.pop_back();
    }
  }

  Status CheckNames(const Layout& layout) const {
    if (layout.first_row == 0) return {};
    const Line& names = lines_.front();
    const std::size_t width = lines_.back().fields.size();
    const bool fits = names.fields.size() == 1 || names.fields.size() == width ||
                      names.fields.size() + layout.first_field == width;
    if (fits) return {};
    return Fail("{}: line {}: found {} names over rows of {} fields", origin_, names.number,
                names.fields.size(), width);
  }

  Result<NumberRow> Numbers(const Line& line, std::size_t first_field) const {
    NumberRow row{line.number, first_field + 1, {}};
    for (std::size_t i = first_field; i < line.fields.size(); ++i) {
      const std::optional<double> number = Number(line.fields[i]);
      if (!number) return RefuseField(line, i);
      row.numbers.push_back(*number);
    }
    return row;
  }

  tl::unexpected<Error> RefuseField(const Line& line, std::size_t i) const {
    return Fail("{}: line {}, column {}: found {}, {}", origin_, line.number, i + 1,
                Quoted(line.fields[i]),
                IsTooLarge(line.fields[i]) ? "which is too large for a double"
                                           : "expected a finite number");
  }

  std::string_view origin_;
  bool may_have_decimal_commas_;
  bool has_point_ = false;
  bool has_new_row_ = false;
  std::vector<Line> lines_;
};

NumberBlockReader::NumberBlockReader(std::string_view text, std::string origin, std::size_t most)
    : origin_(std::move(origin)),
      most_(most),
      separator_(FindSeparator(text)),
      reader_(text, origin_, separator_) {
  if (DeclaredSeparator(text)) reader_.SkipLine();
}

Result<std::optional<std::vector<NumberRow>>> NumberBlockReader::Next() {
  while (true) {
    Result<Block> block = ReadBlock();
    if (!block) return tl::unexpected(block.error());
    if (block->empty()) return std::nullopt;
    Result<std::vector<NumberRow>> rows = block->Rows();
    if (!rows) return tl::unexpected(rows.error());
    if (!rows->empty()) return *std::move(rows);
    // A title and an empty line before the numbers, or a text that is no table of numbers.
    if (reader_.AtEnd()) return block->RefuseNames();
  }
}

Result<NumberBlockReader::Block> NumberBlockReader::ReadBlock() {
  Block block(origin_, separator_ == ';' || separator_ == '\t');
  if (names_) block.Add(*std::exchange(names_, std::nullopt));
  while (true) {
    if (TakeComment()) {
      if (block.BecameSquare()) return block;
      continue;
    }
    Line line;
    const Result<bool> more = ReadLine(line);
    if (!more) return tl::unexpected(more.error());
    if (!*more) return block;
    if (line.fields.empty()) {
      if (block.empty()) continue;
      return block;
    }
    if (block.HasNames(line.fields)) {
      names_ = std::move(line);
      return block;
    }
    if (block.size() > most_) {
      return Fail("{}: line {}: found more than {} rows without an empty line between them",
                  origin_, line.number, most_);
    }
    block.Add(std::move(line));
  }
}

bool NumberBlockReader::TakeComment() {
  if (!BeginsComment(reader_.PeekLine())) return false;
  reader_.SkipLine();
  return true;
}

// No fields where nothing stands in the line; false at the end.
Result<bool> NumberBlockReader::ReadLine(Line& line) {
  Result<bool> more = reader_.Next(line.fields);
  if (!more || !*more) return more;
  line.number = reader_.line();
  bool all_empty = true;
  bool all_numbers = true;  // up to this field
  for (std::size_t i = 0; i < line.fields.size(); ++i) {
    std::string& field = line.fields[i];
    const std::size_t comment = field.find('#');
    if (i > 0 && all_numbers && comment != std::string::npos) {
      const std::string before(Trimmed(std::string_view(field).substr(0, comment)));
      if (before.empty() || ParseNumber(before)) {
        line.fields.resize(before.empty() ? i : i + 1);
        if (!before.empty()) field = before;
        break;
      }
    }
    field = Trimmed(field);
    all_empty = all_empty && field.empty();
    all_numbers = all_numbers && ParseNumber(field).has_value();
  }
  if (all_empty) line.fields.clear();
  const std::size_t most = most_ + 2;  // with an index and a separator at the end
  if (line.fields.size() <= most) return true;
  return Fail("{}: line {}: found {} numbers, expected 1 to {}", origin_, line.number,
              line.fields.size(), most_);
}

}  // namespace mhc
