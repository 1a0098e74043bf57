// One scalar of the record against the step, for every run that is shown: the loss, the composite's
// gain, or any other.
//
// Thread rule: the window's thread. Lifetime: that of its context.
#pragma once

#include <string>
#include <vector>

#include "widgets/curves/curve_lines.h"
#include "widgets/curves/curve_picture.h"
#include "widgets/frame/paper_panel.h"
#include "widgets/frame/plot_navigation.h"
#include "widgets/frame/view.h"

namespace mhc {

class HeaderButton;
class HeaderChoice;

class CurvePlot : public View {
  Q_OBJECT

 public:
  enum class Offers { kNothingElse, kEveryScalar };

  // `column` is one of StepColumns(). Runs without it, as a residual one without gains, are left
  // out. With Offers::kEveryScalar a choice in the header takes another.
  CurvePlot(const ViewContext& context, const QString& object_name, std::string column,
            Offers offers = Offers::kNothingElse);

  QString FigureName() const override;
  void DrawFigure(QPainter& painter, double width, double height) override;
  FigureHeights HeightsOfFigure(double width) const override;
  std::vector<std::vector<std::string>> FigureTable() const override;

 protected:
  void Refresh() override;

 private:
  enum class Smoothing { kOff, kLight, kStrong };

  void MakeControls(Offers offers);
  // Those that some run has which is shown, with what is drawn now.
  void OfferScalars();
  void TakeColumn(std::string column);
  void SetSmoothing(Smoothing smoothing);
  int MeanSteps(Smoothing smoothing) const;  // 0: off
  const std::vector<CurveLine>& Lines();
  CurveContent Content(bool is_for_paper);
  std::vector<LegendRow> Legend(const std::vector<CurveLine>& lines, bool is_for_paper);
  QString ValueText(const Series& series) const;
  QString LastText(const Series& series) const;
  QString ShownText();
  QString AxisTitle() const;
  PaperSheet Sheet() const;
  void ChooseStep(double x);
  void ReturnToStep();

  std::string column_;
  QString unit_;
  CurvePicture* picture_;
  PlotNavigation* navigation_;
  HeaderButton* smoothing_button_ = nullptr;
  HeaderButton* logarithmic_button_ = nullptr;
  HeaderButton* fit_button_ = nullptr;
  HeaderChoice* scalar_choice_ = nullptr;  // may be none
  std::vector<std::string> offered_;       // by its entries
  Smoothing smoothing_ = Smoothing::kLight;
  bool logarithmic_ = false;
  bool folds_seeds_ = true;
  CurveLines lines_;
  // Where the cursor was before the first click of a double click.
  std::int64_t step_before_click_ = 0;
  bool followed_before_click_ = true;
};

}  // namespace mhc
