// Gain against depth at the cursor's step: what the composite of the sites up to each one does to a
// signal, and that from each one on to a gradient; or what single sites do. Ideal is 1.
//
// Thread rule: the window's thread. Lifetime: that of its context.
#pragma once

#include <vector>

#include "widgets/depth/gain_picture.h"
#include "widgets/frame/paper_panel.h"
#include "widgets/frame/plot_navigation.h"
#include "widgets/frame/view.h"

namespace mhc {

class HeaderButton;

class GainProfile : public View {
  Q_OBJECT

 public:
  enum class What { kComposite, kSingleSite };

  explicit GainProfile(const ViewContext& context, What what = What::kComposite);

  bool Ready() const override { return View::Ready() && !waits_; }
  QString FigureName() const override;
  void DrawFigure(QPainter& painter, double width, double height) override;
  FigureHeights HeightsOfFigure(double width) const override;
  std::vector<std::vector<std::string>> FigureTable() const override;

 protected:
  void Refresh() override;

 private:
  struct Drawn {
    QString name;
    std::int64_t step = 0;  // of its snapshot
    bool is_current = false;
    bool is_fold = false;  // of several seeds
    RunGains gains;
  };
  struct Reading {
    std::int64_t step = 0;
    std::vector<std::vector<SiteGain>> forward, backward;  // one a run
  };
  void MakeControls();
  bool Read(RunDocument& document, Reading& reading);
  // Of every shown run with sites; asks for what is not there yet.
  void Collect();
  void ShowWhyThereIsNothing();
  GainContent Content(bool is_for_paper) const;
  std::vector<LegendRow> Legend(bool is_for_paper) const;
  LineSample Directions(bool is_forward) const;
  PaperSheet Sheet() const;
  QString ShownText() const;
  void ChooseSite(double x);

  GainPicture* picture_;
  PlotNavigation* navigation_;
  HeaderButton* what_button_ = nullptr;
  HeaderButton* fit_button_ = nullptr;
  What what_;
  std::vector<Drawn> drawn_;  // in the order of the runs
  bool waits_ = false;        // for a snapshot that is on its way
  QString fault_;             // of a snapshot that cannot be drawn
  int site_before_click_ = 0;
};

}  // namespace mhc
