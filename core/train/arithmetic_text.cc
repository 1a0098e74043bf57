#include "core/train/arithmetic_text.h"

#include <fmt/format.h>

#include <cmath>

#include "core/manifold/counter_random.h"

namespace mhc {
namespace {

constexpr std::int64_t kLineLength = 11;
constexpr std::uint64_t kStream = 0x61726974686d;  // keeps this draw apart from the data order

}  // namespace

std::string ArithmeticText(std::int64_t seed, std::int64_t characters) {
  const std::int64_t lines = (characters + kLineLength - 1) / kLineLength;
  std::string text;
  text.reserve(static_cast<std::size_t>(lines * kLineLength));
  for (std::int64_t line = 0; line < lines; ++line) {
    const std::uint64_t draw = CounterRandom(kStream, seed, line, 0) % 30000;
    const int a = static_cast<int>(draw % 100), b = static_cast<int>(draw / 100 % 100);
    const int operation = static_cast<int>(draw / 10000);
    const int result = operation == 0 ? a + b : operation == 1 ? a - b : a * b;
    fmt::format_to(std::back_inserter(text), "{:02d}{}{:02d}={:04d}\n", a, "+-*"[operation], b,
                   result);
  }
  return text;
}

double ArithmeticEntropyFloor() { return std::log(100.0 * 3.0 * 100.0) / kLineLength; }

}  // namespace mhc
