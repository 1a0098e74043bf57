#include "widgets/panels/tour_strip.h"

#include <QHBoxLayout>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/manifold/mixing_constraint.h"
#include "widgets/look/primary_button.h"
#include "widgets/panels/section.h"
#include "widgets/words/number_words.h"
#include "widgets/words/record_words.h"

namespace mhc {
namespace {

constexpr auto kPreset = "first-look";
constexpr auto kGain = "composite_forward_gain";
constexpr double kHasLeft = 2.0;  // the gain, or its inverse: no more a matter of digits
constexpr int kLines = 2;         // of text, so that the views stay where they are
constexpr int kDigits = 3;

// NaN where none was measured.
double GainAt(const RunDocument& run, std::int64_t step) {
  std::int64_t found = 0;
  double gain = std::numeric_limits<double>::quiet_NaN();
  run.Of(kGain).LastFinite(step, found, gain);
  return gain;
}

// The newest change of the constraint of all sites that was applied and holds.
const Intervention* NewestChange(const RunDocument& run) {
  const auto& past = run.interventions();
  const auto newest = std::find_if(past.rbegin(), past.rend(), [](const Intervention& row) {
    return row.applied && !row.undone && row.request.kind == "constraint" &&
           row.request.sites.empty();
  });
  return newest == past.rend() ? nullptr : &*newest;
}

// True where the product of maps of that constraint stays where its factors are.
bool Holds(const Intervention& change) {
  const auto choice = ParseConstraint(change.value_text);
  return choice && Guarantees(*choice).rows;
}

}  // namespace

TourStrip::TourStrip(const ViewContext& context, RequestSender& sender, QWidget* parent)
    : QWidget(parent), context_(context), sender_(sender) {
  setObjectName("tourStrip");
  text_ = MakeLabel(context.look, Role::kText, this);
  text_->setObjectName("tourText");
  text_->setWordWrap(true);
  text_->setMinimumHeight(kLines * text_->fontMetrics().lineSpacing());
  text_->setAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  button_ = new QPushButton(this);
  button_->setObjectName("tourButton");
  MakePrimary(*button_);
  QSizePolicy keeps = button_->sizePolicy();
  keeps.setRetainSizeWhenHidden(true);
  button_->setSizePolicy(keeps);
  close_ = new QPushButton(tr("Close"), this);
  close_->setObjectName("tourClose");
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(12, 6, 12, 7);
  row->setSpacing(8);
  row->addWidget(text_, 1);
  row->addWidget(button_);
  row->addWidget(close_);
  connect(button_, &QPushButton::clicked, this, &TourStrip::Ask);
  connect(close_, &QPushButton::clicked, this, [this] {
    if (context_.runs.current() != nullptr) closed_ = context_.runs.current()->key();
    Refresh();
  });
  connect(&sender_, &RequestSender::settled, this,
          [this](const QString&, bool applied, const QString& sentence) {
            refusal_ = applied ? QString() : sentence;
            Refresh();
          });
  for (const auto change : {&RunSelection::recordChanged, &RunSelection::currentChanged}) {
    connect(&context_.runs, change, this, &TourStrip::Refresh);
  }
  connect(&sender_, &RequestSender::pendingChanged, this, &TourStrip::Refresh);
  Refresh();
}

void TourStrip::Refresh() {
  const RunDocument* run = context_.runs.current();
  const bool is_tour = run != nullptr && run->loaded() && run->configuration().name == kPreset &&
                       closed_ != run->key();
  setVisible(is_tour);
  if (!is_tour) return;
  const Intervention* change = NewestChange(*run);
  const auto pending = sender_.PendingOf(*run);
  if (!pending.empty()) {
    Say(tr("Asked for: %1. The engine takes it between two steps.").arg(pending.back().text), {});
  } else if (change != nullptr && Holds(*change)) {
    ShowHeld(*run, *change);
  } else {
    ShowFree(*run);
  }
}

void TourStrip::ShowFree(const RunDocument& run) {
  asks_for_ = "sinkhorn";
  const std::int64_t step = run.last_step();
  const double gain = GainAt(run, step);
  const auto sites = run.configuration().SiteCount();
  const bool has_left = gain >= kHasLeft || gain <= 1.0 / kHasLeft;
  if (!has_left) {
    Say(tr("Nothing holds the matrices that mix this run's %1 streams: these are hyper-connections "
           "without the manifold. Watch the lens leave the identity, and the composite gain, the "
           "product of all %2 sites, leave 1. Now: %3.")
            .arg(run.configuration().StreamCount())
            .arg(sites)
            .arg(std::isnan(gain) ? QStringLiteral("–") : ValueText(gain, kDigits)),
        {});
    return;
  }
  const QString what =
      tr("The composite gain has left 1: what passes all %1 sites comes out %2 times as large. "
         "Sinkhorn makes every matrix doubly stochastic, and their product too.")
          .arg(sites)
          .arg(ValueText(gain, kDigits));
  if (!run.live()) {
    Say(what + ' ' + tr("The run has ended; resume it to go on."), {});
    return;
  }
  Say(what, tr("Bring it back"));
}

void TourStrip::ShowHeld(const RunDocument& run, const Intervention& change) {
  asks_for_ = "unconstrained";
  const double before = GainAt(run, change.step), now = GainAt(run, run.last_step());
  const QString text =
      run.last_step() > change.step
          ? tr("Brought back at step %1: the composite gain was %2 and is %3. The same flag marks "
               "the step in every curve; the panel at the right does this with any map, site by "
               "site.")
                .arg(StepNumber(change.step), ValueText(before, kDigits), ValueText(now))
          : tr("Brought back at step %1.").arg(StepNumber(change.step));
  Say(text, run.live() ? tr("Let it go again") : QString());
}

void TourStrip::Say(const QString& text, const QString& button) {
  const QString said = refusal_.isEmpty() ? text : refusal_;
  if (said != text_->text()) text_->setText(said);
  SetTextColor(*text_, context_.look.Color(refusal_.isEmpty() ? Role::kText : Role::kBad));
  if (!button.isEmpty() && button != button_->text()) button_->setText(button);
  button_->setVisible(!button.isEmpty());
}

void TourStrip::Ask() {
  RunDocument* run = context_.runs.current();
  if (run == nullptr || !run->loaded() || asks_for_ == nullptr) return;
  const auto request =
      MakeRequest(run->configuration(), "constraint", asks_for_, std::nullopt, "match_matrix");
  if (request) {
    const auto id = sender_.Send(*run, *request);
    refusal_ = id ? QString() : QString::fromStdString(id.error().message);
  } else {
    refusal_ = QString::fromStdString(request.error().message);
  }
  Refresh();
}

void TourStrip::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), context_.look.Color(Role::kSurface));
  painter.setPen(context_.look.Color(Role::kBorder));
  painter.drawLine(rect().bottomLeft(), rect().bottomRight());
}

}  // namespace mhc
