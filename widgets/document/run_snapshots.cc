#include "widgets/document/run_snapshots.h"

#include <fmt/ranges.h>

#include <QCoreApplication>
#include <algorithm>
#include <cassert>
#include <sstream>

#include "core/record/record/snapshot_kinds.h"

namespace mhc {
namespace {

std::size_t ElementCount(const std::vector<std::int64_t>& shape) {
  std::size_t count = 1;
  for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
  return count;
}

}  // namespace

// A run without hyper-connections has as many places as sites would be.
std::vector<std::int64_t> RunSnapshots::ExpectedShape(const std::string& kind) const {
  const SnapshotKind* declared = FindSnapshotKind(kind);
  assert(declared != nullptr);
  const Configuration& configuration = run_.configuration();
  const std::int64_t sites = std::max(configuration.SiteCount(), 2 * configuration.model.blocks);
  std::vector<std::int64_t> shape;
  std::istringstream words{std::string(declared->shape)};
  for (std::string word; std::getline(words, word, ',');) {
    if (word == "L") {
      shape.push_back(sites);
    } else if (word == "L+1") {
      shape.push_back(sites + 1);
    } else {
      shape.push_back(word == "n" ? configuration.StreamCount() : std::stoll(word));
    }
  }
  return shape;
}

void RunSnapshots::Refuse(const std::string& kind, const std::vector<std::int64_t>& found) {
  if (!error_.isEmpty()) return;
  error_ = QCoreApplication::translate("RunSnapshots",
                                       "%1: the record holds an array %2 of the shape %3, expected "
                                       "%4. The run can be checked with `mhc repair`.")
               .arg(QString::fromStdString(run_.path().string()), QString::fromStdString(kind),
                    QString::fromStdString(fmt::format("{}", fmt::join(found, ","))),
                    QString::fromStdString(fmt::format("{}", fmt::join(ExpectedShape(kind), ","))));
}

const FetchedSnapshot* RunSnapshots::Checked(const std::string& kind,
                                             const FetchedSnapshot* found) {
  if (found == nullptr || found->snapshot.shape == ExpectedShape(kind)) return found;
  Refuse(kind, found->snapshot.shape);
  return nullptr;
}

const FetchedSnapshot* RunSnapshots::At(const std::string& kind, std::int64_t step) {
  return Checked(kind, run_.SnapshotAt(kind, step));
}

RunDocument::MeanAndDeviation RunSnapshots::WithDeviationAt(const std::string& kind,
                                                            std::int64_t step) {
  const std::string deviation = kind + "_deviation";
  if (FindSnapshotKind(deviation) == nullptr) return {At(kind, step), nullptr};
  const auto found = run_.SnapshotsAt(kind, deviation, step);
  return {Checked(kind, found.mean), Checked(deviation, found.deviation)};
}

bool RunSnapshots::AwaitsAt(const std::string& kind, std::int64_t step) const {
  return run_.AwaitsSnapshot(kind, step) || run_.AwaitsSnapshot(kind + "_deviation", step);
}

std::vector<double> MatrixEntries(const Snapshot& snapshot, int site) {
  const auto size = static_cast<std::size_t>(snapshot.shape.back() * snapshot.shape.back());
  const std::size_t first = snapshot.shape.size() == 2 ? 0 : static_cast<std::size_t>(site) * size;
  const auto begin = snapshot.data.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(size)};
}

const SnapshotHistory* RunSnapshots::Over(const std::string& kind) {
  const SnapshotHistory* history = run_.HistoryOf(kind);
  if (history == nullptr) return nullptr;
  const std::vector<std::int64_t> expected = ExpectedShape(kind);
  const std::size_t count = ElementCount(expected);
  const bool is_well = history->shape == expected &&
                       std::all_of(history->data.begin(), history->data.end(),
                                   [count](const auto& data) { return data.size() == count; });
  if (is_well) return history;
  Refuse(kind, history->shape);
  return nullptr;
}

}  // namespace mhc
