#include "widgets/depth/stream_plot.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "core/formats/number_text.h"
#include "widgets/depth/depth_sheet.h"
#include "widgets/document/run_snapshots.h"
#include "widgets/frame/header_button.h"
#include "widgets/frame/header_choice.h"
#include "widgets/frame/matrix_canvas.h"
#include "widgets/frame/paper_sheet.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

constexpr int kLeastForMatrix = 440;    // width of a view that shows the matrix of cosines too
constexpr double kMatrixShare = 0.4;    // of the width that it takes at most
constexpr int kHeaderHeight = 28;       // of a view
constexpr double kPaperMatrix = 150.0;  // points, of the cosines beside or below the curves
constexpr int kMatrixLabels = 24;       // around the matrix, beyond a square

// Column `stream` of an array of places × streams.
std::vector<double> StreamOf(const Snapshot& snapshot, std::size_t stream) {
  std::vector<double> values;
  const auto streams = static_cast<std::size_t>(snapshot.shape.back());
  for (std::size_t i = stream; i < snapshot.data.size(); i += streams) {
    values.push_back(snapshot.data[i]);
  }
  return values;
}

double MatrixWidth(double width, double height) {
  return std::min(kMatrixShare * width, height + kMatrixLabels);
}

}  // namespace

StreamPlot::StreamPlot(const ViewContext& view_context, What what)
    : View(view_context, QStringLiteral("streamPlot"), tr("Streams")),
      what_choice_(new HeaderChoice(tr("What is drawn of the streams"), view_context.look, this)) {
  auto* body = new QWidget(this);
  auto* row = new QHBoxLayout(body);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);
  single_ = new DepthPicture(view_context.look, /*panels=*/1, /*is_for_paper=*/false, body);
  pair_ = new DepthPicture(view_context.look, /*panels=*/2, /*is_for_paper=*/false, body);
  matrix_ = new MatrixCanvas(view_context.look, body);
  row->addWidget(single_, 1);
  row->addWidget(pair_, 1);
  row->addWidget(matrix_);
  SetPicture(body);
  what_choice_->setObjectName(QStringLiteral("streamPlotWhat"));
  what_choice_->SetChoices({tr("RMS"), tr("gain"), tr("cosine"), tr("read and write")});
  what_choice_->SetChosen(static_cast<int>(what));
  AddControl(what_choice_);
  auto* other = new HeaderButton(tr("measures"), tr("Show other measures along the depth here"),
                                 view_context.look, this);
  other->setObjectName(objectName() + "Other");
  AddControl(other);
  connect(other, &QToolButton::clicked, this, &StreamPlot::otherRequested);
  connect(what_choice_, &HeaderChoice::chosenByHand, this, &StreamPlot::RefreshNow);
  for (DepthPicture* picture : {single_, pair_}) {
    connect(picture, &DepthPicture::siteChosen, this, [this](int place) {
      // The last position is after the last site.
      const int last = this->what() == What::kReadAndWrite ? places() - 1 : places() - 2;
      context().site.SetSite(std::min(place, last));
    });
    connect(picture, &DepthPicture::pointedAt, this, [this, picture](int place, QPoint where) {
      QToolTip::showText(where, TextAt(place), picture);
    });
  }
}

StreamPlot::What StreamPlot::what() const { return static_cast<What>(what_choice_->chosen()); }

bool StreamPlot::Read(RunSnapshots& snapshots) {
  const Configuration& configuration = current()->configuration();
  switch (what()) {
    case What::kRms:
    case What::kGain:
      return ReadRms(snapshots);
    case What::kCosine:
      return configuration.StreamCount() > 1 && ReadCosine(snapshots);
    case What::kReadAndWrite:
      break;
  }
  return configuration.SiteCount() > 0 && ReadWeights(snapshots);
}

bool StreamPlot::ReadRms(RunSnapshots& snapshots) {
  const auto [found, spread] = snapshots.WithDeviationAt("stream_rms", context().step.step());
  if (found == nullptr) return false;
  shown_step_ = found->step;
  panels_.assign(1, {});
  for (std::int64_t i = 0; i < found->snapshot.shape.back(); ++i) {
    const auto stream = static_cast<std::size_t>(i);
    Curve curve{tr("stream %1").arg(i), StreamOf(found->snapshot, stream), {}, {}};
    // A gain of means has no deviation over tokens.
    const bool is_gain = what() == What::kGain;
    const double unit = is_gain ? curve.values.front() : 1.0;
    for (double& value : curve.values) value /= unit;
    if (spread != nullptr && !is_gain) AddBand(curve, StreamOf(spread->snapshot, stream));
    panels_[0].push_back(std::move(curve));
  }
  return true;
}

// ± the deviation over tokens.
void StreamPlot::AddBand(Curve& curve, const std::vector<double>& deviation) {
  DepthCurve band = CurveWithBand(curve.values, deviation, {});
  curve.low = std::move(band.low);
  curve.high = std::move(band.high);
}

bool StreamPlot::ReadCosine(RunSnapshots& snapshots) {
  if (!cosines_.Read(snapshots, context().step.step())) return false;
  shown_step_ = cosines_.step();
  const StreamCosines::Pairs pairs = cosines_.OfPairs();
  panels_.assign(1, {{tr("mean of pairs"), pairs.mean, pairs.least, pairs.most}});
  return true;
}

bool StreamPlot::ReadWeights(RunSnapshots& snapshots) {
  const std::int64_t step = context().step.step();
  std::vector<std::vector<Curve>> panels;
  struct Kinds {
    const char* mean;
    const char* deviation;
  };
  for (const Kinds& kinds :
       {Kinds{"pre_mean", "pre_deviation"}, Kinds{"post_mean", "post_deviation"}}) {
    const FetchedSnapshot* mean = snapshots.At(kinds.mean, step);
    const FetchedSnapshot* deviation = snapshots.At(kinds.deviation, step);
    if (mean == nullptr || deviation == nullptr) continue;
    shown_step_ = mean->step;
    panels.emplace_back();
    for (std::int64_t i = 0; i < mean->snapshot.shape.back(); ++i) {
      const auto stream = static_cast<std::size_t>(i);
      Curve curve{tr("stream %1").arg(i), StreamOf(mean->snapshot, stream), {}, {}};
      AddBand(curve, StreamOf(deviation->snapshot, stream));
      panels.back().push_back(std::move(curve));
    }
  }
  if (panels.size() < 2) return false;
  panels_ = std::move(panels);
  return true;
}

void StreamPlot::ShowWhyThereIsNothing() {
  const Configuration& configuration = current()->configuration();
  if (what() == What::kReadAndWrite && configuration.SiteCount() == 0) {
    ShowEmpty(
        tr("A residual run reads and writes its one stream with weight 1. Show a run with "
           "mhc or hc to see weights here."));
    return;
  }
  if (what() == What::kCosine && configuration.StreamCount() == 1) {
    ShowEmpty(
        tr("A run of one stream has no pair to compare. Show a run of two or more streams "
           "to see their cosines here."));
    return;
  }
  if (ShowsWhenSnapshotsBegin(tr("The streams at every depth appear here"),
                              context().step.step())) {
    return;
  }
  if (!Ready() || shown_run_ != current()->key()) ShowLoading();
}

void StreamPlot::Refresh() {
  if (ShowsGeneralState()) return;
  RunSnapshots snapshots(*current());
  const bool is_there = Read(snapshots);
  if (!snapshots.error().isEmpty()) {
    ShowError(snapshots.error());
    return;
  }
  if (!is_there) {
    ShowWhyThereIsNothing();
    return;
  }
  shown_run_ = current()->key();
  GiveRoom();
  DepthPicture* picture = what() == What::kReadAndWrite ? pair_ : single_;
  picture->Show(Content(/*is_for_paper=*/false));
  if (what() == What::kCosine) matrix_->Show({CosineMatrix()});
  ShowPicture(ShownText());
}

void StreamPlot::GiveRoom() {
  single_->setVisible(what() != What::kReadAndWrite);
  pair_->setVisible(what() == What::kReadAndWrite);
  matrix_->setVisible(what() == What::kCosine && width() >= kLeastForMatrix);
  matrix_->setFixedWidth(static_cast<int>(MatrixWidth(width(), height() - kHeaderHeight)));
}

void StreamPlot::resizeEvent(QResizeEvent* event) {
  View::resizeEvent(event);
  GiveRoom();
}

int StreamPlot::places() const {
  return panels_.empty() ? 0 : static_cast<int>(panels_[0][0].values.size());
}

int StreamPlot::ShownPlace() const {
  return std::clamp(context().site.site(), 0, std::max(places() - 1, 0));
}

QString StreamPlot::PlaceText(int place) const {
  if (what() == What::kReadAndWrite) return SiteText(place);
  const bool is_last = place == places() - 1;
  return is_last ? tr("after the last site") : tr("before %1").arg(SiteText(place));
}

QString StreamPlot::ShownText() const {
  const QString step = tr("step %1").arg(StepNumber(shown_step_));
  switch (what()) {
    case What::kRms:
      return panels_[0][0].low.empty() ? tr("%1 · token mean").arg(step)
                                       : tr("%1 · token mean, band ± deviation").arg(step);
    case What::kGain:
      return tr("%1 · RMS over that at the input").arg(step);
    case What::kCosine:
      return tr("%1 · mean of pairs, band from least to most alike").arg(step);
    case What::kReadAndWrite:
      break;
  }
  return tr("%1 · token mean, band ± deviation").arg(step);
}

QString StreamPlot::PanelTitle(std::size_t panel) const {
  switch (what()) {
    case What::kRms:
      return tr("RMS of the stream");
    case What::kGain:
      return tr("RMS / RMS at the input");
    case What::kCosine:
      return tr("Cosine between streams");
    case What::kReadAndWrite:
      break;
  }
  return panel == 0 ? tr("Read, H_pre") : tr("Write, H_post");
}

DepthContent StreamPlot::Content(bool is_for_paper) const {
  DepthContent content;
  const auto place = static_cast<std::size_t>(ShownPlace());
  for (std::size_t i = 0; i < panels_.size(); ++i) {
    DepthPanel panel;
    if (is_for_paper || panels_.size() > 1) panel.title = PanelTitle(i);
    if (what() == What::kGain) panel.ideal = 1.0;
    if (what() == What::kGain || what() == What::kCosine) panel.seen = {1.0};
    panel.is_logarithmic_over_decades = what() == What::kRms || what() == What::kGain;
    for (std::size_t stream = 0; stream < panels_[i].size(); ++stream) {
      const Curve& curve = panels_[i][stream];
      const QPen pen = context().look.RunPen(static_cast<int>(stream));
      panel.curves.push_back({curve.values, curve.low, curve.high, pen});
      if (i > 0) continue;
      content.legend.push_back({pen, QString::number(stream), ValueText(curve.values[place])});
    }
    content.panels.push_back(std::move(panel));
  }
  content.legend_of = tr("stream");
  if (content.legend.size() == 1) content.legend.clear();
  if (is_for_paper) {
    content.x_title = what() == What::kReadAndWrite ? tr("site") : tr("position");
  } else {
    content.cursor = ShownPlace();
  }
  const bool has_values = !is_for_paper && panels_.size() == 1;
  for (LegendEntry& entry : content.legend) {
    if (!has_values) entry.value.clear();
  }
  return content;
}

MatrixContent StreamPlot::CosineMatrix() const {
  return cosines_.MatrixAt(ShownPlace(), PlaceText(ShownPlace()));
}

QString StreamPlot::TextAt(int place) const {
  if (place >= places()) return {};
  QStringList lines{what() == What::kReadAndWrite
                        ? SiteText(place)
                        : tr("Position %1, %2").arg(place).arg(PlaceText(place))};
  for (std::size_t i = 0; i < panels_.size(); ++i) {
    if (panels_.size() > 1) lines << PanelTitle(i);
    for (const Curve& curve : panels_[i]) {
      const auto at = static_cast<std::size_t>(place);
      QString value = ValueText(curve.values[at]);
      if (what() != What::kCosine && !curve.high.empty()) {
        value = ValueWithSpread(curve.values[at], curve.high[at] - curve.values[at]);
      } else if (!curve.low.empty()) {
        value =
            tr("%1, from %2 to %3").arg(value, ValueText(curve.low[at]), ValueText(curve.high[at]));
      }
      lines << tr("%1: %2").arg(curve.name, value);
    }
  }
  return lines.join(QStringLiteral("\n"));
}

QString StreamPlot::FigureName() const {
  switch (what()) {
    case What::kRms:
      return QStringLiteral("stream_rms");
    case What::kGain:
      return QStringLiteral("stream_gain");
    case What::kCosine:
      return QStringLiteral("stream_cosine");
    case What::kReadAndWrite:
      break;
  }
  return QStringLiteral("read_write");
}

void StreamPlot::DrawFigure(QPainter& painter, double width, double height) {
  QRectF curves(0.0, 0.0, width, height), matrix;
  if (what() == What::kCosine && width < kWideFigure) {
    curves.setBottom(height - kPaperMatrix);
    matrix = QRectF(0.0, curves.bottom(), width, kPaperMatrix);
  } else if (what() == What::kCosine) {
    curves.setRight(width - kPaperMatrix);
    matrix = QRectF(curves.right(), 0.0, kPaperMatrix, height);
  }
  DrawPaperSheet(painter, Sheet(), context().look, curves);
  if (matrix.isEmpty()) return;
  PaintMatrices(painter, matrix, {CosineMatrix()}, context().look, /*is_for_paper=*/true);
}

FigureHeights StreamPlot::HeightsOfFigure(double width) const {
  if (what() != What::kCosine) return HeightsOf(Sheet(), context().look, width);
  const bool is_wide = width >= kWideFigure;
  FigureHeights heights =
      HeightsOf(Sheet(), context().look, is_wide ? width - kPaperMatrix : width);
  if (is_wide) {
    heights.least = std::max(heights.least, kPaperMatrix);
    heights.usual = std::max(heights.usual, kPaperMatrix);
  } else {
    heights.least += kPaperMatrix;
    heights.usual += kPaperMatrix;
  }
  return heights;
}

PaperSheet StreamPlot::Sheet() const {
  return SheetOf(Content(/*is_for_paper=*/true), context().look);
}

std::vector<std::vector<std::string>> StreamPlot::FigureTable() const {
  std::vector<std::vector<std::string>> table(1);
  table[0].push_back(what() == What::kReadAndWrite ? "site" : "position");
  for (std::size_t i = 0; i < panels_.size(); ++i) {
    const std::string prefix = panels_.size() == 1 ? "" : i == 0 ? "read_" : "write_";
    for (std::size_t stream = 0; stream < panels_[i].size(); ++stream) {
      const std::string name = what() == What::kCosine
                                   ? "mean_cosine_of_pairs"
                                   : prefix + "stream_" + std::to_string(stream);
      table[0].push_back(name);
      if (panels_[i][stream].low.empty()) continue;
      table[0].push_back(name + "_low");
      table[0].push_back(name + "_high");
    }
  }
  for (std::size_t place = 0; place < static_cast<std::size_t>(places()); ++place) {
    std::vector<std::string> row{std::to_string(place)};
    for (const std::vector<Curve>& panel : panels_) {
      for (const Curve& curve : panel) {
        row.push_back(NumberText(curve.values[place]));
        if (curve.low.empty()) continue;
        row.push_back(NumberText(curve.low[place]));
        row.push_back(NumberText(curve.high[place]));
      }
    }
    table.push_back(std::move(row));
  }
  return table;
}

}  // namespace mhc
