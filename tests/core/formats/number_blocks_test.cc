// Matrices in text, as the programs that people use write them.
#include "core/formats/number_blocks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/formats/matrix_file.h"

namespace mhc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string Refusal(std::string_view text) {
  const auto stack = ParseCsvMatrices(text, "m.csv");
  return stack ? "accepted" : stack.error().message;
}

// Whether the text is one matrix, [[0.7, 0.3], [0.25, 0.75]].
testing::AssertionResult IsTheMatrix(std::string_view text, std::size_t count = 1) {
  const auto stack = ParseCsvMatrices(text, "m.csv");
  if (!stack) return testing::AssertionFailure() << stack.error().message;
  const std::vector<double> one = {0.7, 0.3, 0.25, 0.75};
  std::vector<double> expected;
  for (std::size_t i = 0; i < count; ++i) expected.insert(expected.end(), one.begin(), one.end());
  if (stack->size == 2 && stack->count == count && stack->values == expected) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << stack->count << " matrices of " << stack->size << ": "
                                     << testing::PrintToString(stack->values);
}

TEST(NumberBlocks, ArePartedByBlanksTabsSemicolonsOrCommas) {
  EXPECT_TRUE(
      IsTheMatrix("7.000000000000000000e-01 3.000000000000000000e-01\n"
                  "2.500000000000000000e-01 7.500000000000000000e-01\n"));
  EXPECT_TRUE(IsTheMatrix("  0.7   0.3  \n 0.25    0.75\n"));
  EXPECT_TRUE(IsTheMatrix("0.7\t0.3\n0.25\t0.75\n"));
  EXPECT_TRUE(IsTheMatrix("0.7 \t 0.3\r\n0.25 \t 0.75\r\n"));
  EXPECT_TRUE(IsTheMatrix("0.7;0.3\n0.25;0.75\n"));
  EXPECT_TRUE(IsTheMatrix("0.7, 0.3\n0.25 ,0.75\n"));
  EXPECT_TRUE(IsTheMatrix("sep=|\r\n0.7|0.3\r\n0.25|0.75\r\n"));
}

TEST(NumberBlocks, HaveDecimalCommasWhereNothingElseIsSaidByThem) {
  EXPECT_TRUE(IsTheMatrix("0,7;0,3\r\n0,25;0,75\r\n"));
  EXPECT_TRUE(IsTheMatrix("0,7\t0,3\n0,25\t0,75\n"));
  EXPECT_TRUE(IsTheMatrix(";a;b\n0;7e-1;0,3\n1;2,5e-1;0,75\n"));
  EXPECT_THAT(Refusal("0.7;0,3\n0.25;0.75\n"), HasSubstr("line 1, column 2: found \"0,3\""));
  EXPECT_THAT(Refusal("1,234,567;2\n3;4\n"), HasSubstr("line 1, column 1: found \"1,234,567\""));
}

TEST(NumberBlocks, ArePartedByLinesWithNothingInThem) {
  const std::string block = "0.7,0.3\n0.25,0.75\n";
  for (const char* between : {"\n", "  \n", "\t\n", "\n \n\n", ",\n", "\"\",\"\"\n", " \r\n"}) {
    EXPECT_TRUE(IsTheMatrix(between + block + between + block + between, 2)) << between;
  }
  EXPECT_TRUE(IsTheMatrix("0.7;0.3\n0.25;0.75\n;\n0.7;0.3\n0.25;0.75\n", 2));
}

TEST(NumberBlocks, PassOverComments) {
  EXPECT_TRUE(IsTheMatrix("# s0,s1\n0.7,0.3\n0.25,0.75\n"));
  EXPECT_TRUE(IsTheMatrix("# a \"quote, and; more\n0.7 0.3\n  # between\n0.25 0.75 # behind\n"));
  EXPECT_TRUE(IsTheMatrix("% from MATLAB\n0.7,0.3 # behind\n0.25,0.75, # and behind\n"));
  EXPECT_TRUE(IsTheMatrix("# name: H\n# type: matrix\n# rows: 2\n 0.7 0.3\n 0.25 0.75\n\n\n"));
}

TEST(NumberBlocks, EndAtACommentOnceTheyAreSquareAsSlicesOfNumpyDo) {
  EXPECT_TRUE(
      IsTheMatrix("# Array shape: (2, 2, 2)\n0.7 0.3\n0.25 0.75\n# New slice\n"
                  "0.7 0.3\n0.25 0.75\n# New slice\n",
                  2));
  EXPECT_TRUE(
      IsTheMatrix(",a,b\nx,0.7,0.3\ny,0.25,0.75\n# New slice\n,a,b\nx,0.7,0.3\n"
                  "y,0.25,0.75\n",
                  2));
}

TEST(NumberBlocks, MayHaveNamesAboveThem) {
  EXPECT_TRUE(IsTheMatrix("s0,s1\n0.7,0.3\n0.25,0.75\n"));
  EXPECT_TRUE(IsTheMatrix("\"s,0\",\"s;1\"\n0.7,0.3\n0.25,0.75\n"));
  EXPECT_TRUE(IsTheMatrix("s0 s1\n0.7 0.3\n0.25 0.75\n"));
  EXPECT_TRUE(IsTheMatrix("0,1\n0.7,0.3\n0.25,0.75\n")) << "as pandas counts columns";
  EXPECT_TRUE(IsTheMatrix("Layer 3\n0.7,0.3\n0.25,0.75\n")) << "a title";
  EXPECT_TRUE(IsTheMatrix("Layer 3\n\n0.7,0.3\n0.25,0.75\n"));
}

TEST(NumberBlocks, BeginAnewWhereTheirNamesComeAgain) {
  EXPECT_TRUE(IsTheMatrix("s0,s1\n0.7,0.3\n0.25,0.75\ns0,s1\n0.7,0.3\n0.25,0.75\n", 2));
  EXPECT_TRUE(IsTheMatrix(",0,1\n0,0.7,0.3\n1,0.25,0.75\n,0,1\n0,0.7,0.3\n1,0.25,0.75\n", 2));
}

TEST(NumberBlocks, MayHaveAnIndexBesideThem) {
  EXPECT_TRUE(IsTheMatrix(",s0,s1\n0,0.7,0.3\n1,0.25,0.75\n"));
  EXPECT_TRUE(IsTheMatrix(",0,1\n0,0.7,0.3\n1,0.25,0.75\n"));
  EXPECT_TRUE(IsTheMatrix("\t0\t1\n0\t0.7\t0.3\n1\t0.25\t0.75\n"));
  EXPECT_TRUE(IsTheMatrix("     0    1\n0  0.7  0.3\n1  0.25  0.75")) << "as pandas prints it";
  EXPECT_TRUE(IsTheMatrix("index,s0,s1\n5,0.7,0.3\n6,0.25,0.75\n"));
  EXPECT_TRUE(IsTheMatrix("stream,0,1\n0,0.7,0.3\n1,0.25,0.75\n"));
  EXPECT_TRUE(IsTheMatrix("stream,a,b\ns0,0.7,0.3\ns1,0.25,0.75\n"));
  EXPECT_TRUE(IsTheMatrix("s0,0.7,0.3\ns1,0.25,0.75\n"));
  EXPECT_TRUE(IsTheMatrix("\"V1\" \"V2\"\n\"1\" 0.7 0.3\n\"2\" 0.25 0.75\n")) << "as R does";
  EXPECT_TRUE(IsTheMatrix("\"\",\"V1\",\"V2\"\n\"1\",0.7,0.3\n\"2\",0.25,0.75\n"));
}

TEST(NumberBlocks, KeepARowOfNumbersThatCountsWhereTheyAreSquareWithIt) {
  const auto stack = ParseCsvMatrices("0,1\n0.5,0.5\n", "m.csv");
  ASSERT_TRUE(stack) << stack.error().message;
  EXPECT_THAT(stack->values, ElementsAre(0, 1, 0.5, 0.5));
}

TEST(NumberBlocks, DropNoColumnForItsNumbersAlone) {
  EXPECT_EQ(Refusal("0,0.7,0.3\n1,0.25,0.75\n"),
            "m.csv: matrix 0: found 2 rows of 3 numbers, expected a square matrix");
  EXPECT_EQ(Refusal("a,b,c\n0,0.7,0.3\n1,0.25,0.75\n"),
            "m.csv: matrix 0: found 2 rows of 3 numbers, expected a square matrix");
  EXPECT_EQ(Refusal("0.7,0.3\n0.25,0.75\n0.7,0.3\n0.25,0.75\n"),
            "m.csv: matrix 0: found 4 rows of 2 numbers, expected a square matrix");
}

TEST(NumberBlocks, MayEndEveryRowWithASeparator) {
  EXPECT_TRUE(IsTheMatrix("0.7,0.3,\n0.25,0.75,\n"));
  EXPECT_TRUE(IsTheMatrix("s0;s1;\n0.7;0.3;\n0.25;0.75;\n"));
  EXPECT_TRUE(IsTheMatrix("s0,s1\n0.7,0.3,\n0.25,0.75,\n"));
}

TEST(NumberBlocks, RefuseNumbersThatAreMissing) {
  EXPECT_EQ(Refusal("0.7,\n0.25,0.75\n"),
            "m.csv: line 1, column 2: found \"\", expected a finite number");
  EXPECT_EQ(Refusal(",s0,s1\n0,,0.3\n1,0.25,0.75\n"),
            "m.csv: line 2, column 2: found \"\", expected a finite number");
  EXPECT_EQ(Refusal(",s0,s1\n0,nan,0.3\n1,0.25,0.75\n"),
            "m.csv: line 2, column 2: found nan, expected a finite number");
  EXPECT_EQ(Refusal("s0,s1\n0.7,0.3\nNA,0.75\n"),
            "m.csv: line 3, column 1: found \"NA\", expected a finite number");
}

TEST(NumberBlocks, SayWhichNamesDoNotFit) {
  EXPECT_EQ(Refusal("a,b,c\n0.7,0.3\n0.25,0.75\n"),
            "m.csv: line 1: found 3 names over rows of 2 fields");
}

TEST(NumberBlocks, RefuseTextWithoutNumbers) {
  EXPECT_EQ(Refusal("hello\n"),
            "m.csv: line 1, column 1: found \"hello\", expected a finite number");
  EXPECT_EQ(Refusal("# only a comment\n"), "m.csv: found no matrix");
  EXPECT_THAT(Refusal("[[0.7, 0.3],\n [0.25, 0.75]]\n"), HasSubstr("expected a finite number"));
}

TEST(NumberBlocks, TakeNumbersTooSmallForADoubleAsZero) {
  const auto stack = ParseCsvMatrices("1,1e-400\n-1e-999,4e-324\n", "m.csv");
  ASSERT_TRUE(stack) << stack.error().message;
  EXPECT_THAT(stack->values, ElementsAre(1, 0, 0, 4e-324));
  EXPECT_EQ(Refusal("1e400\n"),
            "m.csv: line 1, column 1: found \"1e400\", which is too large for a double");
}

TEST(NumberBlocks, TakeOtherLineEndsAndNameAnotherEncoding) {
  EXPECT_TRUE(
      IsTheMatrix("\xEF\xBB\xBF"
                  "0.7,0.3\r\n0.25,0.75\r\n"));
  EXPECT_TRUE(IsTheMatrix("0.7;0.3\r0.25;0.75\r")) << "carriage returns alone";
  EXPECT_EQ(Refusal({"\xFF\xFE"
                     "0\0,\0"
                     "1\0",
                     8}),
            "m.csv: offset 0: found UTF-16, expected UTF-8");
}

TEST(NumberBlocks, AreBounded) {
  std::string row = "1";
  for (int i = 0; i < 1023; ++i) row += " 1";
  std::string tall;
  for (int i = 0; i < 2000; ++i) tall += row + "\n";
  EXPECT_THAT(Refusal(tall), HasSubstr("found more than 1024 rows without an empty line"));
}

}  // namespace
}  // namespace mhc
