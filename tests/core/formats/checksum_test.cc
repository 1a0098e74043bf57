#include "core/formats/checksum.h"

#include <gtest/gtest.h>

namespace mhc {
namespace {

// The value for no bytes, as xxHash's own test suite and `xxh128sum /dev/null` have it.
TEST(Checksum, OfNothingIsThePublishedOne) {
  EXPECT_EQ(ChecksumOf(""), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(Checksum().Text(), ChecksumOf(""));
}

TEST(Checksum, IsTheSameHoweverTheBytesArrive) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += static_cast<char>(i * 37);
  Checksum parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = std::min<std::size_t>(1 + at % 700, text.size() - at);
    parts.Take(std::as_bytes(std::span(text.data() + at, size)));
    at += size;
  }
  EXPECT_EQ(parts.Text(), ChecksumOf(text));
}

TEST(Checksum, EveryFlippedBitChangesIt) {
  std::string text(100, 'a');
  const std::string before = ChecksumOf(text);
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
    EXPECT_NE(ChecksumOf(text), before) << bit;
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
  }
}

}  // namespace
}  // namespace mhc
