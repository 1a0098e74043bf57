// Generated text whose entropy is known: the built-in corpus with a floor for the loss.
#pragma once

#include <cstdint>
#include <string>

namespace mhc {

// Lines of eleven characters, "47*03=0141\n": two operands of two digits and one of + - *, each
// uniform and independent, and the result in four characters ("-022" where negative).
// `characters` is rounded up to whole lines. Deterministic in the seed.
std::string ArithmeticText(std::int64_t seed, std::int64_t characters);

// Entropy of that text, nats a character: ln(100 · 3 · 100) / 11. No model that sees the phase of
// the line can have a lower expected loss.
double ArithmeticEntropyFloor();

}  // namespace mhc
