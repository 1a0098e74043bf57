#include "app/command_line/text_table.h"

#include <gmock/gmock.h>

#include "core/formats/legible_text.h"

namespace mhc {
namespace {

using Rows = std::vector<std::vector<std::string>>;

const Rows kRows = {{"run", "state", "loss"}, {"größe", "finished", "3.5"}, {"b", "running", "-"}};

TEST(TextTable, ColumnsAreAlignedByTheCellsThatTheyTake) {
  EXPECT_EQ(AlignedTable(kRows),
            "run       state  loss\n"
            "größe  finished   3.5\n"
            "b       running     -\n");
  EXPECT_EQ(AlignedTable({{"中", "1"}, {"ab", "2"}}), "中  1\nab  2\n");
}

TEST(TextTable, ATableThatIsTooWideBecomesAParagraphARow) {
  EXPECT_EQ(FittedTable(kRows, TableHead::kFirstRow, 21), AlignedTable(kRows));
  EXPECT_EQ(FittedTable(kRows, TableHead::kFirstRow, std::nullopt), AlignedTable(kRows));
  EXPECT_EQ(FittedTable(kRows, TableHead::kFirstRow, 20),
            "größe\n  state  finished\n  loss   3.5\n"
            "b\n  state  running\n  loss   -\n");
}

TEST(TextTable, WithoutAHeadAWideRowIsWrapped) {
  const Rows rows = {{"loss", "3.5"}, {"checkpoints", "0 500 1000 1500 2000"}};
  EXPECT_EQ(FittedTable(rows, TableHead::kNone, 24),
            "loss: 3.5\ncheckpoints: 0 500 1000\n    1500 2000\n");
}

TEST(WrappedLines, GoOnBelowTheTextOfTheirLastColumn) {
  EXPECT_EQ(WrappedLines("  --run   Folder of the run that is there\n\n  short\n", 30),
            "  --run   Folder of the run\n          that is there\n\n  short\n");
  EXPECT_EQ(WrappedLines("one two three four five six", 20), "one two three four\nfive six");
  EXPECT_EQ(WrappedLines("  one two three four five", 20), "  one two three four\n      five");
}

TEST(WrappedLines, StayWhereThereIsNoRoomOrNoBlank) {
  const std::string word(100, 'x');
  EXPECT_EQ(WrappedLines(word, 30), word);
  EXPECT_EQ(WrappedLines("a " + word + " b", 30), "a\n" + word + "\nb");
  EXPECT_EQ(WrappedLines("one two three", std::nullopt), "one two three");
  EXPECT_EQ(WrappedLines("one two three", 3), "one two three");
  EXPECT_EQ(WrappedLines(std::string(100, ' '), 30), std::string(100, ' '));
}

}  // namespace
}  // namespace mhc
