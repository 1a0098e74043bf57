#include "widgets/dial/dial_page.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <chrono>
#include <cmath>

#include "widgets/dial/dial_controls.h"
#include "widgets/figures/line_panel.h"
#include "widgets/frame/matrix_canvas.h"
#include "widgets/look/look.h"
#include "widgets/panels/section.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

constexpr std::int64_t kFewTrials = 24;  // under the hand
constexpr int kRest_ms = 150, kAwait_ms = 20;
constexpr int kControlsWidth = 280, kHeaderHeight = 28;
constexpr double kLeastDistance = 1e-16;  // below it ‖P − J‖ is rounding

// Fewer of larger maps, whose singular values take longer.
std::int64_t FewTrials(const DepthStudyOptions& options) {
  const std::int64_t size = std::max<std::int64_t>(1, options.streams / 4);
  return std::clamp<std::int64_t>(kFewTrials / (size * size * size), 1, options.trials);
}

PanelLine LineOf(const std::vector<double>& x, const DepthProfile& profile, const QString& name,
                 const QPen& pen, bool has_band) {
  PanelLine line{name, pen, x, profile.median, {}, {}};
  if (!has_band) return line;
  line.low = profile.p10;
  line.high = profile.p90;
  return line;
}

MatrixContent Content(const Matrix& matrix, const QString& caption) {
  MatrixContent content;
  content.size = static_cast<int>(matrix.rows());
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    for (Eigen::Index j = 0; j < matrix.cols(); ++j) content.entries.push_back(matrix(i, j));
  }
  content.caption = caption;
  content.scale = ScaleOfEntries(content.entries, caption);
  content.describe = [content](const MatrixPlace& place) {
    return DialPage::tr("[%1][%2] = %3")
        .arg(place.row)
        .arg(place.column)
        .arg(ValueText(content.At(place)));
  };
  return content;
}

}  // namespace

DialPage::DialPage(const Look& look, QWidget* parent)
    : QWidget(parent),
      look_(look),
      controls_(new DialControls(look, this)),
      gains_(new LinePanelPlot(look, false, this)),
      distances_(new LinePanelPlot(look, false, this)),
      residuals_(new LinePanelPlot(look, false, this)),
      matrices_(new MatrixCanvas(look, this)) {
  setObjectName(QStringLiteral("dialPage"));
  controls_->setFixedWidth(kControlsWidth);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(1);
  row->addWidget(controls_);
  row->addWidget(MakePlots(), 1);
  rests_.setSingleShot(true);
  rests_.setInterval(kRest_ms);
  awaits_.setInterval(kAwait_ms);
  connect(&rests_, &QTimer::timeout, this, &DialPage::ComputeAll);
  connect(&awaits_, &QTimer::timeout, this, &DialPage::TakeResult);
  connect(controls_, &DialControls::turned, this, &DialPage::Turn);
  connect(&look_, &Look::changed, this, [this] {
    if (!picture_.depths.empty()) Show(picture_);
  });
}

// The study that runs beside refers to nothing here, but its thread ends before we do.
DialPage::~DialPage() {
  if (whole_.valid()) whole_.wait();
}

QWidget* DialPage::Titled(const QString& title, QLabel*& shows, QWidget* body) {
  auto* box = new QWidget(this);
  box->setAutoFillBackground(true);
  box->setBackgroundRole(QPalette::Base);
  auto* header = new QHBoxLayout;
  header->setContentsMargins(8, 2, 8, 2);
  header->setSpacing(8);
  QLabel* name = MakeLabel(look_, Role::kText, box);
  QFont bold = name->font();
  bold.setWeight(QFont::DemiBold);
  name->setFont(bold);
  name->setText(title);
  name->setFixedHeight(kHeaderHeight - 4);
  shows = MakeLabel(look_, Role::kQuietText, box);
  shows->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  header->addWidget(name);
  header->addWidget(shows, 1);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addLayout(header);
  column->addWidget(body, 1);
  return box;
}

QWidget* DialPage::MakePlots() {
  auto* plots = new QWidget(this);
  auto* grid = new QGridLayout(plots);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setSpacing(1);
  grid->addWidget(Titled(tr("Gain against depth"), gains_show_, gains_), 0, 0);
  grid->addWidget(Titled(tr("Matrices"), matrices_show_, matrices_), 0, 1);
  grid->addWidget(Titled(tr("Distance to uniform"), distances_show_, distances_), 1, 0);
  grid->addWidget(Titled(tr("Sinkhorn residual"), residuals_show_, residuals_), 1, 1);
  for (const int i : {0, 1}) {
    grid->setColumnStretch(i, 1);
    grid->setRowStretch(i, 1);
  }
  return plots;
}

void DialPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (picture_.depths.empty()) Turn(false);
}

void DialPage::Turn(bool by_slider) {
  if (!isVisible() && picture_.depths.empty()) return;
  is_stale_ = true;
  const Result<DialInput> input = controls_->Input();
  const Result<DialPicture> few = input ? TurnDial(*input, FewTrials(input->options))
                                        : Result<DialPicture>(tl::unexpected(input.error()));
  controls_->ShowFault(few ? QString() : QString::fromStdString(few.error().message));
  if (!few) return;
  // A hand on the slider wants to see at once; other changes are complete a moment later.
  if (by_slider || input->logits || picture_.depths.empty()) Show(*few);
  if (!input->logits) rests_.start(by_slider ? kRest_ms : 0);
}

void DialPage::ComputeAll() {
  if (whole_.valid()) return rests_.start();  // one at a time; this one is asked for again
  const Result<DialInput> input = controls_->Input();
  if (!input) return;
  is_stale_ = false;
  whole_ = std::async(std::launch::async,
                      [input = *input] { return TurnDial(input, input.options.trials); });
  awaits_.start();
}

void DialPage::TakeResult() {
  if (whole_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
  awaits_.stop();
  Result<DialPicture> picture = whole_.get();
  if (is_stale_) return;
  if (picture) {
    Show(*std::move(picture));
  } else {
    controls_->ShowFault(QString::fromStdString(picture.error().message));
  }
}

void DialPage::Show(DialPicture picture) {
  picture_ = std::move(picture);
  ShowLines();
  ShowMatrices();
  ShowResidual();
}

void DialPage::ShowLines() {
  const bool has_band = picture_.trials > 1;
  const QPen forward = look_.RunPen(0, 1.5);
  QPen backward = look_.RunPen(1, 1.5);
  backward.setStyle(Qt::DashLine);
  LinePanel gains{{}, tr("depth"), {}, {}, true, 1.0, {0.8, 1.25}};
  gains.lines = {LineOf(picture_.depths, picture_.forward, tr("forward"), forward, has_band),
                 LineOf(picture_.depths, picture_.backward, tr("backward"), backward, has_band)};
  gains_->Show(std::move(gains));
  const QString how = has_band ? tr("median of %1 trials, band p10–p90").arg(picture_.trials)
                               : tr("the same map in every layer");
  gains_show_->setText(tr("%1 · forward %2, backward %3")
                           .arg(how, ValueText(picture_.forward.median.back()),
                                ValueText(picture_.backward.median.back())));
  LinePanel distance{{}, tr("depth"), {}, {}, true, std::nullopt, {1.0}};
  distance.lines = {LineOf(picture_.depths, picture_.distance, {}, look_.RunPen(2, 1.5), has_band)};
  for (std::vector<double>* values :
       {&distance.lines[0].y, &distance.lines[0].low, &distance.lines[0].high}) {
    for (double& value : *values) value = std::max(value, kLeastDistance);
  }
  distances_->Show(std::move(distance));
  distances_show_->setText(tr("‖P − J‖₂ of the composite · %1 at the last layer")
                               .arg(ValueText(picture_.distance.median.back())));
}

void DialPage::ShowMatrices() {
  std::vector<MatrixContent> contents;
  contents.push_back(Content(picture_.layer, tr("first layer")));
  if (picture_.composite.allFinite()) {
    contents.push_back(Content(picture_.composite, tr("composite of all layers")));
  }
  matrices_show_->setText(picture_.trials > 0 ? tr("of the first trial") : QString());
  matrices_->Show(std::move(contents));
}

void DialPage::ShowResidual() {
  LinePanel residual{{}, tr("iterations"), {}, {}, true, std::nullopt, {1e-2, 1e-8}};
  if (picture_.residual) {
    std::vector<double> iterations;
    for (std::size_t t = 1; t <= picture_.residual->row_error.size(); ++t) {
      iterations.push_back(static_cast<double>(t));
    }
    QPen rows = look_.RunPen(0, 1.5);
    QPen columns = look_.RunPen(1, 1.5);
    residual.lines = {
        {tr("row error"), rows, iterations, picture_.residual->row_error, {}, {}},
        {tr("column error"), columns, iterations, picture_.residual->column_error, {}, {}}};
    for (PanelLine& line : residual.lines) {
      for (double& value : line.y) value = std::max(value, kLeastDistance);
    }
  }
  residuals_show_->setText(picture_.residual
                               ? tr("of the first layer; what is normalised last is exact")
                               : tr("this map is not made by iterating"));
  residuals_->setVisible(picture_.residual.has_value());
  residuals_->Show(std::move(residual));
}

}  // namespace mhc
