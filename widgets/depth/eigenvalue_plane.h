// The eigenvalues of one matrix a site in the complex plane, beside the unit circle: inside it
// differences between streams fade, on it they are kept, outside they grow.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include "widgets/look/custom_plot.h"

#include <complex>
#include <optional>
#include <string>
#include <vector>

#include "widgets/frame/paper_panel.h"

namespace mhc {

class Look;

class EigenvaluePlane : public QCustomPlot {
  Q_OBJECT

 public:
  EigenvaluePlane(const Look& look, bool is_for_paper, QWidget* parent = nullptr);

  struct Content {
    std::vector<std::vector<std::complex<double>>> by_site;
    std::optional<int> chosen;      // a site that is marked
    bool holds_unit_circle = true;  // else the axes hold the eigenvalues only
    bool operator==(const Content&) const = default;
  };
  // Replots with the next turn of the event loop where something differs.
  void Show(Content content);
  const Content& content() const { return content_; }
  // A row an eigenvalue: site, real and imaginary part, under a row of names.
  std::vector<std::vector<std::string>> Table() const;
  // What is shown, for a paper.
  PaperSheet Sheet() const;
  // One unit is as long upward as across, in a picture of that size.
  void Arrange(double width, double height);

 Q_SIGNALS:
  void siteChosen(int site);  // by a click on one of its eigenvalues
  // The pointer rests at an eigenvalue of that site; `where` is global.
  void pointedAt(int site, QPoint where);

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  bool event(QEvent* event) override;

 private:
  friend class EigenvaluePoints;

  void ApplyLook();
  std::optional<int> SiteAt(const QPoint& position) const;  // of the nearest eigenvalue

  const Look& look_;
  const bool is_for_paper_;
  std::optional<bool> styled_dark_;
  QCPItemEllipse* circle_;
  Content content_;
};

}  // namespace mhc
