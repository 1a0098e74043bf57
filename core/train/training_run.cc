#include "core/train/training_run.h"

#include <utility>

namespace mhc {

TrainingRun::TrainingRun(RunFolder run_folder, RunLock run_lock, RecordWriter record_writer,
                         TokenData token_data, std::unique_ptr<Trainer> run_trainer,
                         const std::vector<CheckpointRow>& rows, const ExperimentHost& run_host)
    : folder(std::move(run_folder)),
      lock(std::move(run_lock)),
      storage(lock.folder(), [this](const std::string& sentence) { Say(sentence); }),
      writer(std::move(record_writer)),
      data(std::move(token_data)),
      trainer(std::move(run_trainer)),
      checkpoints(lock.folder(), configuration().train.keep_checkpoints, writer, rows),
      probe(folder.configuration()),
      host(run_host) {
  state.learning_rate = configuration().train.learning_rate;
  state.on_nonfinite = configuration().train.on_nonfinite;
  state.data_hash = data.hash();
  writer.WaitWith([this](const Error& refusal) { return storage.Meet(refusal); });
}

Status TrainingRun::SaveCheckpoint(const std::string& reason) {
  state.sites = SiteStates(model());
  const auto save = [&] { return checkpoints.Save(state, reason, *trainer); };
  return reason == "stop" || reason == "final" ? storage.Persist(save) : save();
}

SiteMeans TrainingRun::MeansOfNextStep() {
  trainer->AdvanceBlends(state.step);
  return probe.Means(trainer->Trace(data.TrainingBatch(state.step)));
}

Status TrainingRun::NoteParameters() {
  if (noted_rebuilds == trainer->optimizer().rebuilds()) return {};
  noted_rebuilds = trainer->optimizer().rebuilds();
  return writer.SetParameters(model()->ParameterCount(), model()->MixingParameterCount());
}

void TrainingRun::Say(const std::string& sentence) {
  if (host.observer) host.observer->OnMessage(sentence);
}

Status TrainingRun::SayAlert(const std::string& kind, const std::string& sentence) {
  Say(sentence);
  return writer.AppendAlert(state.step, kind, sentence);
}

}  // namespace mhc
