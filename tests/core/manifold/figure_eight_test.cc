// The sums, gains and spectra of the matrices that the paper prints.
#include "tests/core/manifold/figure_eight.h"

#include <gmock/gmock.h>

#include "core/manifold/diagnostics/composite_mapping.h"
#include "core/manifold/diagnostics/matrix_diagnostics.h"

namespace mhc {
namespace {

MatrixDiagnostics DiagnosePrinted(const std::vector<PrintedMatrix>& figure, int index) {
  return Diagnose(figure[index].AsMatrix());
}

TEST(FigureEight, SumsAreThoseOnItsAxes) {
  for (const auto& figure : {FigureEightHc(), FigureEightMhc()}) {
    for (const PrintedMatrix& printed : figure) {
      const MatrixDiagnostics found = Diagnose(printed.AsMatrix());
      for (int i = 0; i < 4; ++i) {
        const double tolerance = printed.rounding + 1e-9;
        EXPECT_NEAR(found.row_sums[i], printed.row_sums[i], tolerance) << printed.name << i;
        EXPECT_NEAR(found.column_sums[i], printed.column_sums[i], tolerance) << printed.name << i;
      }
    }
  }
}

TEST(FigureEight, GainsOfTheCompositesAreSignedSumsInMagnitude) {
  const MatrixDiagnostics hc_whole = DiagnosePrinted(FigureEightHc(), 5);
  EXPECT_NEAR(hc_whole.forward_gain, 509.1, 0.2);
  EXPECT_NEAR(hc_whole.backward_gain, 259.2, 0.2);
  const MatrixDiagnostics hc_late = DiagnosePrinted(FigureEightHc(), 4);
  EXPECT_NEAR(hc_late.forward_gain, 264.6, 0.2);
  EXPECT_NEAR(hc_late.backward_gain, 489.0, 0.2);
  // The row −69.9 −68.3 −255.3 142.1 has the signed sum −251.4 and the absolute sum 535.6.
  EXPECT_NEAR(hc_late.norm_inf, 568.2, 0.2);
  EXPECT_NEAR(FigureEightHc()[4].AsMatrix().row(0).cwiseAbs().sum(), 535.6, 0.2);

  const MatrixDiagnostics mhc_late = DiagnosePrinted(FigureEightMhc(), 4);
  EXPECT_NEAR(mhc_late.forward_gain, 1.00, 0.02);
  EXPECT_NEAR(mhc_late.backward_gain, 1.50, 0.02);
  EXPECT_NEAR(*std::min_element(mhc_late.column_sums.begin(), mhc_late.column_sums.end()), 0.41,
              0.02);
}

TEST(FigureEight, SpectraShowEarlyMixingAndTheBrokenBoundOfTruncatedMaps) {
  const MatrixDiagnostics late = DiagnosePrinted(FigureEightMhc(), 4);
  EXPECT_NEAR(late.spectral_norm, 1.14, 0.005);
  EXPECT_LE(late.spectral_norm, std::sqrt(late.norm_1 * late.norm_inf));
  EXPECT_NEAR(DiagnosePrinted(FigureEightMhc(), 0).second_eigenvalue, 0.67, 0.005);
  EXPECT_NEAR(DiagnosePrinted(FigureEightMhc(), 1).second_eigenvalue, 0.97, 0.005);
  EXPECT_NEAR(DiagnosePrinted(FigureEightMhc(), 2).second_eigenvalue, 0.96, 0.005);
  const Matrix whole = FigureEightMhc()[5].AsMatrix();
  EXPECT_LE((whole.array() - 0.25).abs().maxCoeff(), 0.09);
}

TEST(FigureEight, LaterProductTimesEarlierProductIsTheWhole) {
  const auto whole_of = [](const std::vector<PrintedMatrix>& figure) {
    const std::vector<Matrix> halves = {figure[3].AsMatrix(), figure[4].AsMatrix()};
    return Product(halves);
  };
  const Matrix mhc_whole = FigureEightMhc()[5].AsMatrix();
  EXPECT_LT((whole_of(FigureEightMhc()) - mhc_whole).cwiseAbs().maxCoeff(), 0.0101);
  const Matrix hc_whole = FigureEightHc()[5].AsMatrix();
  EXPECT_LT(((whole_of(FigureEightHc()) - hc_whole).array() / hc_whole.array()).abs().maxCoeff(),
            0.028);
}

}  // namespace
}  // namespace mhc
