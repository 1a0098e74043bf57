// Why a run cannot be steered now, with the way out; hidden where it can.
//
// Thread rule: the window's thread. Lifetime: borrows the look.
#pragma once

#include <QLabel>

#include "widgets/document/run_document.h"
#include "widgets/look/look.h"

namespace mhc {

class SteeringNote : public QLabel {
  Q_OBJECT

 public:
  explicit SteeringNote(const Look& look, QWidget* parent = nullptr);

  // Says what holds of the run, which may be none; true where it can be steered.
  // `needs_sites`: a run without mixing sites cannot.
  bool Explain(const RunDocument* run, bool needs_sites);

 Q_SIGNALS:
  void resumeRequested();  // its link was followed

 private:
  const Look& look_;
};

}  // namespace mhc
