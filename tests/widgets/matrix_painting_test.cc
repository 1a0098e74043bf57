#include "widgets/frame/matrix_painting.h"

#include <gmock/gmock.h>

#include <QFontDatabase>
#include <QFontMetricsF>

namespace mhc {
namespace {

MatrixContent Content(int size) {
  MatrixContent matrix;
  matrix.size = size;
  for (int i = 0; i < size * size; ++i) matrix.entries.push_back(i);
  return matrix;
}

TEST(MatrixContent, SumsRowsToTheRightAndColumnsBelow) {
  const MatrixContent matrix = Content(2);  // 0 1 / 2 3
  EXPECT_EQ(matrix.At({1, 0}), 2.0);
  EXPECT_EQ(matrix.At({1, 2}), 5.0);
  EXPECT_EQ(matrix.At({2, 1}), 4.0);
}

class MatrixGeometries : public testing::TestWithParam<int> {};

TEST_P(MatrixGeometries, FindsEveryCellAtItsOwnMiddleAndNothingInTheCorner) {
  const int size = GetParam();
  const MatrixGeometry geometry{{}, {30.0, 20.0}, 17.0, size};
  for (int row = 0; row <= size; ++row) {
    for (int column = 0; column <= size; ++column) {
      const MatrixPlace place{row, column};
      const auto found = geometry.PlaceAt(geometry.Cell(place).center(), /*has_sums=*/true);
      if (row == size && column == size) {
        EXPECT_FALSE(found.has_value());
      } else {
        EXPECT_EQ(found, place);
      }
    }
  }
}

TEST_P(MatrixGeometries, FillsTheSideThatItsCellsWereChosenFor) {
  const int size = GetParam();
  for (const bool has_sums : {false, true}) {
    const double cell = MatrixGeometry::CellFor(200.0, size, has_sums);
    EXPECT_DOUBLE_EQ(MatrixGeometry::SideFor(cell, size, has_sums), 200.0);
    const MatrixGeometry geometry{{}, {0.0, 0.0}, cell, size};
    const int last = has_sums ? size : size - 1;
    EXPECT_LE(geometry.Cell({0, last}).right(), 200.0);
    EXPECT_GT(geometry.Cell({0, last}).right(), 198.0);
  }
}

INSTANTIATE_TEST_SUITE_P(From1To8, MatrixGeometries, testing::Range(1, 9));

TEST(MatrixGeometry, FindsNoSumsWhereThereAreNone) {
  const MatrixGeometry geometry{{}, {0.0, 0.0}, 20.0, 3};
  const QPointF in_a_sum = geometry.Cell({1, 3}).center();
  EXPECT_TRUE(geometry.PlaceAt(in_a_sum, true).has_value());
  EXPECT_FALSE(geometry.PlaceAt(in_a_sum, false).has_value());
}

TEST(FittingCaption, NeverLosesItsFactor) {
  const QFontMetricsF metrics{QFontDatabase::systemFont(QFontDatabase::GeneralFont)};
  const QString words = "H_res − I of site 0, token mean", factor = " (× 10⁻³)";
  const double whole = metrics.horizontalAdvance(words + factor);
  EXPECT_EQ(FittingCaption(words, factor, metrics, whole + 1), words + factor);
  for (const double share : {0.9, 0.6, 0.4}) {
    const QString caption = FittingCaption(words, factor, metrics, share * whole);
    EXPECT_TRUE(caption.endsWith(factor)) << caption.toStdString();
    EXPECT_LE(metrics.horizontalAdvance(caption), share * whole + 1);
  }
}

TEST(NumbersOfMatrices, BesideOneAnotherAreWrittenInOneStyle) {
  const QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
  MatrixContent narrow, wide;
  narrow.size = wide.size = 1;
  narrow.has_sums = wide.has_sums = false;
  narrow.entries = {0.5};
  wide.entries = {-88.5};
  // As wide as the longer number with two decimals is not.
  const double cell = std::max(34.0, QFontMetricsF(font).horizontalAdvance("0.50") + 4.0);
  const std::vector<MatrixContent> one = {narrow}, other = {wide}, both = {narrow, wide};
  ASSERT_NE(FormFor(one, cell, font), FormFor(other, cell, font));
  EXPECT_EQ(FormFor(both, cell, font), FormFor(other, cell, font));
}

}  // namespace
}  // namespace mhc
