// A run's snapshots as a view draws them: of the shape that the run's configuration asks for. A
// record of a stranger may hold others.
//
// Thread rule: the window's thread. Lifetime: borrows the run; what it returns is the run's.
#pragma once

#include <QString>
#include <cstdint>
#include <string>
#include <vector>

#include "widgets/document/run_document.h"

namespace mhc {

class RunSnapshots {
 public:
  explicit RunSnapshots(RunDocument& run) : run_(run) {}

  // At or before `step`; nullptr while it is on its way, where there is none, and where it is of
  // another shape.
  const FetchedSnapshot* At(const std::string& kind, std::int64_t step);
  // The same with its deviation over tokens, of the same step; without one where the kind or the
  // record has none. No mean while either is on its way and no earlier step has both.
  RunDocument::MeanAndDeviation WithDeviationAt(const std::string& kind, std::int64_t step);
  // True while the reader looks for it, or for its deviation over tokens.
  bool AwaitsAt(const std::string& kind, std::int64_t step) const;
  // At every step that has one, likewise.
  const SnapshotHistory* Over(const std::string& kind);
  // The first one of another shape that was asked for, in a sentence; empty where all were well.
  const QString& error() const { return error_; }

 private:
  std::vector<std::int64_t> ExpectedShape(const std::string& kind) const;
  // nullptr, after a refusal, where it is of another shape.
  const FetchedSnapshot* Checked(const std::string& kind, const FetchedSnapshot* found);
  void Refuse(const std::string& kind, const std::vector<std::int64_t>& found);

  RunDocument& run_;
  QString error_;
};

// The n×n matrix of a site, row-major, of a snapshot of shape L,n,n, or the only one of shape n,n.
std::vector<double> MatrixEntries(const Snapshot& snapshot, int site);

}  // namespace mhc
