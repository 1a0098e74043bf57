#include "widgets/document/run_document.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/record/configuration/site_list.h"
#include "core/record/intervention/constraints_after.h"

namespace mhc {
namespace {

constexpr std::int64_t kRecentSteps = 50;
constexpr std::size_t kKeptSnapshots = 512;

std::uint64_t NextKey() {
  static std::uint64_t last = 0;
  return ++last;
}

}  // namespace

RunDocument::RunDocument(ReaderThread& reader, std::filesystem::path run, QObject* parent)
    : QObject(parent),
      reader_(reader),
      path_(std::move(run)),
      reader_key_(reader.Follow(path_)),
      key_(NextKey()),
      series_(StepColumns().size()) {}

RunDocument::~RunDocument() { reader_.Forget(reader_key_); }

QString RunDocument::Name() const {
  std::filesystem::path path = path_.lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  return QString::fromStdString(path.filename().string());
}

std::int64_t RunDocument::last_step() const { return Of("loss").last_step(); }

const Series& RunDocument::Of(std::string_view column) const {
  const int index = FindStepColumn(column);
  assert(index >= 0);
  return series_[static_cast<std::size_t>(index)];
}

std::vector<std::string> RunDocument::ConstraintsAt(std::int64_t step) const {
  std::vector<std::string> names;
  if (!loaded()) return names;
  for (const ConstraintChoice& choice : ConstraintsAfter(*configuration_, interventions_, step)) {
    names.push_back(choice.constraint->name);
  }
  return names;
}

bool RunDocument::IsOrthogonalAt(std::int64_t step) const {
  for (const Intervention& past : interventions_) {
    const Transfer& transfer = past.request.transfer;
    const bool blends = past.applied && !past.undone && past.request.kind == "constraint" &&
                        transfer.kind == Transfer::Kind::kBlend;
    if (blends && past.step <= step && step < past.step + transfer.blend_steps) return false;
  }
  const std::vector<std::string> names = ConstraintsAt(step);
  return !names.empty() && std::all_of(names.begin(), names.end(), [](const std::string& name) {
    const auto choice = ChooseConstraint(name);
    if (!choice) return false;
    const MapGuarantees kept = Guarantees(*choice);
    return kept.orthogonal && !(kept.rows && kept.columns);
  });
}

std::optional<std::int64_t> RunDocument::FirstSnapshotStep() const {
  if (!snapshot_steps_.empty()) return snapshot_steps_.front();
  return live() ? std::optional<std::int64_t>(1) : std::nullopt;
}

std::int64_t RunDocument::ResolvedStep(std::int64_t step) const {
  const auto after = std::upper_bound(snapshot_steps_.begin(), snapshot_steps_.end(), step);
  return after == snapshot_steps_.begin() ? -1 : *std::prev(after);
}

const FetchedSnapshot* RunDocument::SnapshotAt(const std::string& kind, std::int64_t step) {
  const std::int64_t resolved = ResolvedStep(step);
  if (resolved < 0) return nullptr;
  const auto [entry, is_new] = snapshots_.try_emplace({kind, resolved});
  if (is_new) reader_.WantSnapshot(reader_key_, kind, resolved);
  if (entry->second) return entry->second->snapshot.data.empty() ? nullptr : &*entry->second;
  for (auto before = entry; before != snapshots_.begin();) {
    --before;
    if (before->first.first != kind) break;
    if (before->second && !before->second->snapshot.data.empty()) return &*before->second;
  }
  return nullptr;
}

RunDocument::MeanAndDeviation RunDocument::SnapshotsAt(const std::string& mean,
                                                       const std::string& deviation,
                                                       std::int64_t step) {
  // Both are asked for at once.
  SnapshotAt(mean, step);
  SnapshotAt(deviation, step);
  for (auto after = snapshots_.upper_bound({mean, ResolvedStep(step)});
       after != snapshots_.begin();) {
    --after;
    if (after->first.first != mean) break;
    const auto spread = snapshots_.find({deviation, after->first.second});
    const bool is_here = after->second && !after->second->snapshot.data.empty();
    if (!is_here || spread == snapshots_.end() || !spread->second) continue;
    const bool has_spread =
        !spread->second->snapshot.data.empty() && spread->second->step == after->second->step;
    return {&*after->second, has_spread ? &*spread->second : nullptr};
  }
  return {};
}

bool RunDocument::AwaitsSnapshot(const std::string& kind, std::int64_t step) const {
  const auto found = snapshots_.find({kind, ResolvedStep(step)});
  return found != snapshots_.end() && !found->second;
}

const SnapshotHistory* RunDocument::HistoryOf(const std::string& kind) {
  const auto [entry, is_new] = histories_.try_emplace(kind);
  if (is_new) reader_.WantHistory(reader_key_, kind);
  return entry->second.steps.empty() ? nullptr : &entry->second;
}

std::optional<double> RunDocument::TokensPerSecond() const {
  std::vector<double> milliseconds;
  const std::int64_t last = last_step();
  for (std::int64_t step = std::max<std::int64_t>(1, last - kRecentSteps + 1); step <= last;
       ++step) {
    double total = Of("step_ms").At(step);
    for (const char* part : {"probe_ms", "record_ms"}) {
      const double value = Of(part).At(step);
      if (std::isfinite(value)) total += value;
    }
    if (std::isfinite(total)) milliseconds.push_back(total);
  }
  if (milliseconds.empty()) return std::nullopt;
  const auto middle = milliseconds.begin() + static_cast<std::ptrdiff_t>(milliseconds.size() / 2);
  std::nth_element(milliseconds.begin(), middle, milliseconds.end());
  return 1e3 * static_cast<double>(description_.tokens_per_step) / *middle;
}

std::optional<double> RunDocument::SecondsLeft() const {
  const auto speed = TokensPerSecond();
  if (!speed || !live()) return std::nullopt;
  const auto steps = static_cast<double>(description_.steps - last_step());
  return steps * static_cast<double>(description_.tokens_per_step) / *speed;
}

std::optional<double> RunDocument::ProbeShare() const {
  double probe = 0.0, total = 0.0;
  const std::int64_t last = last_step();
  for (std::int64_t step = std::max<std::int64_t>(1, last - kRecentSteps + 1); step <= last;
       ++step) {
    const double of_probe = Of("probe_ms").At(step), of_record = Of("record_ms").At(step);
    const double cost =
        (std::isfinite(of_probe) ? of_probe : 0.0) + (std::isfinite(of_record) ? of_record : 0.0);
    if (!std::isfinite(Of("step_ms").At(step))) continue;
    probe += cost;
    total += cost + Of("step_ms").At(step);
  }
  if (total <= 0.0) return std::nullopt;
  return probe / total;
}

void RunDocument::Apply(RunUpdate update) {
  error_ = QString::fromStdString(update.error);
  const bool has_other_settings = update.configuration || update.interventions;
  if (update.description) {
    if (!description_.id.empty()) StartAnew();
    description_ = *std::move(update.description);
  }
  if (update.configuration) configuration_ = std::move(update.configuration);
  if (update.state) state_ = *update.state;
  if (update.first_step > 0) ApplySteps(update);
  if (update.interventions) interventions_ = *std::move(update.interventions);
  if (has_other_settings && loaded()) settings_but_seed_ = DescribeSettings();
  if (update.alerts) alerts_ = *std::move(update.alerts);
  if (update.checkpoints) checkpoints_ = *std::move(update.checkpoints);
  if (update.snapshot_steps) snapshot_steps_ = *std::move(update.snapshot_steps);
  for (FetchedSnapshot& fetched : update.snapshots) {
    if (snapshots_.size() > kKeptSnapshots) snapshots_.clear();
    snapshots_[{fetched.kind, fetched.asked_step}] = std::move(fetched);
  }
  for (SnapshotHistory& history : update.histories) ApplyHistory(std::move(history));
  Q_EMIT changed();
}

// The record is read from its beginning: another run stands at the path, or what was read before
// the run could not be read may be undone.
void RunDocument::StartAnew() {
  key_ = NextKey();
  for (Series& series : series_) series.Truncate(0);
  interventions_.clear();
  alerts_.clear();
  checkpoints_.clear();
  snapshot_steps_.clear();
  snapshots_.clear();
  for (auto& [kind, history] : histories_) {
    history.steps.clear();
    history.data.clear();
    ++history.revision;
  }
}

std::string RunDocument::DescribeSettings() const {
  std::string text;
  for (const ConfigurationKey& key : ConfigurationKeys()) {
    const std::string& name = key.declaration.key;
    if (name == "seed" || name == "name") continue;
    text += name + '=' + ToToml(key.get(*configuration_)) + '\n';
  }
  for (std::int64_t site = 0; site < configuration_->SiteCount(); ++site) {
    text += ToText(configuration_->Site(site).constraint) + '\n';
  }
  for (const Intervention& past : interventions_) {
    const InterventionKind* kind = FindInterventionKind(past.request.kind);
    if (!past.applied || past.undone || kind == nullptr || !kind->changes_training) continue;
    text += std::to_string(past.step) + past.request.kind + past.value_text +
            SitesToText(past.request.sites) + '\n';
  }
  return text;
}

void RunDocument::ApplySteps(const RunUpdate& update) {
  const bool goes_back = update.first_step <= last_step();
  for (std::size_t i = 0; i < series_.size(); ++i) {
    series_[i].Truncate(update.first_step - 1);
    if (i < update.columns.size()) series_[i].Append(update.columns[i]);
  }
  if (!goes_back) return;
  std::erase_if(snapshots_,
                [&](const auto& entry) { return entry.first.second >= update.first_step; });
}

// Replaces what stands at the first of the new steps and after it.
void RunDocument::ApplyHistory(SnapshotHistory update) {
  SnapshotHistory& history = histories_[update.kind];
  const auto cut =
      std::lower_bound(history.steps.begin(), history.steps.end(), update.steps.front());
  const auto kept = static_cast<std::size_t>(cut - history.steps.begin());
  history.steps.resize(kept);
  history.data.resize(kept);
  history.kind = update.kind;
  ++history.revision;
  history.shape = update.shape;
  history.steps.insert(history.steps.end(), update.steps.begin(), update.steps.end());
  std::move(update.data.begin(), update.data.end(), std::back_inserter(history.data));
}

}  // namespace mhc
