#include "widgets/scope/stream_scope.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <optional>

#include "core/formats/number_text.h"
#include "core/formats/person_text.h"
#include "widgets/frame/header_button.h"
#include "widgets/frame/paper_type.h"
#include "widgets/scope/scope_canvas.h"
#include "widgets/scope/scope_painter.h"

namespace mhc {
namespace {

constexpr int kShortestPause_ms = 500;  // between two pictures of a run that lives
constexpr int kLongestWait_ms = 1000;   // for maps that were asked for
constexpr double kPaperMargin = 4.0;    // points

const QString kBetween = QStringLiteral(" · ");

struct Found {
  StackMaps maps;
  std::int64_t step = 0;
};

// Empty while a part of it is on its way, or where there is none.
std::optional<Found> FindMaps(RunDocument& run, std::int64_t step) {
  const auto find = [&](const char* kind) { return run.SnapshotAt(kind, step); };
  const FetchedSnapshot* const res = find("res_mean");
  const FetchedSnapshot* const pre = find("pre_mean");
  const FetchedSnapshot* const post = find("post_mean");
  const FetchedSnapshot* const rms = find("stream_rms");
  if (!res || !pre || !post || !rms || res->snapshot.shape.size() != 3) return std::nullopt;
  Found found;
  found.step = res->step;
  const std::int64_t sites = res->snapshot.shape[0], streams = res->snapshot.shape[1];
  found.maps = {static_cast<int>(sites), static_cast<int>(streams), res->snapshot.data,
                pre->snapshot.data,      post->snapshot.data,       rms->snapshot.data};
  const auto has = [](const std::vector<float>& data, std::int64_t count) {
    return data.size() == static_cast<std::size_t>(count);
  };
  if (!has(found.maps.res, sites * streams * streams) || !has(found.maps.pre, sites * streams) ||
      !has(found.maps.post, sites * streams) || !has(found.maps.rms, (sites + 1) * streams)) {
    return std::nullopt;
  }
  return found;
}

// Leaves out what reaches beyond the plot: not every vector format cuts what is drawn.
void KeepInside(ScopePicture& picture) {
  constexpr double kSlack = 1.0;
  const double left = picture.plot.left() - kSlack, right = picture.plot.right() + kSlack;
  std::erase_if(picture.ribbons, [&](const ScopeRibbon& ribbon) {
    return ribbon.start.x() < left || ribbon.end.x() > right;
  });
  std::erase_if(picture.dots, [&](const ScopeDot& dot) {
    return dot.centre.x() < left || dot.centre.x() > right;
  });
  for (ScopeBar& bar : picture.bars) {
    bar.rect.setLeft(std::max(bar.rect.left(), picture.plot.left()));
    bar.rect.setRight(std::min(bar.rect.right(), picture.plot.right()));
  }
  std::erase_if(picture.bars, [](const ScopeBar& bar) { return bar.rect.width() <= 0.0; });
}

}  // namespace

StreamScope::StreamScope(const ViewContext& view_context, QWidget* parent)
    : View(view_context, QStringLiteral("streamScope"), tr("Stream scope"), parent),
      hand_(view_context.look) {
  fit_ = new HeaderButton(tr("fit"),
                          tr("Show the whole stack again. The wheel zooms, a drag moves, a click "
                             "chooses the site."),
                          context().look, this);
  AddControl(fit_);
  connect(fit_, &QToolButton::clicked, &hand_, &ScopeHand::Fit);
  const auto offer_fit = [this] { fit_->SetOffered(!hand_.fits()); };
  connect(&hand_, &ScopeHand::spanChanged, this, offer_fit);
  offer_fit();
  connect(&hand_, &ScopeHand::siteChosen, &context().site, &SiteCursor::SetSite);
  connect(&context().look, &Look::changed, &hand_, &ScopeHand::LookChanged);
  later_.setSingleShot(true);
  connect(&later_, &QTimer::timeout, this, &StreamScope::RefreshNow);
}

// The canvas borrows the hand, which goes before the children of a widget do.
StreamScope::~StreamScope() { delete canvas_; }

void StreamScope::Refresh() {
  if (ShowsGeneralState()) return;
  RunDocument& run = *current();
  if (run.configuration().SiteCount() == 0) {
    ShowEmpty(
        tr("This run has one residual stream and no mixing sites: nothing flows between "
           "streams."));
    return;
  }
  hand_.SetSite(context().site.site());
  const StepCursor& cursor = context().step;
  const bool is_new = shown_run_ != run.key();
  const bool by_itself = !is_new && (cursor.plays() || (run.live() && cursor.follows()));
  const qint64 rested = since_maps_.isValid() ? since_maps_.elapsed() : kShortestPause_ms;
  if (by_itself && rested < kShortestPause_ms) {
    if (!later_.isActive()) later_.start(kShortestPause_ms - static_cast<int>(rested));
    return;
  }
  std::optional<Found> found = FindMaps(run, by_itself ? AskedStep() : cursor.step());
  if (!found) {
    ShowMissing();
    return;
  }
  asked_step_.reset();
  const bool same = !is_new && hand_.maps().Same(found->maps);
  shown_run_ = run.key();
  shown_step_ = found->step;
  if (!same) {
    since_maps_.start();
    hand_.SetMaps(std::move(found->maps));
  }
  ShowScope();
}

// Stays until its maps have come: where every step has a snapshot, the newest are always still on
// their way.
std::int64_t StreamScope::AskedStep() {
  if (!asked_step_ || since_asked_.elapsed() > kLongestWait_ms) {
    asked_step_ = context().step.step();
    since_asked_.start();
  }
  return *asked_step_;
}

// The canvas is made when there is something to see: starting OpenGL takes a tenth of a second, and
// a figure needs none.
void StreamScope::ShowScope() {
  if (canvas_ == nullptr && isVisible()) {
    const ScopeCanvas canvas = MakeScopeCanvas(hand_, this);
    canvas_ = canvas.widget;
    lacks_opengl_ = canvas.lacks_opengl;
    SetPicture(canvas_);
  }
  ShowPicture(Shows());
}

void StreamScope::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (HasScope()) ShowScope();
}

bool StreamScope::HasScope() const { return shown_run_ && Reason().isEmpty(); }

void StreamScope::ShowMissing() {
  const RunDocument& run = *current();
  if (ShowsWhenSnapshotsBegin(tr("The streams appear here"), context().step.step())) return;
  if (HasScope() && shown_run_ == run.key()) {
    return;  // the picture stays until the next one has come
  } else {
    ShowLoading();
  }
}

// What matters most comes first: the header leaves out what has no room.
QString StreamScope::Shows() const {
  QStringList parts = {tr("step %1").arg(QString::fromStdString(StepText(shown_step_)))};
  if (lacks_opengl_) parts << tr("drawn without OpenGL");
  parts << tr("width: weight") << tr("strength: RMS");
  if (hand_.maps().HasNegative()) parts << tr("dashed: negative");
  parts << tr("● read ○ write");
  return parts.join(kBetween);
}

FigureHeights StreamScope::HeightsOfFigure(double width) const {
  const double least = 14.0 * hand_.maps().streams + 50.0;
  return {least, std::max(least, std::min(0.6 * width, 30.0 * hand_.maps().streams + 50.0))};
}

void StreamScope::DrawFigure(QPainter& painter, double width, double height) {
  const QFontMetricsF metrics(PaperFont());
  ScopeFrame frame;
  frame.width = width;
  frame.height = height;
  frame.type = metrics.height();
  frame.label_width = ScopeLabelWidth(metrics, hand_.maps(), width);
  frame.line = kPaperLine;
  frame.span = hand_.span();
  ScopePicture picture = DrawScope(hand_.maps(), frame, context().look);
  const QStringList key =
      WrapPaperText(PaperKey(!picture.dots.empty()), width - 2.0 * kPaperMargin);
  frame.top = PaperLineHeight() * static_cast<double>(key.size()) + kPaperMargin;
  picture = DrawScope(hand_.maps(), frame, context().look);
  KeepInside(picture);
  painter.save();
  painter.setPen(context().look.Color(Role::kText));
  double middle = kPaperMargin + 0.5 * PaperLineHeight();
  for (QString line : key) {
    DrawPaperText(painter, {kPaperMargin, middle}, 0.0, line.replace(QChar::Nbsp, ' '));
    middle += PaperLineHeight();
  }
  painter.setFont(PaperFont());
  PaintScope(painter, picture, {});
  painter.restore();
}

// What the header says on the screen; breaks between its parts only.
QString StreamScope::PaperKey(bool has_dots) const {
  QStringList parts = {tr("width: weight"), tr("strength: RMS")};
  if (has_dots) parts << tr("● read") << tr("○ write");
  if (hand_.maps().HasNegative()) parts << tr("dashed: negative");
  for (QString& part : parts) part.replace(' ', QChar::Nbsp);
  return parts.join(QChar::Nbsp + QStringLiteral("· "));
}

std::vector<std::vector<std::string>> StreamScope::FigureTable() const {
  std::vector<std::vector<std::string>> rows = {
      {"step", "quantity", "site", "stream", "from_stream", "value"}};
  const StackMaps& maps = hand_.maps();
  const std::string step = std::to_string(shown_step_);
  const auto add = [&](const char* quantity, int site, int stream, const std::string& from,
                       double value) {
    rows.push_back(
        {step, quantity, std::to_string(site), std::to_string(stream), from, NumberText(value)});
  };
  for (int site = 0; site < maps.sites; ++site) {
    for (int stream = 0; stream < maps.streams; ++stream) {
      for (int from = 0; from < maps.streams; ++from) {
        add("res_mean", site, stream, std::to_string(from), maps.Res(site, stream, from));
      }
      add("pre_mean", site, stream, "", maps.Pre(site, stream));
      add("post_mean", site, stream, "", maps.Post(site, stream));
    }
  }
  // Before each site, and after the last.
  for (int state = 0; state <= maps.sites; ++state) {
    for (int stream = 0; stream < maps.streams; ++stream) {
      add("stream_rms", state, stream, "", maps.Rms(state, stream));
    }
  }
  return rows;
}

}  // namespace mhc
