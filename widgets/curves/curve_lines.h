// The lines of a scalar's curves: one a run, or one with a band for the runs that differ only in
// their seed, each smoothed where that is wanted.
//
// Thread rule: the window's thread. Lifetime: what a line refers to lives until the next Collect()
// or until one of its runs is closed.
#pragma once

#include <QString>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "widgets/curves/run_curve.h"
#include "widgets/document/seed_fold.h"
#include "widgets/document/seed_series.h"
#include "widgets/document/smoothed_series.h"

namespace mhc {

struct CurveLine {
  SeedFold fold;
  QString name;
  int color = 0;  // of its first run
  bool is_current = false;
  CurveSource source;
  const Series* shown = nullptr;  // the line itself: what a value at the cursor is of
};

class CurveLines {
 public:
  explicit CurveLines(std::string column) : column_(std::move(column)) {}
  void SetColumn(std::string column);

  // Of the runs that are shown and have the column, in the order of the run table. `mean_steps`: 0
  // is as measured.
  const std::vector<CurveLine>& Collect(const RunSelection& runs, int mean_steps, bool folds_seeds);
  const std::vector<CurveLine>& lines() const { return lines_; }
  // Lets go of everything that belongs to runs.
  void Forget();

 private:
  void Prune(const RunSelection& runs);
  const Series& SmoothedOf(const RunDocument& run, int mean_steps);
  CurveLine LineOf(SeedFold fold, int mean_steps, const RunSelection& runs);

  std::string column_;
  std::vector<CurveLine> lines_;
  int mean_steps_ = 0;
  std::map<ReaderThread::RunKey, SmoothedSeries> means_;
  std::map<ReaderThread::RunKey, SeedSeries> folds_;   // by the first run
  std::map<ReaderThread::RunKey, SeedSeries> points_;  // likewise, of validation
};

}  // namespace mhc
