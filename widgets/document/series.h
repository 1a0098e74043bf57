// One scalar of a run by step, with a pyramid of minima and maxima, so that any range is drawn from
// a few numbers a pixel and no spike is lost.
//
// Thread rule: plain data; one thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mhc {

// What a range of steps holds. Non-finite values are counted and never mixed in.
struct Extent {
  double minimum = 0.0, maximum = 0.0;  // of the finite values
  double sum = 0.0;                     // of them
  std::int64_t finite = 0;
  void Add(double value);
  void Add(const Extent& other);
};

// A stretch of steps of one column of pixels.
struct Bucket {
  std::int64_t first = 0, last = 0;  // steps, both inside
  Extent extent;
  double entry = 0.0, exit = 0.0;  // first and last finite value, where there is one
};

class Series {
 public:
  // Steps 1…last_step have a value; NaN where nothing was measured.
  std::int64_t last_step() const { return static_cast<std::int64_t>(values_.size()); }
  double At(std::int64_t step) const;  // NaN outside
  // The newest finite value at or before `step`, with its step; false where there is none.
  bool LastFinite(std::int64_t step, std::int64_t& found_step, double& value) const;

  // Forgets the steps after `last_step`: training went back.
  void Truncate(std::int64_t last_step);
  // Another number each time that steps were forgotten: what was made from them is out of date.
  std::int64_t revision() const { return revision_; }
  void Append(std::span<const double> values);

  // Of the steps first…last, cut to those there are.
  Extent Over(std::int64_t first, std::int64_t last) const;
  // The steps first…last in about `columns` stretches of equal length, in order: one more where the
  // first is cut to keep the others in place. Stretches without a finite value are left out. One
  // step a stretch where there is room.
  std::vector<Bucket> Envelope(std::int64_t first, std::int64_t last, int columns) const;

 private:
  void Rebuild(std::size_t first_value);

  std::int64_t revision_ = 0;
  std::vector<double> values_;                // of step i + 1
  std::vector<std::vector<Extent>> pyramid_;  // level k: blocks of kFan^(k+1) values
};

}  // namespace mhc
