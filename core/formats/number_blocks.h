// Blocks of rows of numbers in a text, as NumPy, pandas, R, MATLAB and spreadsheets write them.
//
// Numbers are parted by tabs, semicolons or commas, by the first of these that the first line with
// any of them has, or else by blanks. Beside tabs and semicolons, where no number of a block has a
// point, a comma is the decimal sign. Blocks are parted by a line that is empty or has only blanks
// or separators. Passed over are:
//  - lines that begin with # or %, and what follows a # in a line of numbers. Such a line also ends
//    a block that has become square, as where numpy.savetxt writes slice after slice;
//  - a row of names above the numbers (pandas' 0, 1, … too), or a title of one field; where the
//    names come again, a new block begins;
//  - a first column that is an index: of names, or under a name that is empty, "index" or
//    "Unnamed: 0", or under none where the rows are one field longer than the names;
//  - one separator at the end of every row, a byte order mark, and a first line like "sep=;".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/csv.h"
#include "core/result.h"

namespace mhc {

struct NumberRow {
  std::size_t line = 0;          // in the file, from 1
  std::size_t first_column = 1;  // of the numbers, from 1
  std::vector<double> numbers;   // may be nan or infinite
};

// Thread rule: one thread. Borrows the text.
class NumberBlockReader {
 public:
  // most: the rows that a block, and the numbers that a row may have.
  NumberBlockReader(std::string_view text, std::string origin, std::size_t most);

  // The next block, of one row or more and in one width or several, or nothing at the end. Fails,
  // with the origin, the line and the column (from 1), at a field that is no number, at names that
  // do not fit the rows, beyond `most`, and where CsvReader fails.
  Result<std::optional<std::vector<NumberRow>>> Next();

 private:
  struct Line {
    std::size_t number = 0;
    std::vector<std::string> fields;  // without blanks around them
  };
  class Block;

  bool TakeComment();
  Result<bool> ReadLine(Line& line);
  Result<Block> ReadBlock();

  std::string origin_;
  std::size_t most_;
  char separator_;
  CsvReader reader_;
  std::optional<Line> names_;  // of the next block, which were the end of this one
};

}  // namespace mhc
