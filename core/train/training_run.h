// One run while it trains: its folder, record, data, model and checkpoints, what a checkpoint holds
// of it, and how it goes on. The loop (Experiment), the intervention desk and the guard against
// non-finite values act on the same one.
//
// Thread rule: the training thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/record/record/record_writer.h"
#include "core/record/run/run_folder.h"
#include "core/train/checkpoint_store.h"
#include "core/train/experiment_host.h"
#include "core/train/probe.h"
#include "core/train/storage_wait.h"
#include "core/train/token_data.h"
#include "core/train/trainer.h"

namespace mhc {

// How the loop goes on at the next step boundary.
struct LoopControl {
  bool paused = false, stop = false, failed = false;
  std::int64_t steps_allowed = 0;  // while paused

  bool holds() const { return paused && steps_allowed == 0; }
  void Pause() {
    paused = true;
    steps_allowed = 0;
  }
};

struct TrainingRun {
  TrainingRun(RunFolder folder, RunLock lock, RecordWriter writer, TokenData data,
              std::unique_ptr<Trainer> trainer, const std::vector<CheckpointRow>& rows,
              const ExperimentHost& host);
  TrainingRun(const TrainingRun&) = delete;
  TrainingRun& operator=(const TrainingRun&) = delete;

  const Configuration& configuration() const { return folder.configuration(); }
  Decoder& model() { return trainer->model(); }

  // Of the state as it is now; `reason` as RecordWriter::AppendCheckpoint takes it. The last one of
  // a run is tried until it is saved; another comes after a regular one, and who asked for one is
  // told.
  Status SaveCheckpoint(const std::string& reason);
  // The token means of the maps as the coming step would have them, a blend at its weight included.
  SiteMeans MeansOfNextStep();

  // Tells the record how many parameters the model has now, where that may have changed.
  Status NoteParameters();

  void Say(const std::string& sentence);  // to the observer
  // To the observer and the record, at the present step.
  Status SayAlert(const std::string& kind, const std::string& sentence);

  RunFolder folder;
  RunLock lock;
  StorageWait storage;
  RecordWriter writer;
  TokenData data;
  std::unique_ptr<Trainer> trainer;
  CheckpointStore checkpoints;
  Probe probe;
  ExperimentHost host;
  TrainingState state;  // as saved; its sites are those of the model, filled in when it is saved
  LoopControl control;
  std::int64_t noted_rebuilds = -1;  // of the optimizer, when the parameters were counted last
};

}  // namespace mhc
