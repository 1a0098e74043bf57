// What the lens shows of matrices that lie near the identity, and how.
#include "widgets/matrices/matrix_lens.h"

#include <gmock/gmock.h>

#include <QAction>
#include <QMenu>

#include "recorded_run.h"
#include "widgets/figures/figure_table.h"
#include "widgets/frame/header_choice.h"
#include "widgets/frame/matrix_canvas.h"

namespace mhc {
namespace {

using ::testing::HasSubstr;

class MatrixLensTest : public RecordedRunTest {
 protected:
  // Of a run of one block of four streams whose maps are 1 − 3·off on the diagonal, `off` beside
  // it; the composite of both sites is further away.
  void WriteMaps(double off) {
    std::vector<float> maps, composites, deviations(2 * 16, 0.001f);
    for (int site = 0; site < 2; ++site) {
      for (int i = 0; i < 16; ++i) {
        maps.push_back(static_cast<float>(i % 5 == 0 ? 1.0 - 3.0 * off : off));
        composites.push_back(static_cast<float>(i % 5 == 0 ? 1.0 - 6.0 * off : 2.0 * off));
      }
    }
    Content content;
    content.settings = {{"model.blocks", "1"}};
    content.steps = 2;
    content.value = [](std::string_view, std::int64_t) { return 1.0; };
    const std::vector<std::int64_t> shape = {2, 4, 4};
    content.snapshots = {{"res_mean", shape, maps},
                         {"res_deviation", shape, deviations},
                         {"prefix_mean", shape, composites}};
    Write("run", content);
  }
  std::unique_ptr<MatrixLens> Lens(std::optional<MatrixLens::Shows> shows) {
    auto lens = std::make_unique<MatrixLens>(context(), MatrixLens::Beside::kPrefix, shows);
    lens->resize(420, 330);
    EXPECT_TRUE(QTest::qWaitFor(
        [&] {
          lens->RefreshNow();
          return lens->Ready();
        },
        kReadLimit_ms))
        << lens->Reason().toStdString();
    return lens;
  }
  static const MatrixCanvas& Canvas(const MatrixLens& lens) {
    return *lens.findChild<MatrixCanvas*>();
  }
  static void Choose(const MatrixLens& lens, int entry) {
    lens.findChild<HeaderChoice*>("matrixLensShows")->menu()->actions()[entry]->trigger();
  }
};

TEST_F(MatrixLensTest, ShowsTheDifferenceByItselfAndSaysSoWhileEverythingLooksLikeTheIdentity) {
  WriteMaps(0.0015);
  const auto lens = Lens(/*shows=*/std::nullopt);
  const MatrixContent& matrix = Canvas(*lens).matrices().front();
  EXPECT_NEAR(matrix.Entry(0, 1), 0.0015, 1e-6);
  EXPECT_NEAR(matrix.Entry(0, 0), -0.0045, 1e-6);
  EXPECT_NEAR(matrix.At({0, 4}), 0.0, 1e-6);
  EXPECT_EQ(matrix.ideal_sum, 0.0);
  EXPECT_EQ(matrix.scale.kind, ColorScale::Kind::kSigned);
  EXPECT_THAT(matrix.caption.toStdString(), HasSubstr("− I"));
  EXPECT_THAT(Canvas(*lens).note().toStdString(), HasSubstr("within 0.01 of the identity"));
}

TEST_F(MatrixLensTest, ShowsTheMapsThemselvesOnceAnyEntryIsFurtherThanAHundredthFromI) {
  WriteMaps(0.002);  // the composite's diagonal is 0.012 away
  const auto lens = Lens(/*shows=*/std::nullopt);
  EXPECT_NEAR(Canvas(*lens).matrices().front().Entry(0, 1), 0.002, 1e-6);
  EXPECT_TRUE(Canvas(*lens).note().isEmpty());
}

TEST_F(MatrixLensTest, WhatSomebodyChoseStays) {
  WriteMaps(0.0015);
  const auto lens = Lens(/*shows=*/std::nullopt);
  Choose(*lens, static_cast<int>(MatrixLens::Shows::kMatrix));
  EXPECT_NEAR(Canvas(*lens).matrices().front().Entry(0, 0), 0.9955, 1e-6);
  EXPECT_TRUE(Canvas(*lens).note().isEmpty());
  Choose(*lens, static_cast<int>(MatrixLens::Shows::kDifference));
  lens->RefreshNow();
  EXPECT_NEAR(Canvas(*lens).matrices().front().Entry(0, 0), -0.0045, 1e-6);
}

TEST_F(MatrixLensTest, AFigureFromTheCommandLineDrawsTheMapsThemselves) {
  WriteMaps(0.0015);
  const auto lens = Lens(MatrixLens::Shows::kMatrix);
  EXPECT_NEAR(Canvas(*lens).matrices().front().Entry(0, 0), 0.9955, 1e-6);
}

TEST_F(MatrixLensTest, LogarithmicColoursTellEntriesOfThreeDecadesApart) {
  WriteMaps(0.0015);
  const auto lens = Lens(MatrixLens::Shows::kMatrix);
  const auto off_diagonal = [&] {
    const MatrixContent& matrix = Canvas(*lens).matrices().front();
    return matrix.scale.ColorOf(matrix.Entry(0, 1), look_);
  };
  const QColor linear = off_diagonal();
  Choose(*lens, static_cast<int>(MatrixLens::Shows::kMatrixInLogarithms));
  const ColorScale& scale = Canvas(*lens).matrices().front().scale;
  EXPECT_TRUE(scale.is_logarithmic);
  EXPECT_DOUBLE_EQ(scale.floor, 1e-3);
  EXPECT_NE(off_diagonal(), linear);
}

TEST_F(MatrixLensTest, TheDifferenceIsAFigureOfItsOwn) {
  WriteMaps(0.0015);
  EXPECT_EQ(Lens(std::nullopt)->FigureName(), "matrix_difference");
  EXPECT_EQ(Lens(MatrixLens::Shows::kMatrix)->FigureName(), "matrix");
  EXPECT_EQ(FindFigure("matrix_difference")->make(context())->FigureName(), "matrix_difference");
}

TEST_F(MatrixLensTest, NumbersThatAreCopiedSayThatTheyAreADifference) {
  WriteMaps(0.0015);
  const auto lens = Lens(/*shows=*/std::nullopt);
  EXPECT_EQ(lens->FigureTable()[1][0], "res_mean minus identity");
}

}  // namespace
}  // namespace mhc
