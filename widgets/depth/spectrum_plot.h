// The singular values of H_res: one of them for every site over time, or all of them against the
// site at the cursor's step, of single sites or of the composites up to them; and the eigenvalues
// of either in the complex plane.
//
// Thread rule: the window's thread. Lifetime: that of its context.
#pragma once

#include <QStackedWidget>
#include <optional>
#include <vector>

#include "widgets/depth/depth_picture.h"
#include "widgets/depth/eigenvalue_plane.h"
#include "widgets/depth/spectrum_map.h"
#include "widgets/frame/view.h"

namespace mhc {

class HeaderChoice;

class SpectrumPlot : public View {
  Q_OBJECT

 public:
  enum class What {
    kOverTime,
    kOverSites,
    kCompositeOverSites,
    kEigenvalues,
    kCompositeEigenvalues
  };

  explicit SpectrumPlot(const ViewContext& context, What what = What::kOverTime);

  QString FigureName() const override;
  void DrawFigure(QPainter& painter, double width, double height) override;
  FigureHeights HeightsOfFigure(double width) const override;
  std::vector<std::vector<std::string>> FigureTable() const override;

 protected:
  void Refresh() override;

 private:
  What what() const;
  bool is_plane() const;
  bool is_composite() const;
  int number() const;  // of the singular value that is drawn over time, 0 the largest
  void OfferNumbers(int streams);
  void ShowWhyThereIsNothing();
  void RefreshMap(RunDocument& run);
  void RefreshCurves(RunDocument& run);
  void RefreshPlane(RunDocument& run);
  // At the cursor's step; none after saying why there are none.
  RunDocument::MeanAndDeviation SnapshotsToShow(RunDocument& run, const char* kind);
  void Forget();
  void ShowWhat(const QString& shown);
  void FillMap(SpectrumMap& map, const SnapshotHistory& history, bool is_for_paper) const;
  DepthContent Curves(bool is_for_paper) const;
  PaperSheet Sheet() const;
  const SnapshotHistory* History() const;  // nullptr where there is none that can be drawn
  void ChoosePlace(double step, int site);
  QString TextAt(double step, int site) const;
  QString CurveTextAt(int site) const;
  QString PlaneTextAt(int site) const;

  QStackedWidget* pictures_;
  SpectrumMap* map_;
  DepthPicture* curves_;
  EigenvaluePlane* plane_;
  HeaderChoice* what_choice_;
  HeaderChoice* number_choice_;
  HeaderChoice* color_choice_;
  HeaderChoice* plane_choice_;
  // Of the curves: by singular value, then site; deviations over tokens are empty where the record
  // has none.
  std::vector<std::vector<double>> values_, deviations_;
  std::optional<Snapshot> matrices_;  // whose eigenvalues the plane shows
  std::optional<ReaderThread::RunKey> shown_run_;
  std::optional<What> shown_what_;
};

}  // namespace mhc
