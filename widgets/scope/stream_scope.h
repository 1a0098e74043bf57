// The whole stack at once: streams flowing through the sites with the weights they carry, of the
// current run at the cursor's step.
//
// While a run lives it is drawn anew at most twice a second; under the hand at once.
#pragma once

#include <QElapsedTimer>
#include <QTimer>
#include <optional>

#include "widgets/frame/view.h"
#include "widgets/scope/scope_hand.h"

namespace mhc {

class HeaderButton;

class StreamScope : public View {
  Q_OBJECT

 public:
  explicit StreamScope(const ViewContext& context, QWidget* parent = nullptr);
  ~StreamScope() override;

  QString FigureName() const override { return QStringLiteral("scope"); }
  void DrawFigure(QPainter& painter, double width, double height) override;
  FigureHeights HeightsOfFigure(double width) const override;
  std::vector<std::vector<std::string>> FigureTable() const override;

 protected:
  void Refresh() override;
  void showEvent(QShowEvent* event) override;

 private:
  std::int64_t AskedStep();
  void ShowScope();
  void ShowMissing();
  bool HasScope() const;
  QString Shows() const;
  QString PaperKey(bool has_dots) const;

  ScopeHand hand_;
  QWidget* canvas_ = nullptr;  // from the first picture on
  HeaderButton* fit_ = nullptr;
  bool lacks_opengl_ = false;
  std::optional<ReaderThread::RunKey> shown_run_;  // whose maps the hand has
  std::int64_t shown_step_ = 0;                    // of the snapshot
  std::optional<std::int64_t> asked_step_;         // whose maps are on their way
  QElapsedTimer since_maps_, since_asked_;
  QTimer later_;  // maps that came too soon
};

}  // namespace mhc
