#include "core/formats/element_type.h"

#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

namespace mhc {
namespace {

static_assert(std::endian::native == std::endian::little, "the readers copy bytes as they are");

struct ElementRow {
  ElementType type;
  std::string_view name;
  std::size_t bytes;
};

constexpr std::array<ElementRow, 15> kElements = {{{ElementType::kBool, "BOOL", 1},
                                                   {ElementType::kU8, "U8", 1},
                                                   {ElementType::kI8, "I8", 1},
                                                   {ElementType::kF8E4M3, "F8_E4M3", 1},
                                                   {ElementType::kF8E5M2, "F8_E5M2", 1},
                                                   {ElementType::kI16, "I16", 2},
                                                   {ElementType::kU16, "U16", 2},
                                                   {ElementType::kF16, "F16", 2},
                                                   {ElementType::kBF16, "BF16", 2},
                                                   {ElementType::kI32, "I32", 4},
                                                   {ElementType::kU32, "U32", 4},
                                                   {ElementType::kF32, "F32", 4},
                                                   {ElementType::kF64, "F64", 8},
                                                   {ElementType::kI64, "I64", 8},
                                                   {ElementType::kU64, "U64", 8}}};

const ElementRow& Row(ElementType type) {
  const ElementRow& row = kElements[static_cast<std::size_t>(type)];
  assert(row.type == type && "the table is in the order of the enumeration");
  return row;
}

// A number of 1 sign bit, exponent bits and mantissa bits, as IEEE 754 lays it out.
struct SmallFloat {
  int exponent_bits;
  int mantissa_bits;
  bool has_infinity;  // false: E4M3, whose only special value is NaN with all bits set
};

constexpr SmallFloat kHalf = {5, 10, true};
constexpr SmallFloat kBrain = {8, 7, true};
constexpr SmallFloat kE4M3 = {4, 3, false};
constexpr SmallFloat kE5M2 = {5, 2, true};

double Widen(const SmallFloat& format, unsigned bits) {
  const int mantissa = static_cast<int>(bits & ((1u << format.mantissa_bits) - 1));
  const int largest_exponent = (1 << format.exponent_bits) - 1;
  const int exponent = static_cast<int>(bits >> format.mantissa_bits) & largest_exponent;
  const bool negative = (bits >> (format.mantissa_bits + format.exponent_bits)) & 1u;
  const int bias = largest_exponent / 2;
  double magnitude = 0.0;
  if (exponent == largest_exponent && format.has_infinity) {
    magnitude = mantissa == 0 ? std::numeric_limits<double>::infinity()
                              : std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == largest_exponent && mantissa == (1 << format.mantissa_bits) - 1) {
    magnitude = std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == 0) {
    magnitude = std::ldexp(mantissa, 1 - bias - format.mantissa_bits);
  } else {
    magnitude =
        std::ldexp(mantissa + (1 << format.mantissa_bits), exponent - bias - format.mantissa_bits);
  }
  return negative ? -magnitude : magnitude;
}

// Copies each element out of bytes of any alignment, then widens it.
template <class Element, class ToDouble>
std::vector<double> WidenEach(std::span<const std::byte> bytes, ToDouble to_double) {
  assert(bytes.size() % sizeof(Element) == 0);
  std::vector<double> values(bytes.size() / sizeof(Element));
  for (std::size_t i = 0; i < values.size(); ++i) {
    Element element;
    std::memcpy(&element, bytes.data() + i * sizeof(Element), sizeof(Element));
    values[i] = to_double(element);
  }
  return values;
}

template <class Element>
std::vector<double> WidenEach(std::span<const std::byte> bytes) {
  return WidenEach<Element>(bytes, [](Element element) { return static_cast<double>(element); });
}

template <class Bits>
std::vector<double> WidenSmall(const SmallFloat& format, std::span<const std::byte> bytes) {
  return WidenEach<Bits>(bytes, [&format](Bits bits) { return Widen(format, bits); });
}

}  // namespace

std::string_view Name(ElementType type) { return Row(type).name; }

std::size_t ElementBytes(ElementType type) { return Row(type).bytes; }

std::string_view AllElementNames() {
  return "BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64";
}

std::optional<ElementType> FindElementType(std::string_view name) {
  for (const ElementRow& row : kElements) {
    if (row.name == name) return row.type;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> CheckedProduct(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

std::vector<double> WidenToDouble(ElementType type, std::span<const std::byte> bytes) {
  switch (type) {
    case ElementType::kBool:
      return WidenEach<std::uint8_t>(bytes, [](std::uint8_t byte) { return byte ? 1.0 : 0.0; });
    case ElementType::kU8:
      return WidenEach<std::uint8_t>(bytes);
    case ElementType::kI8:
      return WidenEach<std::int8_t>(bytes);
    case ElementType::kF8E4M3:
      return WidenSmall<std::uint8_t>(kE4M3, bytes);
    case ElementType::kF8E5M2:
      return WidenSmall<std::uint8_t>(kE5M2, bytes);
    case ElementType::kI16:
      return WidenEach<std::int16_t>(bytes);
    case ElementType::kU16:
      return WidenEach<std::uint16_t>(bytes);
    case ElementType::kF16:
      return WidenSmall<std::uint16_t>(kHalf, bytes);
    case ElementType::kBF16:
      return WidenSmall<std::uint16_t>(kBrain, bytes);
    case ElementType::kI32:
      return WidenEach<std::int32_t>(bytes);
    case ElementType::kU32:
      return WidenEach<std::uint32_t>(bytes);
    case ElementType::kF32:
      return WidenEach<float>(bytes);
    case ElementType::kF64:
      return WidenEach<double>(bytes);
    case ElementType::kI64:
      return WidenEach<std::int64_t>(bytes);
    case ElementType::kU64:
      return WidenEach<std::uint64_t>(bytes);
  }
  assert(false && "every element type has a case");
  return {};
}

}  // namespace mhc
