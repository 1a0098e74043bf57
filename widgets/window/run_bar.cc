#include "widgets/window/run_bar.h"

#include <QToolButton>
#include <array>

#include "widgets/look/look.h"
#include "widgets/panels/glyphs.h"

namespace mhc {
namespace {

struct Place {
  const char* action;
  Sign sign;
  bool begins_group;
};

constexpr std::array kPlaces = {
    Place{"actionNewRun", Sign::kNew, false},
    Place{"actionOpenRun", Sign::kOpen, false},
    Place{"actionPause", Sign::kHalt, true},
    Place{"actionStep", Sign::kForward, false},
    Place{"actionCheckpoint", Sign::kCheckpoint, false},
    Place{"actionStop", Sign::kStop, false},
    Place{"actionExport", Sign::kExport, true},
};
constexpr int kSearchWidth = 200;

}  // namespace

RunBar::RunBar(ActionRegistry& actions, const Look& look, QWidget* parent)
    : QToolBar(tr("Run"), parent), actions_(actions), look_(look), search_(new QToolButton(this)) {
  setObjectName(QStringLiteral("runBar"));
  setMovable(false);
  setIconSize(QSize(16, 16));
  setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  for (const Place& place : kPlaces) {
    if (place.begins_group) addSeparator();
    QAction* action = actions_.Find(place.action);
    action->setIconVisibleInMenu(false);
    addAction(action);
  }
  auto* room = new QWidget(this);
  room->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  addWidget(room);
  QAction* palette = actions_.Find(QStringLiteral("actionPalette"));
  search_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  search_->setText(
      tr("Search every action    %1").arg(palette->shortcut().toString(QKeySequence::NativeText)));
  search_->setToolTip(palette->toolTip());
  search_->setMinimumWidth(kSearchWidth);
  connect(search_, &QToolButton::clicked, palette, &QAction::trigger);
  addWidget(search_);
  connect(&look_, &Look::changed, this, &RunBar::ShowSigns);
  ShowSigns();
}

void RunBar::SetPaused(bool paused) {
  if (paused == paused_) return;
  paused_ = paused;
  ShowSigns();
}

void RunBar::ShowSigns() {
  for (const Place& place : kPlaces) {
    const bool goes_on = paused_ && place.sign == Sign::kHalt;
    actions_.Find(place.action)->setIcon(SignIcon(goes_on ? Sign::kPlay : place.sign, look_));
  }
  search_->setIcon(SignIcon(Sign::kSearch, look_));
  search_->setStyleSheet(
      QStringLiteral("QToolButton { border: 1px solid %1; background: %2; color: %3; }"
                     "QToolButton:hover { border-color: %3; }")
          .arg(look_.Color(Role::kBorder).name(), look_.Color(Role::kSurface).name(),
               look_.Color(Role::kQuietText).name()));
}

}  // namespace mhc
