// Numbers where the kernels of a place reach them: in memory, or on a card.
#pragma once

#include <vector>

#include "core/model/kernels/place.h"

namespace mhc {

class PlacedNumbers {
 public:
  // float32 or, rounded to it, bfloat16.
  PlacedNumbers(const std::vector<float>& values, bool is_bfloat16, const kernels::Place& place);
  // As many zeros.
  PlacedNumbers(std::size_t count, bool is_bfloat16, const kernels::Place& place)
      : PlacedNumbers(std::vector<float>(count), is_bfloat16, place) {}
  ~PlacedNumbers();
  PlacedNumbers(PlacedNumbers&& other) noexcept;
  PlacedNumbers& operator=(PlacedNumbers&&) = delete;

  std::size_t size() const { return count_; }
  // Null where the card had no room.
  void* data() { return on_card_ ? card_ : memory_.data(); }
  const void* data() const { return on_card_ ? card_ : memory_.data(); }
  float* floats() { return static_cast<float*>(data()); }
  const float* floats() const { return static_cast<const float*>(data()); }
  // As they are by now; NaN where the card failed.
  std::vector<float> Read() const;

 private:
  std::size_t Bytes() const;
  std::size_t count_;
  bool is_bfloat16_, on_card_;
  std::vector<float> memory_;  // of twice as many bfloat16 numbers
  void* card_ = nullptr;
};

}  // namespace mhc
