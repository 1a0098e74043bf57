#include "core/record/run/branch.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/formats/json_text.h"
#include "core/formats/mapped_file.h"
#include "core/formats/output_file.h"
#include "core/formats/small_file.h"
#include "core/formats/system_calls.h"
#include "core/record/configuration/data_source.h"
#include "core/record/intervention/inbox.h"
#include "core/record/record/record_branch.h"
#include "core/record/record/record_reader.h"
#include "core/record/record/unix_time.h"
#include "core/record/run/run_checkpoint.h"

namespace mhc {
namespace {

// The key of the configuration that is changed by a request, and the request's kind.
constexpr std::array kByRequest = {std::pair("mixing.constraint", "constraint"),
                                   std::pair("mixing.iterations", "iterations"),
                                   std::pair("train.learning_rate", "learning_rate"),
                                   std::pair("train.on_nonfinite", "on_nonfinite")};

const char* RequestFor(const std::string& key) {
  const auto found = std::find_if(kByRequest.begin(), kByRequest.end(),
                                  [&](const auto& entry) { return key == entry.first; });
  return found == kByRequest.end() ? nullptr : found->second;
}

// What the saved state does not depend on.
bool MayDiffer(const std::string& key) {
  constexpr std::array kKeys = {"name",
                                "seed",
                                "threads",
                                "device",
                                "data.source",
                                "mixing.kernels",
                                "mixing.weight_decay",
                                "mixing.learning_rate_scale"};
  const bool is_listed = std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
  return is_listed || key.starts_with("probe.") ||
         (key.starts_with("train.") && key != "train.batch");
}

struct Differences {
  std::vector<Setting> settings;
  std::vector<InterventionRequest> requests;
};

Result<Differences> Sort(const Configuration& parent, std::span<const Setting> settings) {
  Differences differences;
  for (const Setting& setting : settings) {
    if (const char* kind = RequestFor(setting.key)) {
      auto request = MakeRequest(parent, kind, setting.value, std::nullopt, std::nullopt);
      if (!request) return FailWithin("--set " + setting.key, request.error());
      differences.requests.push_back(*std::move(request));
    } else if (MayDiffer(setting.key)) {
      differences.settings.push_back(setting);
    } else {
      return Fail(
          "--set {}: is fixed by the checkpoint, expected name, seed, threads, data.source, a key "
          "of train or probe, or one of mixing.constraint, mixing.iterations, mixing.kernels, "
          "mixing.weight_decay, mixing.learning_rate_scale",
          setting.key);
    }
  }
  return differences;
}

// The branch is made whole beside its place: a relative source would be another there.
// A parent that was extended has more steps than its run.toml says.
Result<Configuration> ConfigurationOf(const RunFolder& parent, std::int64_t steps, const Fork& fork,
                                      const Differences& differences) {
  Configuration now = parent.configuration();
  now.train.steps = steps;
  auto configuration = ParseConfiguration(ToToml(now), "run.toml", differences.settings);
  if (!configuration) return configuration;
  configuration->data.source = ResolvedSource(configuration->data.source);
  // What is planned behind the fork is the parent's, as what was asked for there.
  configuration->planned.clear();
  if (configuration->train.steps < fork.step) {
    return Fail("train.steps: found {}, expected at least the {} of the checkpoint",
                configuration->train.steps, fork.step);
  }
  return configuration;
}

Result<CheckpointRow> FindRow(const RunFolder& parent, RecordReader& reader, std::int64_t step) {
  const auto rows = reader.Checkpoints();
  if (!rows) return tl::unexpected(rows.error());
  std::vector<std::int64_t> steps;
  for (const CheckpointRow& row : *rows) {
    if (row.step == step) return row;
    steps.push_back(row.step);
  }
  return Fail("{}: has no checkpoint at step {}, expected one of {}", parent.path().string(), step,
              fmt::join(steps, ", "));
}

// The number that its state names; what else is in it is looked at when the branch is trained.
Result<std::int64_t> LastInterventionOf(const OpenFolder& checkpoint, std::int64_t step) {
  const std::string path = (checkpoint.path() / "state.json").string();
  const auto file = MappedFile::Open(checkpoint, "state.json");
  if (!file) return tl::unexpected(file.error());
  const auto state = ParseJson(file->text(), path);
  if (!state) return tl::unexpected(state.error());
  const auto last = state->is_object() ? state->find("last_intervention") : state->end();
  if (last == state->end() || !last->is_number_integer() || state->value("step", -1) != step) {
    return Fail("{}: expected the state of step {} with its last intervention", path, step);
  }
  return last->get<std::int64_t>();
}

Status CopyFile(const OpenFolder& from, const OpenFolder& to, const std::string& name) {
  if (!from.HoldsFile(name)) return {};
  if (Calls().link_at(from.descriptor(), name.c_str(), to.descriptor(), name.c_str(), 0) == 0) {
    return {};
  }
  const auto bytes = MappedFile::Open(from, name);
  if (!bytes) return tl::unexpected(bytes.error());
  auto file = OutputFile::Create(to, name);
  if (!file) return tl::unexpected(file.error());
  Status done = file->Append(bytes->bytes());
  if (done) done = file->Sync();
  if (done) done = file->Close();
  return done;
}

Status CopyCheckpoint(const OpenFolder& from, const OpenFolder& run, const std::string& name) {
  const auto checkpoints = run.Inside("checkpoints");
  if (!checkpoints) return tl::unexpected(checkpoints.error());
  if (auto made = checkpoints->MakeFolder(name); !made) return made;
  const auto to = checkpoints->Inside(name);
  if (!to) return tl::unexpected(to.error());
  const auto names = from.Names();
  if (!names) return tl::unexpected(names.error());
  for (const std::string& file : *names) {
    if (auto copied = CopyFile(from, *to, file); !copied) return copied;
  }
  if (auto synced = to->Sync(); !synced) return synced;
  return checkpoints->Sync();
}

RunDescription DescriptionOf(RunDescription branch, const Configuration& configuration,
                             std::int64_t step) {
  branch.ancestors.push_back({branch.id, step});
  branch.parent = branch.ancestors.back();
  branch.id = RandomHexadecimal(16);
  branch.name = configuration.name;
  branch.created = UnixNow();
  branch.steps = configuration.train.steps;
  branch.threads = configuration.threads;
  return branch;
}

}  // namespace

Result<RunFolder> MakeBranch(const Fork& fork) {
  const auto parent = RunFolder::Open(fork.parent);
  if (!parent) return tl::unexpected(parent.error());
  const auto differences = Sort(parent->configuration(), fork.settings);
  if (!differences) return tl::unexpected(differences.error());
  auto reader = RecordReader::Open(parent->record_path());
  if (!reader) return tl::unexpected(reader.error());
  const auto row = FindRow(*parent, *reader, fork.step);
  if (!row) return tl::unexpected(row.error());
  const auto description = reader->Description();
  if (!description) return tl::unexpected(description.error());
  const auto configuration = ConfigurationOf(*parent, description->steps, fork, *differences);
  if (!configuration) return tl::unexpected(configuration.error());
  const auto checkpoint = OpenFolder::Open(parent->checkpoint_path(fork.step));
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  const auto last = LastInterventionOf(*checkpoint, fork.step);
  if (!last) return tl::unexpected(last.error());

  const auto fill = [&](const RunFolder&, RunLock lock) -> Status {
    const OpenFolder& run = lock.folder();
    if (auto copied = CopyCheckpoint(*checkpoint, run, CheckpointName(fork.step)); !copied) {
      return copied;
    }
    Inbox inbox(run);
    for (const InterventionRequest& request : differences->requests) {
      if (auto placed = inbox.Submit(request); !placed) return tl::unexpected(placed.error());
    }
    return BranchRecord(parent->record_path(), {fork.step, *last},
                        DescriptionOf(*description, *configuration, fork.step), run);
  };
  return RunFolder::Create(fork.run, *configuration, fill);
}

}  // namespace mhc
