// The logistic function of the gates, and its inverse. Thread rule: pure functions.
#pragma once

#include <algorithm>
#include <cmath>

namespace mhc {

inline double Sigmoid(double logit) {
  // Of the negative magnitude, so that no exponential overflows.
  const double e = std::exp(-std::abs(logit));
  return logit >= 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
}

// σ'(logit) = σ(1 − σ), without the cancellation of 1 − σ.
inline double SigmoidSlope(double logit) { return Sigmoid(logit) * Sigmoid(-logit); }

// ln(share / (1 − share)), held to ±limit; a share at or beyond 0 or 1 gives the limit.
inline double Logit(double share, double limit) {
  if (share <= 0.0) return -limit;
  if (share >= 1.0) return limit;
  return std::clamp(std::log(share) - std::log1p(-share), -limit, limit);
}

}  // namespace mhc
