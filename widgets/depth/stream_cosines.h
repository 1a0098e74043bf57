// How alike the streams are at every position along the depth: the cosines of all pairs, token
// means with their deviation.
//
// Thread rule: plain data; the window's thread.
#pragma once

#include <QString>
#include <cstdint>
#include <vector>

#include "widgets/frame/matrix_painting.h"

namespace mhc {

class RunSnapshots;

class StreamCosines {
 public:
  // The snapshot at or before `step`; false, and nothing changes, where it is not there or not yet.
  bool Read(RunSnapshots& snapshots, std::int64_t step);
  std::int64_t step() const { return step_; }  // of the snapshot

  // By position, of the pairs of different streams.
  struct Pairs {
    std::vector<double> mean, least, most;
  };
  Pairs OfPairs() const;
  // The matrix at a position, which `where` names: "before site 3".
  MatrixContent MatrixAt(int position, const QString& where) const;

 private:
  std::int64_t step_ = 0;
  int streams_ = 0;
  // n×n a position; no deviations where the record has none.
  std::vector<std::vector<double>> means_, deviations_;
};

}  // namespace mhc
