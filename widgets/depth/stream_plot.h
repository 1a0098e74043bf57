// The streams along the depth at the cursor's step: their RMS, their gain, how alike they are, and
// with which weights sites read from and write to them.
//
// Thread rule: the window's thread. Lifetime: that of its context.
#pragma once

#include <optional>
#include <vector>

#include "widgets/depth/depth_picture.h"
#include "widgets/depth/stream_cosines.h"
#include "widgets/frame/paper_panel.h"
#include "widgets/frame/view.h"

namespace mhc {

class HeaderChoice;
class MatrixCanvas;
class RunSnapshots;

class StreamPlot : public View {
  Q_OBJECT

 public:
  enum class What { kRms, kGain, kCosine, kReadAndWrite };

  explicit StreamPlot(const ViewContext& context, What what = What::kRms);

  QString FigureName() const override;
  void DrawFigure(QPainter& painter, double width, double height) override;
  FigureHeights HeightsOfFigure(double width) const override;
  std::vector<std::vector<std::string>> FigureTable() const override;

 Q_SIGNALS:
  void otherRequested();  // the view that shares the place with this one

 protected:
  void Refresh() override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  // One number a stream and place: a site, or a position between sites.
  struct Curve {
    QString name;
    std::vector<double> values, low, high;
  };
  What what() const;
  // Reads what is drawn; false where something of it is not there.
  bool Read(RunSnapshots& snapshots);
  bool ReadRms(RunSnapshots& snapshots);
  bool ReadCosine(RunSnapshots& snapshots);
  bool ReadWeights(RunSnapshots& snapshots);
  static void AddBand(Curve& curve, const std::vector<double>& deviation);
  void ShowWhyThereIsNothing();
  void GiveRoom();  // to the plots and to the matrix beside them
  int places() const;
  int ShownPlace() const;  // that of the site cursor
  QString PlaceText(int place) const;
  QString TextAt(int place) const;
  QString ShownText() const;
  QString PanelTitle(std::size_t panel) const;
  DepthContent Content(bool is_for_paper) const;
  PaperSheet Sheet() const;
  MatrixContent CosineMatrix() const;

  HeaderChoice* what_choice_;
  DepthPicture* single_;
  DepthPicture* pair_;
  MatrixCanvas* matrix_;
  std::vector<std::vector<Curve>> panels_;  // one, or read and write
  StreamCosines cosines_;
  std::int64_t shown_step_ = 0;
  std::optional<ReaderThread::RunKey> shown_run_;
};

}  // namespace mhc
