#include "core/model/placed_numbers.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "core/model/kernels/card.h"

namespace mhc {
namespace {

// To the nearest, ties to even.
std::uint16_t ToBfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>(bits >> 16 | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}
float FromBfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::vector<float> Packed(const std::vector<float>& values) {
  std::vector<std::uint16_t> halves(values.size());
  for (std::size_t k = 0; k < values.size(); ++k) halves[k] = ToBfloat16(values[k]);
  std::vector<float> packed((values.size() + 1) / 2);
  if (!halves.empty()) std::memcpy(packed.data(), halves.data(), 2 * halves.size());
  return packed;
}
std::vector<float> Unpacked(const std::vector<float>& packed, std::size_t count) {
  std::vector<std::uint16_t> halves(count);
  if (count > 0) std::memcpy(halves.data(), packed.data(), 2 * count);
  std::vector<float> values(count);
  for (std::size_t k = 0; k < count; ++k) values[k] = FromBfloat16(halves[k]);
  return values;
}

}  // namespace

PlacedNumbers::PlacedNumbers(const std::vector<float>& values, bool is_bfloat16,
                             const kernels::Place& place)
    : count_(values.size()),
      is_bfloat16_(is_bfloat16),
      on_card_(place.card != nullptr),
      memory_(is_bfloat16 ? Packed(values) : values) {
  if (!on_card_ || memory_.empty()) return;
  card_ = kernels::AllocateOnCard(Bytes());
  if (card_ != nullptr) kernels::CopyToCard(memory_.data(), Bytes(), card_);
}

PlacedNumbers::~PlacedNumbers() {
  if (card_ != nullptr) kernels::FreeOnCard(card_);
}

PlacedNumbers::PlacedNumbers(PlacedNumbers&& other) noexcept
    : count_(other.count_),
      is_bfloat16_(other.is_bfloat16_),
      on_card_(other.on_card_),
      memory_(std::move(other.memory_)),
      card_(std::exchange(other.card_, nullptr)) {}

std::size_t PlacedNumbers::Bytes() const { return memory_.size() * sizeof(float); }

std::vector<float> PlacedNumbers::Read() const {
  std::vector<float> memory = memory_;
  if (on_card_ && !memory.empty() &&
      (card_ == nullptr || !kernels::CopyFromCard(card_, Bytes(), memory.data()))) {
    return std::vector<float>(count_, std::numeric_limits<float>::quiet_NaN());
  }
  return is_bfloat16_ ? Unpacked(memory, count_) : memory;
}

}  // namespace mhc
