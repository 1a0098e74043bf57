// The element types of arrays on disk, by the names that safetensors gives them, and their widening
// to double. Everything is little-endian. Thread rule: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace mhc {

enum class ElementType {
  kBool,
  kU8,
  kI8,
  kF8E4M3,
  kF8E5M2,
  kI16,
  kU16,
  kF16,
  kBF16,
  kI32,
  kU32,
  kF32,
  kF64,
  kI64,
  kU64
};

std::string_view Name(ElementType type);     // "F32"
std::size_t ElementBytes(ElementType type);  // 4
std::string_view AllElementNames();          // "BOOL, U8, …", for a refusal
std::optional<ElementType> FindElementType(std::string_view name);

// a · b, or nothing where it does not fit.
std::optional<std::uint64_t> CheckedProduct(std::uint64_t a, std::uint64_t b);

// The elements in `bytes`, whose size must be a multiple of the element's; no alignment is needed.
// Exact but for 64-bit integers beyond 2^53, which are rounded to nearest. A BOOL byte other than 0
// is 1.
std::vector<double> WidenToDouble(ElementType type, std::span<const std::byte> bytes);

}  // namespace mhc
