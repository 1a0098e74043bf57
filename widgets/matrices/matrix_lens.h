// One site's H_res at the cursor's step, as its mean over tokens, beside the composite of the sites
// up to it, from it on, its deviation over tokens, or the product of the token means; as they are
// or as their difference from the identity, in linear or logarithmic colours.
//
// Thread rule: the window's thread. Lifetime: that of its context.
#pragma once

#include <optional>
#include <vector>

#include "widgets/frame/matrix_painting.h"
#include "widgets/frame/view.h"

namespace mhc {

class HeaderChoice;
class MatrixCanvas;
class SiteStepper;

class MatrixLens : public View {
  Q_OBJECT

 public:
  // What stands at the right.
  enum class Beside { kPrefix, kSuffix, kDeviation, kTokenMeanProduct };

  enum class Shows { kMatrix, kDifference, kMatrixInLogarithms, kDifferenceInLogarithms };

  // Without `shows` the lens finds it: until somebody chooses, the difference is shown, and said to
  // be, while every map of the run is so near the identity that the maps would look like it.
  explicit MatrixLens(const ViewContext& context, Beside beside = Beside::kPrefix,
                      std::optional<Shows> shows = Shows::kMatrix);

  QString FigureName() const override;
  void DrawFigure(QPainter& painter, double width, double height) override;
  FigureHeights HeightsOfFigure(double width) const override;
  std::vector<std::vector<std::string>> FigureTable() const override;

 protected:
  void Refresh() override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  Beside beside() const;
  Shows shows() const;
  bool shows_difference() const;
  // Of the snapshots that are shown, over all sites.
  void FindWhatToShow(const Snapshot& mean, const Snapshot& other);
  // From a matrix to what is shown of it.
  void Dress(MatrixContent& matrix, bool is_map) const;
  void ShareHeader();
  void ShowWhyThereIsNothing();
  MatrixContent SiteMatrix(const FetchedSnapshot& mean, const FetchedSnapshot& deviation) const;
  MatrixContent BesideMatrix(const FetchedSnapshot& snapshot) const;
  std::vector<MatrixContent> PaperMatrices() const;
  QString BesideCaption() const;
  QString BesideBrief() const;
  QString BesideLabel() const;
  // True where every one of these sites has a map without negative entries.
  bool AreNonNegative(int first_site, int last_site) const;
  ColorScale ScaleOf(const std::vector<double>& entries, bool is_non_negative) const;

  MatrixCanvas* canvas_;
  SiteStepper* stepper_;
  HeaderChoice* beside_choice_;
  HeaderChoice* shows_choice_;
  bool finds_difference_;  // by itself, until somebody chooses
  int sites_ = 0;
  std::int64_t shown_step_ = 0;                    // of the snapshots
  std::optional<ReaderThread::RunKey> shown_run_;  // of the picture
};

}  // namespace mhc
