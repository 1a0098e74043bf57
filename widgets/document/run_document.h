// One run as the window sees it: everything that its record holds, kept current by the reader
// thread. A live run and a saved one are the same.
//
// Thread rule: the window's thread. Lifetime: borrows the ReaderThread.
#pragma once

#include <QObject>
#include <QString>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "widgets/document/reader_thread.h"
#include "widgets/document/series.h"

namespace mhc {

class RunDocument : public QObject {
  Q_OBJECT

 public:
  RunDocument(ReaderThread& reader, std::filesystem::path run, QObject* parent = nullptr);
  ~RunDocument() override;

  const std::filesystem::path& path() const { return path_; }
  QString Name() const;  // the folder's name
  ReaderThread::RunKey reader_key() const { return reader_key_; }
  // What a view that keeps something of the run keeps it by: another one whenever the record is
  // read from its beginning again, since then nothing that was read before need hold.
  std::uint64_t key() const { return key_; }

  // False until the record was read for the first time; `error` says why it cannot be read now.
  bool loaded() const { return configuration_ != nullptr; }
  const QString& error() const { return error_; }
  const Configuration& configuration() const { return *configuration_; }  // where loaded
  // All that makes the run what it is but its seed and its name, changes while it trained included:
  // runs of the same text are the same experiment.
  const std::string& settings_but_seed() const { return settings_but_seed_; }
  const RunDescription& description() const { return description_; }
  RunState state() const { return state_; }
  bool live() const { return state_ == RunState::kRunning || state_ == RunState::kPaused; }
  std::int64_t last_step() const;

  const Series& Of(std::string_view column) const;  // asserts that the column is declared
  const std::vector<Intervention>& interventions() const { return interventions_; }
  const std::vector<Alert>& alerts() const { return alerts_; }
  const std::vector<CheckpointRow>& checkpoints() const { return checkpoints_; }
  // Constraint names a site as they are after `step` finished steps.
  std::vector<std::string> ConstraintsAt(std::int64_t step) const;
  // True where every site's map after `step` finished steps is orthogonal and keeps no sums: its
  // gains by sums say nothing of stability then. False while a blend goes on.
  bool IsOrthogonalAt(std::int64_t step) const;

  // The step of the first snapshot, which is 1 where a live run has none yet; empty where none
  // comes.
  std::optional<std::int64_t> FirstSnapshotStep() const;
  // The snapshot of `kind` at or before `step`. While it is on its way (changed() tells) the newest
  // one before it that is here, so that a view which follows a fast run always has a picture;
  // nullptr where there is none.
  const FetchedSnapshot* SnapshotAt(const std::string& kind, std::int64_t step);
  // The same of token means with their deviation over tokens, whose kind is named: the newest step
  // at or before `step` of which both are here, or of which the record has no deviation.
  struct MeanAndDeviation {
    const FetchedSnapshot* mean = nullptr;
    const FetchedSnapshot* deviation = nullptr;
  };
  MeanAndDeviation SnapshotsAt(const std::string& mean, const std::string& deviation,
                               std::int64_t step);
  // True while the reader looks for what SnapshotAt() was asked for.
  bool AwaitsSnapshot(const std::string& kind, std::int64_t step) const;
  // Every snapshot of `kind`, kept current from the first call on; nullptr while there is none.
  const SnapshotHistory* HistoryOf(const std::string& kind);

  // Over the last steps: tokens a second, and the probe's share of the time. Empty before the
  // first.
  std::optional<double> TokensPerSecond() const;
  std::optional<double> SecondsLeft() const;
  std::optional<double> ProbeShare() const;

  // Takes what the reader found.
  void Apply(RunUpdate update);

 Q_SIGNALS:
  void changed();

 private:
  void StartAnew();
  void ApplySteps(const RunUpdate& update);
  std::string DescribeSettings() const;
  void ApplyHistory(SnapshotHistory update);
  std::int64_t ResolvedStep(std::int64_t step) const;  // of a snapshot; negative: there is none

  ReaderThread& reader_;
  std::filesystem::path path_;
  ReaderThread::RunKey reader_key_;
  std::uint64_t key_;
  QString error_;
  std::shared_ptr<const Configuration> configuration_;
  std::string settings_but_seed_;
  RunDescription description_;
  RunState state_ = RunState::kCreated;
  std::vector<Series> series_;  // by index into StepColumns()
  std::vector<Intervention> interventions_;
  std::vector<Alert> alerts_;
  std::vector<CheckpointRow> checkpoints_;
  std::vector<std::int64_t> snapshot_steps_;
  using SnapshotKey = std::pair<std::string, std::int64_t>;
  std::map<SnapshotKey, std::optional<FetchedSnapshot>> snapshots_;  // empty: asked for
  std::map<std::string, SnapshotHistory> histories_;
};

}  // namespace mhc
