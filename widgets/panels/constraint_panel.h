// Puts another constraint on the sites of the current run: the map with its options, the sites, the
// transfer; and what became of the newest such request, whoever made it.
//
// Until a hand changes it, the form shows what holds now at the first of its sites. Thread rule:
// the window's thread. Lifetime: borrows the context and the sender.
#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "widgets/document/refresher.h"
#include "widgets/document/view_context.h"
#include "widgets/panels/map_options.h"
#include "widgets/panels/request_sender.h"
#include "widgets/panels/request_state.h"
#include "widgets/panels/steering_note.h"

class QComboBox;
class QLineEdit;
class QPushButton;

namespace mhc {

class ConstraintPanel : public QWidget {
  Q_OBJECT

 public:
  ConstraintPanel(const ViewContext& context, RequestSender& sender, QWidget* parent = nullptr);

 Q_SIGNALS:
  void resumeRequested(RunDocument* run);

 protected:
  void keyPressEvent(QKeyEvent* event) override;  // Enter applies

 private:
  // A request that never came into the record: not placed, or withdrawn.
  struct Refusal {
    QString change, sentence;
    std::int64_t newest = 0;  // the newest outcome when it was made; a newer one takes its place
  };

  void Build();
  QWidget* BuildForm();
  void ConnectForm();
  void Refresh();
  void OfferConstraints(int streams);
  void ShowWhatHolds();
  void ShowOptions(const ConstraintChoice& choice);
  void ChooseConstraintOf(int index);
  void TakeEdit();
  void CheckForm();
  void OfferTransfers(const ConstraintChoice& choice);
  void ShowState();
  void Apply();
  void Refuse(const QString& change, const QString& sentence);

  RunDocument* current() const { return context_.runs.current(); }
  // Empty for all; error where the text is no list of sites of the run.
  Result<std::vector<std::int64_t>> Sites() const;
  Result<Transfer> ChosenTransfer() const;
  Result<InterventionRequest> Request() const;

  const ViewContext context_;
  RequestSender& sender_;
  Refresher* refresher_ = nullptr;
  SteeringNote* why_not_ = nullptr;
  QWidget* form_ = nullptr;
  QComboBox* choice_ = nullptr;
  QLineEdit* sites_ = nullptr;
  QComboBox* transfer_ = nullptr;
  DeclaredField* blend_steps_ = nullptr;
  QLabel* blend_label_ = nullptr;
  MapOptions* options_ = nullptr;
  QLabel* now_ = nullptr;  // where the sites differ
  QString fault_;          // of the form; empty where it can be applied
  QPushButton* apply_ = nullptr;
  RequestState* state_ = nullptr;

  std::uint64_t run_ = 0;                  // whose form this is
  std::vector<ConstraintChoice> choices_;  // that hold in the run now, one a site
  std::optional<ConstraintChoice> shown_;  // that the form was filled with
  bool edited_ = false;                    // by a hand since then
  std::string sent_id_;                    // of the request that is on its way
  QString sent_change_;
  std::optional<Refusal> refusal_;
};

}  // namespace mhc
