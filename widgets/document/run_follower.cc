#include "widgets/document/run_follower.h"

#include <sys/stat.h>

#include <algorithm>
#include <limits>

#include "core/record/run/run_state.h"

namespace mhc {
namespace {

// A longer stretch is read a column at a time, from the record's index.
constexpr std::int64_t kFewSteps = 2048;

}  // namespace

RunFollower::RunFollower(std::filesystem::path run) : run_(std::move(run)) {}

RunUpdate RunFollower::Look() {
  RunUpdate update;
  const Status looked = LookInto(update);
  if (looked) {
    last_error_.clear();
    return update;
  }
  // What was read before the fault is left out: it comes again when the run can be read.
  Forget();
  RunUpdate failed;
  if (looked.error().message != last_error_) failed.error = last_error_ = looked.error().message;
  return failed;
}

void RunFollower::Forget() {
  folder_.reset();
  reader_.reset();
  state_.reset();
  watch_.reset();
  segment_ = -1;
  last_step_ = 0;
  snapshot_steps_.clear();
  for (auto& [kind, step] : histories_) step = 0;
}

// A run that was deleted stays readable to whoever has its file open.
bool RunFollower::IsReplaced() const {
  struct stat now {};
  if (stat(folder_->record_path().c_str(), &now) != 0) return true;
  return now.st_dev != device_ || now.st_ino != file_;
}

void RunFollower::WantSnapshot(const std::string& kind, std::int64_t step) {
  wanted_.emplace(kind, step);
}

void RunFollower::WantHistory(const std::string& kind) { histories_.emplace(kind, 0); }

Status RunFollower::LookInto(RunUpdate& update) {
  if (reader_ && IsReplaced()) Forget();
  if (!reader_) {
    if (auto opened = Open(update); !opened) return opened;
    return LookAtRecord(update);
  }
  if (auto looked = LookAtRecord(update); !looked) return looked;
  if (reader_) return {};
  // Another record was written over the one that was open.
  update = {};
  if (auto opened = Open(update); !opened) return opened;
  return LookAtRecord(update);
}

// Forgets everything where the record turns out to be another one.
Status RunFollower::LookAtRecord(RunUpdate& update) {
  // Asked before the record is read: what an engine wrote before it ended is read below.
  const auto state = CurrentState(*folder_, *reader_);
  if (!state) return tl::unexpected(state.error());
  const auto changed = reader_->Changed();
  if (!changed) return tl::unexpected(changed.error());
  if (*changed) {
    const auto id = reader_->Meta("id");
    if (!id) return tl::unexpected(id.error());
    const auto segments = reader_->Segments();
    if (!segments) return tl::unexpected(segments.error());
    const std::int64_t newest = segments->empty() ? -1 : segments->back().id;
    if (id->value_or("") != id_ || newest < segment_) {
      Forget();
      return {};
    }
    if (auto read = ReadSteps(update); !read) return read;
    if (auto read = ReadEvents(update); !read) return read;
  }
  for (const auto& [kind, step] : histories_) {
    if (!*changed && step > 0) continue;
    if (auto read = ReadHistory(kind, update); !read) return read;
  }
  if (state_ != *state) update.state = state_ = *state;
  const bool is_live = *state == RunState::kRunning || *state == RunState::kPaused;
  if (!is_live) watch_.reset();
  if (is_live && !watch_) watch_ = RunWatch::Attach(run_);
  return ReadWanted(update);
}

Status RunFollower::Open(RunUpdate& update) {
  auto folder = RunFolder::Open(run_);
  if (!folder) return tl::unexpected(folder.error());
  // Before it is opened: a file that takes its place meanwhile is seen at the next look.
  struct stat now {};
  if (stat(folder->record_path().c_str(), &now) == 0) {
    device_ = now.st_dev;
    file_ = now.st_ino;
  }
  auto reader = RecordReader::Open(folder->record_path());
  if (!reader) return tl::unexpected(reader.error());
  const auto description = reader->Description();
  if (!description) return tl::unexpected(description.error());
  update.configuration = std::make_shared<const Configuration>(folder->configuration());
  update.description = *description;
  id_ = description->id;
  folder_ = *std::move(folder);
  reader_ = *std::move(reader);
  return {};
}

Status RunFollower::ReadSteps(RunUpdate& update) {
  const auto segments = reader_->Segments();
  if (!segments) return tl::unexpected(segments.error());
  for (const SegmentRow& segment : *segments) {
    if (segment.id <= segment_) continue;
    if (segment_ >= 0) {
      last_step_ = std::min(last_step_, segment.first_step);
      update.first_step = last_step_ + 1;
      for (auto& [kind, step] : histories_) step = std::min(step, segment.first_step);
    }
    segment_ = segment.id;
  }
  const auto last = reader_->LastStep();
  if (!last) return tl::unexpected(last.error());
  if (*last <= last_step_) return {};
  update.first_step = last_step_ + 1;
  const std::span<const StepColumn> declared = StepColumns();
  update.columns.resize(declared.size());
  if (*last - last_step_ > kFewSteps) {
    for (std::size_t i = 0; i < declared.size(); ++i) {
      auto column = reader_->Column(std::string(declared[i].name), last_step_ + 1, *last);
      if (!column) return tl::unexpected(column.error());
      update.columns[i] = std::move(column->values);
    }
  } else {
    const auto rows = reader_->Rows(last_step_ + 1, *last);
    if (!rows) return tl::unexpected(rows.error());
    const auto count = static_cast<std::size_t>(*last - last_step_);
    for (auto& column : update.columns) {
      column.assign(count, std::numeric_limits<double>::quiet_NaN());
    }
    for (const StepRecord& row : *rows) {
      const auto place = static_cast<std::size_t>(row.step - last_step_ - 1);
      for (std::size_t i = 0; i < declared.size(); ++i) {
        if (row.values[i]) update.columns[i][place] = *row.values[i];
      }
    }
  }
  last_step_ = *last;
  return {};
}

Status RunFollower::ReadEvents(RunUpdate& update) {
  auto interventions = reader_->Interventions();
  if (!interventions) return tl::unexpected(interventions.error());
  update.interventions = *std::move(interventions);
  auto alerts = reader_->Alerts();
  if (!alerts) return tl::unexpected(alerts.error());
  update.alerts = *std::move(alerts);
  auto checkpoints = reader_->Checkpoints();
  if (!checkpoints) return tl::unexpected(checkpoints.error());
  update.checkpoints = *std::move(checkpoints);
  // A run without sites has no H_res.
  const bool has_sites = folder_->configuration().SiteCount() > 0;
  auto steps = reader_->SnapshotSteps(has_sites ? "res_mean" : "stream_rms");
  if (!steps) return tl::unexpected(steps.error());
  if (*steps != snapshot_steps_) update.snapshot_steps = snapshot_steps_ = *std::move(steps);
  return {};
}

// Hands over the snapshots after the last one; a view replaces what it has from the first of them.
Status RunFollower::ReadHistory(const std::string& kind, RunUpdate& update) {
  const auto steps = reader_->SnapshotSteps(kind);
  if (!steps) return tl::unexpected(steps.error());
  std::int64_t& last = histories_[kind];
  SnapshotHistory history;
  history.kind = kind;
  for (const std::int64_t step : *steps) {
    if (step <= last) continue;
    auto found = reader_->SnapshotAt(kind, step);
    if (!found) return tl::unexpected(found.error());
    if (!*found) continue;
    history.shape = (*found)->snapshot.shape;
    history.steps.push_back(step);
    history.data.push_back(std::move((*found)->snapshot.data));
  }
  if (history.steps.empty()) return {};
  last = history.steps.back();
  update.histories.push_back(std::move(history));
  return {};
}

Status RunFollower::ReadWanted(RunUpdate& update) {
  for (const auto& [kind, step] : wanted_) {
    auto found = reader_->SnapshotAt(kind, step);
    if (!found) return tl::unexpected(found.error());
    FetchedSnapshot fetched{kind, step, 0, {}};
    if (*found) {
      fetched.step = (*found)->step;
      fetched.snapshot = std::move((*found)->snapshot);
    }
    update.snapshots.push_back(std::move(fetched));
  }
  wanted_.clear();
  return {};
}

}  // namespace mhc
