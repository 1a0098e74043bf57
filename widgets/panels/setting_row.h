// One setting that can be changed while a run goes on: its name, its field, "set", and below them
// where its value comes from or what became of the newest request.
//
// Until a hand changes it, the field shows the value in force. Thread rule: the window's thread.
// Lifetime: borrows the look and the sender.
#pragma once

#include <QPointer>
#include <QWidget>
#include <optional>
#include <string>
#include <vector>

#include "widgets/panels/declared_field.h"
#include "widgets/panels/request_sender.h"
#include "widgets/panels/request_state.h"

class QToolButton;

namespace mhc {

class SettingRow : public QWidget {
  Q_OBJECT

 public:
  // `kind` is a row of InterventionKinds().
  SettingRow(const InterventionKind& kind, const Look& look, RequestSender& sender,
             QWidget* parent = nullptr);

  // Shows what holds in a loaded run; disabled where none of its sites has the setting now, hidden
  // where it has no sites that could.
  void Refresh(RunDocument& run, bool steerable);
  // Hidden: there is no run, or none that was read.
  void Clear();

 private:
  // The value in force, and the sites that have the setting; empty where the run has it nowhere.
  struct Holding {
    Value value;
    std::vector<std::int64_t> sites;  // empty: all, or not of sites
    bool sites_differ = false;
  };
  std::optional<Holding> HoldingIn(const RunDocument& run) const;
  // A request that never came into the record.
  struct Refusal {
    QString sentence;
    std::int64_t newest = 0;
  };

  void Set();
  void CheckField();
  void ShowState();
  void TakeSettled(const QString& id, bool applied, const QString& sentence);
  // The newest request for this setting, or constraint that brought a value of it.
  const Intervention* Newest() const;
  bool IsPending() const;

  const InterventionKind& kind_;
  RequestSender& sender_;
  DeclaredField* field_;
  QToolButton* set_;
  RequestState* state_;

  QPointer<RunDocument> run_;  // of the last Refresh
  std::uint64_t run_key_ = 0;
  std::optional<Holding> holding_;
  bool steerable_ = false;
  bool edited_ = false;
  std::string sent_id_;
  std::optional<Refusal> refusal_;
};

}  // namespace mhc
