// Starting and resuming an experiment.

#include <algorithm>

#include "core/formats/small_file.h"
#include "core/model/kernels/site_kernels.h"
#include "core/record/configuration/data_source.h"
#include "core/record/record/unix_time.h"
#include "core/train/experiment/experiment.h"

namespace mhc {
namespace {

// What LibTorch's operations and our kernels run with on this processor: "AVX512, AVX3".
std::string InstructionSets() {
  return fmt::format("{}, {}", at::get_cpu_capability(), kernels::InstructionSet());
}

RunDescription Describe(const Configuration& configuration, const TokenData& data,
                        const Trainer& trainer, Decoder& model, const ExperimentHost& host) {
  RunDescription description;
  description.id = RandomHexadecimal(16);
  description.name = configuration.name;
  description.program_version = host.program_version;
  description.torch_version = TORCH_VERSION;
  description.created = UnixNow();
  description.steps = configuration.train.steps;
  description.tokens_per_step = configuration.train.batch * configuration.model.context;
  description.sites = configuration.SiteCount();
  description.streams = configuration.StreamCount();
  description.vocabulary = data.vocabulary();
  description.parameters = model->ParameterCount();
  description.mixing_parameters = model->MixingParameterCount();
  description.threads = host.threads;
  description.device = trainer.device().str();
  description.instruction_set = InstructionSets();
  description.data_files = data.files();
  description.data_tokens = data.tokens();
  description.data_left_out = data.left_out();
  description.data_hash = data.hash();
  description.entropy_floor = data.entropy_floor();
  return description;
}

// What the configuration left to this machine becomes what it is here: a resume repeats the run bit
// for bit only with the same threads and device.
Configuration Resolved(Configuration configuration, const ExperimentHost& host) {
  configuration.threads = host.threads;
  configuration.device = host.device.str();
  configuration.data.source = ResolvedSource(configuration.data.source);
  return configuration;
}

// With the steps that the record says, where the settings name no others: a run that was extended
// stays so.
Result<RunFolder> OpenToResume(const std::filesystem::path& run,
                               std::span<const Setting> settings) {
  auto folder = RunFolder::Open(run, settings);
  if (!folder) return folder;
  const bool names_steps = std::any_of(settings.begin(), settings.end(),
                                       [](const Setting& one) { return one.key == "train.steps"; });
  auto reader = RecordReader::Open(folder->record_path());
  if (!reader) return tl::unexpected(reader.error());
  const auto description = reader->Description();
  if (!description) return tl::unexpected(description.error());
  if (names_steps || description->steps == folder->configuration().train.steps) return folder;
  std::vector<Setting> extended(settings.begin(), settings.end());
  extended.push_back({"train.steps", std::to_string(description->steps)});
  return RunFolder::Open(run, extended);
}

}  // namespace

Result<std::unique_ptr<Experiment>> Experiment::Start(const Configuration& given,
                                                      const std::filesystem::path& run,
                                                      const ExperimentHost& host) {
  const Configuration configuration = Resolved(given, host);
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(run, error))) {
    return Fail(
        "{}: exists already, expected a folder that is not there yet; `mhc resume` goes on "
        "with a run",
        run.string());
  }
  if (auto checked = CheckAlertRules(configuration); !checked) {
    return tl::unexpected(checked.error());
  }
  if (auto planned = PlannedRequests(configuration); !planned) {
    return tl::unexpected(planned.error());
  }
  auto data = TokenData::Load(configuration);
  if (!data) return tl::unexpected(data.error());
  auto trainer = std::make_unique<Trainer>(configuration, data->vocabulary(), host.device);
  const RunDescription description =
      Describe(configuration, *data, *trainer, trainer->model(), host);

  std::unique_ptr<Experiment> experiment;
  const auto fill = [&](const RunFolder& folder, RunLock lock) -> Status {
    auto writer = RecordWriter::Create(lock.folder(), description);
    if (!writer) return tl::unexpected(writer.error());
    experiment.reset(new Experiment(folder, std::move(lock), *std::move(writer), *std::move(data),
                                    std::move(trainer), {}, host));
    TrainingRun& made = experiment->run_;
    if (const std::string& left_out = made.data.left_out(); !left_out.empty()) {
      if (auto told = made.writer.AppendAlert(0, "data", "data: " + left_out); !told) return told;
    }
    return made.SaveCheckpoint("start");
  };
  auto folder = RunFolder::Create(run, configuration, fill);
  if (!folder) return tl::unexpected(folder.error());
  return experiment;
}

Result<std::unique_ptr<Experiment>> Experiment::Resume(const std::filesystem::path& run,
                                                       const ExperimentHost& host,
                                                       std::span<const Setting> settings) {
  const auto recorded = RunFolder::Open(run);
  if (!recorded) return tl::unexpected(recorded.error());
  auto folder = OpenToResume(run, settings);
  if (!folder) return tl::unexpected(folder.error());
  auto lock = folder->Lock();
  if (!lock) return tl::unexpected(lock.error());
  auto reader = RecordReader::Open(folder->record_path());
  if (!reader) return tl::unexpected(reader.error());
  const auto description = reader->Description();
  if (!description) return tl::unexpected(description.error());
  const auto state = reader->State();
  if (!state) return tl::unexpected(state.error());
  const std::int64_t steps = folder->configuration().train.steps;
  if (*state == RunState::kFinished && steps == description->steps) {
    return Fail("{}: finished at step {}, there is nothing to resume; --steps of more extends it",
                run.string(), description->steps);
  }
  const auto last = reader->LastStep();
  if (!last) return tl::unexpected(last.error());
  if (steps < *last) {
    return Fail("train.steps: found {}, expected at least the {} that {} has", steps, *last,
                run.string());
  }
  auto data = TokenData::Load(folder->configuration());
  if (!data) return tl::unexpected(data.error());
  if (data->hash() != description->data_hash) {
    const bool other_version = description->program_version != host.program_version;
    return Fail("{}: the data of {} have changed{}: found {}, expected {}", run.string(),
                folder->configuration().data.source,
                other_version ? fmt::format(", or version {} read them otherwise",
                                            description->program_version)
                              : "",
                data->hash(), description->data_hash);
  }
  const auto rows = reader->Checkpoints();
  if (!rows) return tl::unexpected(rows.error());
  auto trainer =
      std::make_unique<Trainer>(folder->configuration(), data->vocabulary(), host.device);
  auto writer = RecordWriter::Open(lock->folder());
  if (!writer) return tl::unexpected(writer.error());
  std::unique_ptr<Experiment> experiment(new Experiment(*std::move(folder), *std::move(lock),
                                                        *std::move(writer), *std::move(data),
                                                        std::move(trainer), *rows, host));
  if (auto status = experiment->GoBackToNewestCheckpoint(*reader); !status) {
    return tl::unexpected(status.error());
  }
  if (*state == RunState::kPaused) experiment->StayPausedAt(*last);
  if (auto told = experiment->TellOfSteps(description->steps); !told) {
    return tl::unexpected(told.error());
  }
  const std::string& kernels = recorded->configuration().mixing.kernels;
  if (auto told = experiment->TellOfKernels(kernels); !told) return tl::unexpected(told.error());
  return experiment;
}

Status Experiment::GoBackToNewestCheckpoint(RecordReader& reader) {
  const auto last = reader.FurthestStep();
  if (!last) return tl::unexpected(last.error());
  if (auto swept = run_.checkpoints.Reconcile(reader, *last); !swept) return swept;
  if (run_.checkpoints.empty()) {
    if (*last > 0) {
      return Fail("{}: holds none of the recorded checkpoints, expected at least step-000000000",
                  run_.folder.checkpoints_path().string());
    }
    // Killed before step 0 was saved: the start is a function of the configuration.
    return run_.SaveCheckpoint("start");
  }
  auto loaded = run_.checkpoints.LoadNewest(*run_.trainer);
  if (!loaded) return tl::unexpected(loaded.error());
  const TrainingState& state = loaded->state;
  if (state.data_hash != run_.data.hash()) {
    return Fail("{}: its checkpoint at step {} was trained on other data",
                run_.folder.path().string(), state.step);
  }
  run_.state = state;
  const auto refused = desk_.Remember(reader, *last);
  if (!refused) return tl::unexpected(refused.error());
  if (auto remembered = guard_.Remember(reader, *last); !remembered) return remembered;
  const auto description = reader.Description();
  if (!description) return tl::unexpected(description.error());
  if (auto status = run_.writer.BeginSegment(run_.state.step, "resume", *refused); !status)
    return status;
  for (const std::string& sentence : loaded->damaged) {
    if (auto said = run_.SayAlert("damaged_checkpoint", sentence); !said) return said;
  }
  if (state.checksums.empty()) {
    const auto said = run_.SayAlert(
        "unchecked_checkpoint",
        fmt::format("the checkpoint at step {} was saved without checksums, by an earlier version: "
                    "whether it is as it was saved cannot be told",
                    state.step));
    if (!said) return said;
  }
  if (auto told = desk_.TellOf(*refused); !told) return told;
  return TellWhatChanged(*description);
}

// The last bit is promised for the same program, LibTorch, threads, instruction set and device
// only.
Status Experiment::TellWhatChanged(const RunDescription& started) {
  const std::string sets = InstructionSets();
  const auto told = [](const std::string& version, const std::string& torch, std::int64_t threads,
                       const std::string& device, const std::string& instruction_sets) {
    return fmt::format("version {}, LibTorch {}, {} {}, {}, {}", version, torch, threads,
                       threads == 1 ? "thread" : "threads", device, instruction_sets);
  };
  const std::string now = told(run_.host.program_version, TORCH_VERSION, run_.host.threads,
                               run_.trainer->device().str(), sets);
  const std::string then =
      told(started.program_version, started.torch_version, started.threads, started.device,
           started.instruction_set.empty() ? sets : started.instruction_set);
  if (now == then) return {};
  return run_.SayAlert("environment",
                       fmt::format("resumed with {}; started with {}: repeated steps may differ in "
                                   "their last bits",
                                   now, then));
}

// A person's pause outlives a kill: what was recorded before it is repeated, and no step more.
void Experiment::StayPausedAt(std::int64_t step) {
  run_.control.paused = true;
  run_.control.steps_allowed = std::max<std::int64_t>(0, step - run_.state.step);
  run_.Say(fmt::format("the run is paused at step {}; `mhc request {} resume` goes on", step,
                       run_.folder.path().string()));
}

// From here on its record says so, and a later resume keeps to it.
Status Experiment::TellOfSteps(std::int64_t recorded) {
  const std::int64_t now = run_.configuration().train.steps;
  if (now == recorded) return {};
  if (auto noted = run_.writer.SetMeta("steps", std::to_string(now)); !noted) return noted;
  return run_.SayAlert("steps",
                       fmt::format("resumed to train {} steps, started with {}: from here "
                                   "on the learning rate is that of the schedule of so many",
                                   now, recorded));
}

Status Experiment::TellOfKernels(const std::string& recorded) {
  const std::string& now = run_.configuration().mixing.kernels;
  if (now == recorded) return {};
  return run_.SayAlert("environment",
                       fmt::format("resumed with {} kernels, started with {}: repeated steps may "
                                   "differ in their last bits",
                                   now, recorded));
}

}  // namespace mhc
