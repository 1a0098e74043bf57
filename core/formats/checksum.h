// A checksum that finds what a disk or a copy has damaged: XXH3 in 128 bits (xxhash.com), as 32
// hexadecimal digits, the most significant first, as `xxh128sum` prints it. It is no protection
// against a person who means to deceive.
//
// Thread rule: one thread an object.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace mhc {

class Checksum {
 public:
  Checksum();
  Checksum(Checksum&&) noexcept;
  Checksum& operator=(Checksum&&) noexcept;
  ~Checksum();

  void Take(std::span<const std::byte> bytes);
  std::string Text() const;  // of all that was taken

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string ChecksumOf(std::span<const std::byte> bytes);
std::string ChecksumOf(std::string_view text);

}  // namespace mhc
