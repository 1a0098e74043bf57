// Comma-separated values as RFC 4180 has them, and their like with another separator.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace mhc {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // of UTF-8

// Reads a text row by row, so that a file of any length needs the memory of one row. Lines end with
// LF or CRLF; a byte order mark at the beginning is passed over.
//
//   CsvReader reader(text, path);
//   std::vector<std::string> fields;
//   while (true) {
//     const Result<bool> more = reader.Next(fields);
//     if (!more) return tl::unexpected(more.error());
//     if (!*more) break;
//   }
//
// Thread rule: one thread. Borrows the text.
class CsvReader {
 public:
  // separator: of fields; ' ' stands for any run of blanks and tabs, and those that begin or end a
  // line part nothing.
  CsvReader(std::string_view text, std::string origin, char separator = ',');

  // The next row into `fields` (an empty line: no fields), or false at the end. Fails, with the
  // origin and the line, at a quote that stands in a plain field or has no end, at text after a
  // closing quote, at a carriage return without a line feed, and beyond 65,536 fields.
  Result<bool> Next(std::vector<std::string>& fields);

  std::size_t line() const { return line_; }  // where the last row began, from 1

  // The rest of the line where the next row begins, without its end.
  std::string_view PeekLine() const;
  void SkipLine();
  bool AtEnd() const { return rest_.empty(); }

 private:
  enum class After { kSeparator, kLine };

  Result<After> ReadField(std::string& field);
  Status ReadQuoted(std::string& field);
  bool TakeLineEnd();
  void SkipBlanks();

  std::string_view rest_;
  std::string origin_;
  char separator_;
  std::size_t line_ = 0;
  std::size_t next_line_ = 1;
};

// Appends the fields and a line feed; a field is quoted where it must be.
void AppendCsvRow(std::span<const std::string> fields, std::string& text);

}  // namespace mhc
