#include "core/formats/matrix_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/formats/npy.h"
#include "tests/core/formats/scratch_folder.h"

namespace mhc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string JsonRefusal(const std::string& text) {
  const auto stack = ParseJsonMatrices(text, "m.json");
  return stack ? "accepted" : stack.error().message;
}

std::string CsvRefusal(const std::string& text) {
  const auto stack = ParseCsvMatrices(text, "m.csv");
  return stack ? "accepted" : stack.error().message;
}

class MatrixFiles : public ScratchFolder {
 protected:
  std::string NpyRefusal(const std::vector<std::int64_t>& shape,
                         const std::vector<double>& values) const {
    EXPECT_TRUE(WriteNpy(InFolder("m.npy"), shape, values));
    const auto stack = ReadMatrices(InFolder("m.npy"));
    return stack ? "accepted" : stack.error().message.substr(InFolder("m.npy").string().size());
  }
};

TEST_F(MatrixFiles, GiveOneMatrixInAllThreeFormats) {
  ASSERT_TRUE(WriteNpy(InFolder("m.npy"), {2, 2}, std::vector<double>{0.25, 0.75, 1, -2}));
  for (const auto& path : {Write("m.json", "[[0.25, 0.75], [1, -2e0]]"),
                           Write("m.csv", "0.25,0.75\r\n1, -2\r\n"), InFolder("m.npy")}) {
    const auto stack = ReadMatrices(path);
    ASSERT_TRUE(stack) << stack.error().message;
    EXPECT_EQ(stack->count, 1u);
    EXPECT_EQ(stack->size, 2u);
    EXPECT_THAT(stack->values, ElementsAre(0.25, 0.75, 1, -2));
  }
}

TEST_F(MatrixFiles, GiveSeveralMatricesInAllThreeFormats) {
  ASSERT_TRUE(WriteNpy(InFolder("m.npy"), {3, 1, 1}, std::vector<double>{1, 2, 3}));
  for (const auto& path : {Write("m.json", "[[[1]], [[2]], [[3]]]"),
                           Write("m.csv", "\n1\n\n2\n\n\n3\n\n"), InFolder("m.npy")}) {
    const auto stack = ReadMatrices(path);
    ASSERT_TRUE(stack) << stack.error().message;
    EXPECT_EQ(stack->count, 3u);
    EXPECT_EQ(stack->size, 1u);
    EXPECT_THAT(stack->values, ElementsAre(1, 2, 3));
  }
}

TEST_F(MatrixFiles, AreKnownByTheirEndings) {
  EXPECT_THAT(ReadMatrices(Write("m.txt", "1")).error().message,
              HasSubstr("m.txt: found the ending \".txt\", expected .json, .csv or .npy"));
  EXPECT_THAT(ReadMatrices(InFolder("none.csv")).error().message,
              HasSubstr("none.csv: No such file or directory"));
}

TEST_F(MatrixFiles, AreKnownByTheirEndingsInCapitalsToo) {
  ASSERT_TRUE(WriteNpy(InFolder("M.NPY"), {1, 1}, std::vector<double>{2}));
  for (const auto& path : {Write("M.JSON", "[[2]]"), Write("M.Csv", "2\n"), Write("m.tsv", "2\n"),
                           InFolder("M.NPY")}) {
    const auto stack = ReadMatrices(path);
    ASSERT_TRUE(stack) << stack.error().message;
    EXPECT_THAT(stack->values, ElementsAre(2));
  }
}

TEST(JsonMatrices, TakeWhatMapsAreWrittenAs) {
  const auto list = ParseJsonMatrices(
      R"([{"matrix": [[1, 2], [3, 4]], "row_error": 2.0}, {"matrix": [[5, 6], [7, 8]]}])",
      "m.json");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->count, 2u);
  EXPECT_THAT(list->values, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  const auto alone = ParseJsonMatrices(R"({"matrix": [[1]]})", "m.json");
  ASSERT_TRUE(alone) << alone.error().message;
  EXPECT_THAT(alone->values, ElementsAre(1));
  EXPECT_EQ(JsonRefusal(R"([{"constraint": "sinkhorn", "n": 1, "logits": [0]}])"),
            "m.json: matrix 0: found an object without a matrix, expected a list of rows");
}

TEST(JsonMatrices, TakeNumbersTooSmallForADoubleAsZero) {
  const auto stack = ParseJsonMatrices("[[1, 1e-400], [0, 1]]", "m.json");
  ASSERT_TRUE(stack) << stack.error().message;
  EXPECT_THAT(stack->values, ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(JsonRefusal("[[1e400]]"), HasSubstr("too large for a double"));
}

TEST(JsonMatrices, TakeAByteOrderMarkAndNameAnotherEncoding) {
  const auto stack = ParseJsonMatrices("\xEF\xBB\xBF[[1]]", "m.json");
  ASSERT_TRUE(stack) << stack.error().message;
  EXPECT_EQ(JsonRefusal({"\xFF\xFE[\0[\0", 6}), "m.json: offset 0: found UTF-16, expected UTF-8");
}

TEST(JsonMatrices, RefuseRaggedAndNonSquareLists) {
  EXPECT_EQ(JsonRefusal("[[1, 2], [3]]"),
            "m.json: matrix 0, row 1: found 1 numbers, expected 2 as in the first row");
  EXPECT_EQ(JsonRefusal("[[1, 2]]"),
            "m.json: matrix 0: found 1 rows of 2 numbers, expected a square matrix");
  EXPECT_EQ(JsonRefusal("[[[1]], [[1, 2], [3, 4]]]"),
            "m.json: matrix 1, row 0: found 2 numbers, expected 1 as in the first row");
  EXPECT_EQ(JsonRefusal("[[[1]], [[1], [2]]]"),
            "m.json: matrix 1: found 2 rows of 1 numbers, expected a square matrix");
}

TEST(JsonMatrices, RefuseWhatIsNotAFiniteNumber) {
  EXPECT_EQ(JsonRefusal("[[1, \"nan\"], [3, 4]]"),
            "m.json: matrix 0, row 0, column 1: found \"nan\", expected a finite number");
  EXPECT_THAT(JsonRefusal("[[1, null], [3, 4]]"), HasSubstr("column 1: found null"));
  EXPECT_THAT(JsonRefusal("[[1, [2]], [3, 4]]"), HasSubstr("column 1: found a list"));
  EXPECT_THAT(JsonRefusal("[1, 2]"), HasSubstr("row 0: found 1, expected a list of numbers"));
}

TEST(JsonMatrices, RefuseEmptyListsAndOtherDocuments) {
  EXPECT_EQ(JsonRefusal("[]"), "m.json: found no matrix");
  EXPECT_EQ(JsonRefusal("[[]]"), "m.json: matrix 0, row 0: found 0 numbers, expected 1 to 1024");
  EXPECT_THAT(JsonRefusal("[[[1]], []]"), HasSubstr("matrix 1: found an empty list"));
  EXPECT_EQ(JsonRefusal("{}"), "m.json: found an object, expected n×n or L×n×n lists of numbers");
}

TEST(CsvMatrices, RefuseByLine) {
  EXPECT_EQ(CsvRefusal("1,2\n3\n"),
            "m.csv: line 2: found 1 numbers, expected 2 as in the first row");
  EXPECT_EQ(CsvRefusal("1,2\n3,inf\n"),
            "m.csv: line 2, column 2: found inf, expected a finite number");
  EXPECT_EQ(CsvRefusal("1,2\n3,x\n"),
            "m.csv: line 2, column 2: found \"x\", expected a finite number");
  EXPECT_EQ(CsvRefusal("1,2\n\n3,4\n"),
            "m.csv: matrix 0: found 1 rows of 2 numbers, expected a square matrix");
  EXPECT_EQ(CsvRefusal(""), "m.csv: found no matrix");
  EXPECT_EQ(CsvRefusal("\n\n"), "m.csv: found no matrix");
}

TEST_F(MatrixFiles, InNpyAreRefusedByShapeAndEntry) {
  EXPECT_EQ(NpyRefusal({2, 1}, {1, 2}), ": found the shape [2, 1], expected [n, n] or [L, n, n]");
  EXPECT_EQ(NpyRefusal({1}, {1}), ": found the shape [1], expected [n, n] or [L, n, n]");
  EXPECT_EQ(NpyRefusal({0, 2, 2}, {}), ": found no matrix");
  EXPECT_EQ(NpyRefusal({5, 0, 0}, {}), ": found no matrix");
  EXPECT_EQ(NpyRefusal({2, 1, 1}, {1, NAN}),
            ": matrix 1, row 0, column 0: found nan, expected a finite number");
}

TEST(CsvMatrices, AreBoundedInSize) {
  std::string row = "1";
  for (int i = 0; i < 1024; ++i) row += ",1";
  EXPECT_EQ(CsvRefusal(row), "m.csv: line 1: found 1025 numbers, expected 1 to 1024");
}

}  // namespace
}  // namespace mhc
