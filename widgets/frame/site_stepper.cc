#include "widgets/frame/site_stepper.h"

#include <QHBoxLayout>
#include <algorithm>

#include "widgets/frame/header_choice.h"

namespace mhc {
namespace {

constexpr int kCloser = -6;  // the buttons' own padding is room enough

}  // namespace

SiteStepper::SiteStepper(SiteCursor& cursor, const Look& look, QWidget* parent)
    : QWidget(parent),
      cursor_(cursor),
      back_(new HeaderButton(tr("‹"), tr("Previous site"), look, this)),
      choice_(new HeaderChoice(tr("The site that all views show"), look, this)),
      on_(new HeaderButton(tr("›"), tr("Next site"), look, this)) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(kCloser);
  setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
  for (QWidget* part :
       {static_cast<QWidget*>(back_), static_cast<QWidget*>(choice_), static_cast<QWidget*>(on_)}) {
    row->addWidget(part);
  }
  back_->setObjectName(QStringLiteral("previousSite"));
  choice_->setObjectName(QStringLiteral("siteChoice"));
  on_->setObjectName(QStringLiteral("nextSite"));
  connect(back_, &QToolButton::clicked, this, [this] { Go(-1); });
  connect(on_, &QToolButton::clicked, this, [this] { Go(+1); });
  connect(choice_, &HeaderChoice::chosenByHand, &cursor_, &SiteCursor::SetSite);
  connect(&cursor_, &SiteCursor::changed, this, &SiteStepper::ShowSite);
  ShowSite();
}

int SiteStepper::site() const { return std::clamp(cursor_.site(), 0, std::max(sites_ - 1, 0)); }

void SiteStepper::SetSites(int sites) {
  if (sites == sites_) return;
  sites_ = sites;
  ShowSite();
}

void SiteStepper::Go(int sites) {
  cursor_.SetSite(std::clamp(site() + sites, 0, std::max(sites_ - 1, 0)));
}

void SiteStepper::ShowSite() {
  QStringList names;
  for (int i = 0; i < std::max(sites_, 1); ++i) names << SiteText(i);
  choice_->SetChoices(names);
  choice_->SetChosen(site());
  choice_->SetTexts(SiteText(site()), tr("site %1").arg(site()));
  back_->setEnabled(site() > 0);
  on_->setEnabled(site() + 1 < sites_);
}

}  // namespace mhc
