#include "core/formats/element_type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace mhc {
namespace {

using testing::ElementsAre;

template <class T>
std::vector<double> Widen(ElementType type, const std::vector<T>& bits) {
  return WidenToDouble(type, std::as_bytes(std::span(bits)));
}

TEST(ElementTypes, AreFoundByTheirNames) {
  for (int i = 0; i <= static_cast<int>(ElementType::kU64); ++i) {
    const auto type = static_cast<ElementType>(i);
    EXPECT_EQ(FindElementType(Name(type)), type);
  }
  EXPECT_EQ(FindElementType("F31"), std::nullopt);
  EXPECT_EQ(ElementBytes(ElementType::kBF16), 2u);
}

TEST(ElementTypes, WidenIntegersOfEverySize) {
  EXPECT_THAT(Widen<std::int8_t>(ElementType::kI8, {-128, 127}), ElementsAre(-128, 127));
  EXPECT_THAT(Widen<std::uint8_t>(ElementType::kU8, {0, 255}), ElementsAre(0, 255));
  EXPECT_THAT(Widen<std::uint8_t>(ElementType::kBool, {0, 1, 7}), ElementsAre(0, 1, 1));
  EXPECT_THAT(Widen<std::int16_t>(ElementType::kI16, {-32768}), ElementsAre(-32768));
  EXPECT_THAT(Widen<std::uint16_t>(ElementType::kU16, {65535}), ElementsAre(65535));
  EXPECT_THAT(Widen<std::int32_t>(ElementType::kI32, {-5}), ElementsAre(-5));
  EXPECT_THAT(Widen<std::uint32_t>(ElementType::kU32, {4294967295u}), ElementsAre(4294967295.0));
  EXPECT_THAT(Widen<std::int64_t>(ElementType::kI64, {-9007199254740992}),
              ElementsAre(-9007199254740992.0));
  EXPECT_THAT(Widen<std::uint64_t>(ElementType::kU64, {~std::uint64_t{0}}),
              ElementsAre(18446744073709551616.0));
}

TEST(ElementTypes, WidenHalfPrecisionWithSubnormalsAndSpecialValues) {
  EXPECT_THAT(Widen<std::uint16_t>(ElementType::kF16, {0x3C00, 0xC100, 0x7BFF, 0x0001, 0x0400}),
              ElementsAre(1.0, -2.5, 65504.0, std::ldexp(1, -24), std::ldexp(1, -14)));
  const auto special = Widen<std::uint16_t>(ElementType::kF16, {0x7C00, 0xFC00, 0x7C01, 0x8000});
  EXPECT_EQ(special[0], INFINITY);
  EXPECT_EQ(special[1], -INFINITY);
  EXPECT_TRUE(std::isnan(special[2]));
  EXPECT_TRUE(special[3] == 0.0 && std::signbit(special[3]));
}

TEST(ElementTypes, WidenBrainFloatsLikeTheUpperHalfOfAFloat) {
  const auto values = Widen<std::uint16_t>(ElementType::kBF16, {0x3F80, 0xC0A0, 0x7F80, 0x0001});
  EXPECT_THAT(values, ElementsAre(1.0, -5.0, INFINITY, std::ldexp(1, -133)));
}

TEST(ElementTypes, WidenBothEightBitFloats) {
  EXPECT_THAT(Widen<std::uint8_t>(ElementType::kF8E4M3, {0x38, 0x7E, 0x01, 0xB8}),
              ElementsAre(1.0, 448.0, std::ldexp(1, -9), -1.0));
  EXPECT_TRUE(std::isnan(Widen<std::uint8_t>(ElementType::kF8E4M3, {0x7F})[0]));
  EXPECT_THAT(Widen<std::uint8_t>(ElementType::kF8E5M2, {0x3C, 0x7B, 0x7C, 0x01}),
              ElementsAre(1.0, 57344.0, INFINITY, std::ldexp(1, -16)));
}

TEST(ElementTypes, ProductsThatDoNotFitAreNothing) {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(CheckedProduct(kLargest, 1), kLargest);
  EXPECT_EQ(CheckedProduct(kLargest, 2), std::nullopt);
  EXPECT_EQ(CheckedProduct(kLargest, 0), 0u);
}

}  // namespace
}  // namespace mhc
