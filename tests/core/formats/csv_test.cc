#include "core/formats/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mhc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Rows = std::vector<std::vector<std::string>>;

Result<Rows> ReadAll(const std::string& text) {
  Rows rows;
  CsvReader reader(text, "a.csv");
  std::vector<std::string> fields;
  while (true) {
    const Result<bool> more = reader.Next(fields);
    if (!more) return tl::unexpected(more.error());
    if (!*more) return rows;
    rows.push_back(fields);
  }
}

std::string Refusal(const std::string& text) {
  const auto rows = ReadAll(text);
  return rows ? "accepted" : rows.error().message;
}

TEST(CsvReading, TakesLfCrlfAndAMissingLastLineEnd) {
  EXPECT_THAT(*ReadAll("a,b\nc,d\n"), ElementsAre(ElementsAre("a", "b"), ElementsAre("c", "d")));
  EXPECT_THAT(*ReadAll("a,b\r\nc,d"), ElementsAre(ElementsAre("a", "b"), ElementsAre("c", "d")));
  EXPECT_THAT(*ReadAll(""), IsEmpty());
}

TEST(CsvReading, KeepsEmptyFieldsAndTellsThemFromEmptyLines) {
  EXPECT_THAT(*ReadAll("a,,\n\n\"\"\n"),
              ElementsAre(ElementsAre("a", "", ""), IsEmpty(), ElementsAre("")));
}

TEST(CsvReading, TakesCommasQuotesAndLineEndsInsideQuotes) {
  EXPECT_THAT(*ReadAll("\"a,b\",\"say \"\"x\"\"\",\"1\r\n2\"\nz\n"),
              ElementsAre(ElementsAre("a,b", "say \"x\"", "1\r\n2"), ElementsAre("z")));
}

TEST(CsvReading, PassesOverAByteOrderMark) {
  EXPECT_THAT(*ReadAll("\xEF\xBB\xBF"
                       "1,2"),
              ElementsAre(ElementsAre("1", "2")));
}

TEST(CsvReading, NamesTheLineOfWhatItRefuses) {
  EXPECT_EQ(Refusal("a\n\"b\nc"), "a.csv: line 2: found a quote without an end");
  EXPECT_EQ(Refusal("\"1\n2\"\nb\"c\n"),
            "a.csv: line 3: found \"\\\"c\\x0a\", expected a comma or the end of the line");
  EXPECT_EQ(Refusal("\"a\"b"),
            "a.csv: line 1: found \"b\", expected a comma or the end of the line");
  EXPECT_EQ(Refusal("a\rb"),
            "a.csv: line 1: found \"\\x0db\", expected a comma or the end of the line");
  EXPECT_EQ(Refusal(std::string(70'000, ',')), "a.csv: line 1: found more than 65536 fields");
}

TEST(CsvWriting, ComesBackAsItWasWritten) {
  const Rows rows = {{"plain", "a,b", "quote\"", "two\nlines", ""}, {""}, {"\r"}, {" x "}};
  std::string text;
  for (const auto& row : rows) AppendCsvRow(row, text);
  EXPECT_EQ(*ReadAll(text), rows);
}

TEST(CsvWriting, QuotesOnlyWhatMustBe) {
  std::string text;
  AppendCsvRow(std::vector<std::string>{"step", "0.5", "a b", "a,b"}, text);
  EXPECT_EQ(text, "step,0.5,a b,\"a,b\"\n");
}

}  // namespace
}  // namespace mhc
