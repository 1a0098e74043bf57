#include "core/formats/checksum.h"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace mhc {
namespace {

std::string Digits(const XXH128_hash_t& hash) {
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace

struct Checksum::State {
  XXH3_state_t of_library;
};

Checksum::Checksum() : state_(std::make_unique<State>()) {
  XXH3_128bits_reset(&state_->of_library);
}
Checksum::Checksum(Checksum&&) noexcept = default;
Checksum& Checksum::operator=(Checksum&&) noexcept = default;
Checksum::~Checksum() = default;

void Checksum::Take(std::span<const std::byte> bytes) {
  XXH3_128bits_update(&state_->of_library, bytes.data(), bytes.size());
}

std::string Checksum::Text() const { return Digits(XXH3_128bits_digest(&state_->of_library)); }

std::string ChecksumOf(std::span<const std::byte> bytes) {
  return Digits(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string ChecksumOf(std::string_view text) {
  return ChecksumOf(std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace mhc
