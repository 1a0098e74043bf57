#include "widgets/matrices/matrix_lens.h"

#include <algorithm>
#include <cmath>

#include "core/formats/number_text.h"
#include "core/manifold/mixing_constraint.h"
#include "widgets/document/run_snapshots.h"
#include "widgets/frame/header_choice.h"
#include "widgets/frame/matrix_canvas.h"
#include "widgets/frame/site_stepper.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

constexpr int kTitleRoom = 160;              // of the header, with the spaces between its parts
constexpr double kNegligible = 1e-6;         // below zero, from rounding
constexpr double kLooksLikeIdentity = 0.01;  // of the entries' distance from it

// A constraint that this program does not know may have any sign.
bool MayBeNegative(const std::string& constraint) {
  const auto choice = ChooseConstraint(constraint);
  return !choice || !Guarantees(*choice).non_negative;
}

const char* KindOf(MatrixLens::Beside beside) {
  switch (beside) {
    case MatrixLens::Beside::kPrefix:
      return "prefix_mean";
    case MatrixLens::Beside::kSuffix:
      return "suffix_mean";
    case MatrixLens::Beside::kDeviation:
      return "res_deviation";
    case MatrixLens::Beside::kTokenMeanProduct:
      break;
  }
  return "token_mean_product";
}

int SizeOf(const Snapshot& snapshot) { return static_cast<int>(snapshot.shape.back()); }

// "row 2 sums to 1.0000 …"; nothing where the place is no sum.
QString SumText(const MatrixContent& matrix, const MatrixPlace& place) {
  const QString sum = ValueText(matrix.At(place), 5);
  if (place.column == matrix.size) {
    return MatrixLens::tr(
               "Row %1 sums to %2: what stream %1 takes in all (1 keeps a signal's size)")
        .arg(place.row)
        .arg(sum);
  }
  return MatrixLens::tr(
             "Column %1 sums to %2: what stream %1 gives in all (1 keeps a gradient's "
             "size)")
      .arg(place.column)
      .arg(sum);
}

bool IsSum(const MatrixContent& matrix, const MatrixPlace& place) {
  return place.row == matrix.size || place.column == matrix.size;
}

// Of every entry of n×n matrices from the identity's.
double FarthestFromIdentity(const Snapshot& matrices) {
  const std::int64_t n = matrices.shape.back();
  double farthest = 0.0;
  for (std::size_t i = 0; i < matrices.data.size(); ++i) {
    const auto place = static_cast<std::int64_t>(i) % (n * n);
    const double ideal = place / n == place % n ? 1.0 : 0.0;
    const double distance = std::abs(matrices.data[i] - ideal);
    // What is not finite is far from everything.
    if (!(distance <= farthest)) farthest = std::isnan(distance) ? INFINITY : distance;
  }
  return farthest;
}

QString BesideText(MatrixLens::Beside what, const MatrixPlace& place, double value, int first_site,
                   int last_site) {
  QString text;
  switch (what) {
    case MatrixLens::Beside::kPrefix:
    case MatrixLens::Beside::kSuffix:
      return MatrixLens::tr(
                 "[%1][%2] = %3, mean over tokens: what stream %1 after site %4 holds of "
                 "stream %2 before site %5")
          .arg(place.row)
          .arg(place.column)
          .arg(ValueText(value, 5))
          .arg(last_site)
          .arg(first_site);
    case MatrixLens::Beside::kDeviation:
      text = MatrixLens::tr("H[%1][%2] has a standard deviation of %3 over tokens");
      break;
    case MatrixLens::Beside::kTokenMeanProduct:
      text = MatrixLens::tr(
          "[%1][%2] = %3 in the product of the token means of all sites, which is "
          "not the composite");
  }
  return text.arg(place.row).arg(place.column).arg(ValueText(value, 5));
}

}  // namespace

MatrixLens::MatrixLens(const ViewContext& view_context, Beside beside, std::optional<Shows> shows)
    : View(view_context, QStringLiteral("matrixLens"), tr("Matrix lens")),
      canvas_(new MatrixCanvas(view_context.look, this)),
      stepper_(new SiteStepper(view_context.site, view_context.look, this)),
      beside_choice_(new HeaderChoice(tr("The matrix at the right"), view_context.look, this)),
      shows_choice_(new HeaderChoice(tr("The matrices themselves or their difference from the "
                                        "identity, and how colours go with numbers"),
                                     view_context.look, this)),
      finds_difference_(!shows) {
  SetPicture(canvas_);
  canvas_->setAccessibleName(tr("Matrices at the site"));
  beside_choice_->setObjectName(QStringLiteral("matrixLensBeside"));
  beside_choice_->SetChoices({tr("composite from the first site"), tr("composite to the last site"),
                              tr("deviation over tokens"), tr("product of token means")});
  beside_choice_->SetChosen(static_cast<int>(beside));
  beside_choice_->SetTexts(BesideCaption(), BesideBrief());
  shows_choice_->setObjectName(QStringLiteral("matrixLensShows"));
  shows_choice_->SetChoices({tr("H"), tr("H − I, the difference from the identity"),
                             tr("H, logarithmic colours"), tr("H − I, logarithmic colours")});
  shows_choice_->SetChosen(static_cast<int>(shows.value_or(Shows::kMatrix)));
  connect(shows_choice_, &HeaderChoice::chosenByHand, this, [this] {
    finds_difference_ = false;
    RefreshNow();
  });
  AddControl(stepper_);
  AddControl(shows_choice_);
  AddControl(beside_choice_);
  connect(beside_choice_, &HeaderChoice::chosenByHand, this, &MatrixLens::RefreshNow);
}

MatrixLens::Beside MatrixLens::beside() const {
  return static_cast<Beside>(beside_choice_->chosen());
}

MatrixLens::Shows MatrixLens::shows() const { return static_cast<Shows>(shows_choice_->chosen()); }

bool MatrixLens::shows_difference() const {
  return shows() == Shows::kDifference || shows() == Shows::kDifferenceInLogarithms;
}

void MatrixLens::FindWhatToShow(const Snapshot& mean, const Snapshot& other) {
  if (finds_difference_) {
    double farthest = FarthestFromIdentity(mean);
    if (beside() != Beside::kDeviation) {
      farthest = std::max(farthest, FarthestFromIdentity(other));
    }
    const bool looks_like_identity = farthest <= kLooksLikeIdentity;
    shows_choice_->SetChosen(
        static_cast<int>(looks_like_identity ? Shows::kDifference : Shows::kMatrix));
  }
  const bool is_logarithmic =
      shows() == Shows::kMatrixInLogarithms || shows() == Shows::kDifferenceInLogarithms;
  const QString what = shows_difference() ? tr("H − I") : tr("H");
  shows_choice_->SetTexts(is_logarithmic ? tr("%1, log").arg(what) : what,
                          is_logarithmic ? tr("%1, log").arg(what) : what);
}

void MatrixLens::Dress(MatrixContent& matrix, bool is_map) const {
  if (is_map && shows_difference()) {
    for (int i = 0; i < matrix.size; ++i) {
      matrix.entries[matrix.IndexOf(i, i)] -= 1.0;
    }
    matrix.ideal_sum = 0.0;
    matrix.caption = tr("%1 − I").arg(matrix.caption);
    matrix.scale = {ColorScale::Kind::kSigned, RoundLimit(matrix.entries, 0.0), {}, false};
  }
  const bool is_logarithmic =
      shows() == Shows::kMatrixInLogarithms || shows() == Shows::kDifferenceInLogarithms;
  if (is_logarithmic) matrix.scale = Logarithmic(matrix.scale, matrix.entries);
}

QString MatrixLens::BesideCaption() const {
  switch (beside()) {
    case Beside::kPrefix:
      return tr("composite 0…%1").arg(stepper_->site());
    case Beside::kSuffix:
      return tr("composite %1…%2").arg(stepper_->site()).arg(sites_ - 1);
    case Beside::kDeviation:
      return tr("deviation over tokens");
    case Beside::kTokenMeanProduct:
      break;
  }
  return tr("product of token means");
}

// For a narrow header.
QString MatrixLens::BesideBrief() const {
  if (beside() == Beside::kPrefix) return tr("0…%1").arg(stepper_->site());
  if (beside() == Beside::kSuffix) return tr("%1…%2").arg(stepper_->site()).arg(sites_ - 1);
  return BesideLabel();
}

// Of its colour bar.
QString MatrixLens::BesideLabel() const {
  if (beside() == Beside::kDeviation) return tr("deviation");
  return beside() == Beside::kTokenMeanProduct ? tr("product") : tr("composite");
}

void MatrixLens::ShowWhyThereIsNothing() {
  const Configuration& configuration = current()->configuration();
  if (configuration.SiteCount() == 0) {
    ShowEmpty(
        tr("A residual run has no mixing matrices: its one stream is carried as it is. Show "
           "a run with mhc or hc to see its matrices here."));
    return;
  }
  if (ShowsWhenSnapshotsBegin(tr("The matrices of every site appear here"),
                              context().step.step())) {
    return;
  }
  if (!Ready() || shown_run_ != current()->key()) ShowLoading();
}

// What the right matrix is comes before the long name of the site.
void MatrixLens::ShareHeader() {
  const int room = width() - kTitleRoom - stepper_->minimumSizeHint().width() -
                   shows_choice_->sizeHint().width();
  beside_choice_->SetKeepsFull(beside_choice_->sizeHint().width() <= room);
}

void MatrixLens::resizeEvent(QResizeEvent* event) {
  View::resizeEvent(event);
  ShareHeader();
}

void MatrixLens::Refresh() {
  if (ShowsGeneralState()) return;
  RunDocument& run = *current();
  sites_ = static_cast<int>(run.configuration().SiteCount());
  stepper_->SetSites(sites_);
  beside_choice_->SetTexts(BesideCaption(), BesideBrief());
  ShareHeader();
  stepper_->setVisible(sites_ > 0);
  beside_choice_->setVisible(sites_ > 0);
  shows_choice_->setVisible(sites_ > 0);
  const std::int64_t step = context().step.step();
  RunSnapshots snapshots(run);
  const FetchedSnapshot* mean = nullptr;
  const FetchedSnapshot* deviation = nullptr;
  const FetchedSnapshot* other = nullptr;
  if (sites_ > 0) {
    mean = snapshots.At("res_mean", step);
    deviation = snapshots.At("res_deviation", step);
    other = snapshots.At(KindOf(beside()), step);
  }
  if (!snapshots.error().isEmpty()) {
    ShowError(snapshots.error());
    return;
  }
  if (mean == nullptr || deviation == nullptr || other == nullptr) {
    ShowWhyThereIsNothing();
    return;
  }
  shown_run_ = run.key();
  shown_step_ = mean->step;
  FindWhatToShow(mean->snapshot, other->snapshot);
  MatrixContent left = SiteMatrix(*mean, *deviation), right = BesideMatrix(*other);
  const bool is_map = beside() != Beside::kDeviation;
  Dress(left, /*is_map=*/true);
  Dress(right, is_map);
  const bool is_one_scale = left.scale == right.scale;
  const QString of = shows_difference() ? tr("%1 − I") : QStringLiteral("%1");
  left.scale.label = is_one_scale ? tr("entries") : of.arg(tr("H_res"));
  right.scale.label = is_one_scale ? tr("entries") : is_map ? of.arg(BesideLabel()) : BesideLabel();
  QString note;
  if (finds_difference_ && shows_difference()) {
    note = tr("All maps are within 0.01 of the identity: H − I is shown");
  }
  canvas_->Show({std::move(left), std::move(right)}, note);
  ShowPicture(tr("step %1").arg(StepNumber(shown_step_)));
}

MatrixContent MatrixLens::SiteMatrix(const FetchedSnapshot& mean,
                                     const FetchedSnapshot& deviation) const {
  MatrixContent matrix;
  const int site = stepper_->site();
  matrix.size = SizeOf(mean.snapshot);
  matrix.entries = MatrixEntries(mean.snapshot, site);
  matrix.caption = shows_difference() ? tr("H_res") : tr("H_res, token mean");
  matrix.scale = ScaleOf(matrix.entries, AreNonNegative(site, site));
  const std::vector<double> deviations = MatrixEntries(deviation.snapshot, site);
  matrix.describe = [matrix, deviations](const MatrixPlace& place) {
    if (IsSum(matrix, place)) return SumText(matrix, place);
    const double spread = deviations[matrix.IndexOf(place.row, place.column)];
    return tr("H[%1][%2] = %3 over tokens: what stream %1 takes from stream %2")
        .arg(place.row)
        .arg(place.column)
        .arg(ValueWithSpread(matrix.At(place), spread, 5));
  };
  return matrix;
}

MatrixContent MatrixLens::BesideMatrix(const FetchedSnapshot& snapshot) const {
  MatrixContent matrix;
  const int site = stepper_->site();
  matrix.size = SizeOf(snapshot.snapshot);
  matrix.entries = MatrixEntries(snapshot.snapshot, site);
  matrix.caption = BesideCaption();
  const int first = beside() == Beside::kSuffix ? site : 0;
  const int last = beside() == Beside::kPrefix ? site : sites_ - 1;
  if (beside() == Beside::kDeviation) {
    matrix.has_sums = false;
    matrix.scale.limit = RoundLimit(matrix.entries, 0.0);
  } else {
    matrix.scale = ScaleOf(matrix.entries, AreNonNegative(first, last));
  }
  matrix.describe = [matrix, what = beside(), first, last](const MatrixPlace& place) {
    return IsSum(matrix, place) ? SumText(matrix, place)
                                : BesideText(what, place, matrix.At(place), first, last);
  };
  return matrix;
}

bool MatrixLens::AreNonNegative(int first_site, int last_site) const {
  // A snapshot at the step of a change still shows the maps before it.
  const std::vector<std::string> names = current()->ConstraintsAt(shown_step_ - 1);
  for (int site = first_site; site <= last_site; ++site) {
    if (site >= static_cast<int>(names.size())) return false;
    if (MayBeNegative(names[static_cast<std::size_t>(site)])) return false;
  }
  return true;
}

ColorScale MatrixLens::ScaleOf(const std::vector<double>& entries, bool is_non_negative) const {
  const bool has_negative = std::any_of(entries.begin(), entries.end(),
                                        [](double entry) { return entry < -kNegligible; });
  if (is_non_negative && !has_negative) {
    return {ColorScale::Kind::kNonNegative, 1.0, {}, false};
  }
  return {ColorScale::Kind::kSigned, RoundLimit(entries), {}, false};
}

QString MatrixLens::FigureName() const {
  return shows_difference() ? QStringLiteral("matrix_difference") : QStringLiteral("matrix");
}

void MatrixLens::DrawFigure(QPainter& painter, double width, double height) {
  PaintMatrices(painter, QRectF(0.0, 0.0, width, height), PaperMatrices(), context().look,
                /*is_for_paper=*/true);
}

FigureHeights MatrixLens::HeightsOfFigure(double width) const {
  return HeightsOfMatrices(PaperMatrices(), width);
}

// A paper does not have the header, which says the site.
std::vector<MatrixContent> MatrixLens::PaperMatrices() const {
  std::vector<MatrixContent> matrices = canvas_->matrices();
  if (!matrices.empty()) {
    matrices.front().caption = (shows_difference() ? tr("H_res − I of site %1, token mean")
                                                   : tr("H_res of site %1, token mean"))
                                   .arg(stepper_->site());
  }
  return matrices;
}

std::vector<std::vector<std::string>> MatrixLens::FigureTable() const {
  std::vector<std::vector<std::string>> table(1,
                                              {"matrix", "output_stream", "input_stream", "value"});
  for (const MatrixContent& matrix : canvas_->matrices()) {
    const bool is_first = &matrix == &canvas_->matrices().front();
    const int last = matrix.has_sums ? matrix.size : matrix.size - 1;
    for (int row = 0; row <= last; ++row) {
      for (int column = 0; column <= last; ++column) {
        if (row == matrix.size && column == matrix.size) continue;
        const auto name = [&](int i) {
          return i == matrix.size ? std::string("sum") : std::to_string(i);
        };
        std::string of = is_first ? "res_mean" : KindOf(beside());
        if (matrix.ideal_sum == 0.0) of += " minus identity";
        table.push_back({of, name(row), name(column), NumberText(matrix.At({row, column}))});
      }
    }
  }
  return table;
}

}  // namespace mhc
