#include "widgets/panels/steering_note.h"

#include "core/formats/person_text.h"
#include "widgets/panels/section.h"

namespace mhc {
namespace {

QString Linked(const QString& words) { return "<a href=\"resume\">" + words + "</a>"; }

QString WhyNot(const RunDocument* run, bool needs_sites) {
  if (run == nullptr) {
    return SteeringNote::tr("No run is open. Start one, or open a folder, to steer it.");
  }
  if (!run->error().isEmpty()) {
    return SteeringNote::tr("%1 cannot be read now.").arg(run->Name().toHtmlEscaped());
  }
  if (!run->loaded()) return SteeringNote::tr("Reading the record …");
  if (needs_sites && run->configuration().SiteCount() == 0) {
    return SteeringNote::tr("The connection of this run is residual: it has no mixing sites.");
  }
  if (run->live()) return {};
  const QString step = QString::fromStdString(StepText(run->last_step()));
  const QString resume = Linked(SteeringNote::tr("resume it"));
  switch (run->state()) {
    case RunState::kFinished:
      return SteeringNote::tr(
                 "This run finished at step %1: it can be looked at, and no longer steered.")
          .arg(step);
    case RunState::kStopped:
      return SteeringNote::tr("This run was stopped at step %1: %2 to steer it.").arg(step, resume);
    case RunState::kFailed:
      return SteeringNote::tr("This run failed at step %1: %2 to steer it.").arg(step, resume);
    case RunState::kInterrupted:
      return SteeringNote::tr("This run was interrupted at step %1: %2 to steer it.")
          .arg(step, resume);
    case RunState::kCreated:
      return SteeringNote::tr("This run has not begun: %1 to steer it.").arg(resume);
    case RunState::kRunning:
    case RunState::kPaused:
      break;
  }
  return {};
}

}  // namespace

SteeringNote::SteeringNote(const Look& look, QWidget* parent) : QLabel(parent), look_(look) {
  setFont(SmallerFont(font()));
  setTextFormat(Qt::RichText);
  setWordWrap(true);
  setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
  connect(this, &QLabel::linkActivated, this, &SteeringNote::resumeRequested);
  const auto color = [this] {
    SetTextColor(*this, look_.Color(Role::kQuietText));
    QPalette linked = palette();
    linked.setColor(QPalette::Link, look_.Color(Role::kAccentText));
    setPalette(linked);
    // Links are coloured when the text is set.
    const QString said = text();
    clear();
    setText(said);
  };
  connect(&look, &Look::changed, this, color);
  color();
}

bool SteeringNote::Explain(const RunDocument* run, bool needs_sites) {
  const QString why = WhyNot(run, needs_sites);
  if (why != text()) setText(why);
  setToolTip(run ? run->error() : QString());
  setVisible(!why.isEmpty());
  return why.isEmpty();
}

}  // namespace mhc
