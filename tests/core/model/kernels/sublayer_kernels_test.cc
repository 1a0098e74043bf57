#include "core/model/kernels/sublayer_kernels.h"

#include <random>

#include "kernel_lanes.h"

namespace mhc {
namespace {

// Of the largest magnitude of an array.
constexpr double kSublayerValues = 1e-6, kSublayerGradients = 1e-5;
constexpr double kInsideRoot = 1e-6;

using Floats = std::vector<float>;
using Wide = std::vector<double>;

Wide ToWide(const Floats& values) { return {values.begin(), values.end()}; }

Floats NormalFloats(std::int64_t count, unsigned seed, float scale = 1.0f) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<float> normal(0.0f, scale);
  Floats values(static_cast<std::size_t>(count));
  for (float& value : values) value = normal(engine);
  return values;
}

struct RowSizes {
  std::int64_t rows, width;
};
const std::vector<RowSizes> kRowSizes = {{1, 3}, {3, 7}, {16, 33}, {21, 64}, {50, 17}, {5, 1031}};

// In double precision, a row at a time.
struct NormOracle {
  NormOracle(const Floats& x, const Floats& weight, const Floats& grad, const RowSizes& size)
      : y(x.size()), grad_x(x.size()), grad_weight(weight.size()) {
    for (std::int64_t r = 0; r < size.rows; ++r) {
      const std::int64_t first = r * size.width;
      double squares = 0, along = 0;
      for (std::int64_t k = 0; k < size.width; ++k) squares += double(x[first + k]) * x[first + k];
      const double s = 1 / std::sqrt(squares / double(size.width) + kInsideRoot);
      for (std::int64_t k = 0; k < size.width; ++k) {
        y[first + k] = s * x[first + k] * weight[k];
        grad_weight[k] += s * x[first + k] * grad[first + k];
        along += double(grad[first + k]) * weight[k] * x[first + k] * s / double(size.width);
      }
      for (std::int64_t k = 0; k < size.width; ++k) {
        grad_x[first + k] = s * (double(grad[first + k]) * weight[k] - along * x[first + k] * s);
      }
    }
  }
  Wide y, grad_x, grad_weight;
};

void ExpectNorm(const RowSizes& size, const kernels::Place& place = {}) {
  const std::int64_t count = size.rows * size.width;
  const Floats x = NormalFloats(count, 1), weight = NormalFloats(size.width, 2);
  const Floats grad = NormalFloats(count, 3);
  Floats y(x.size()), scale(static_cast<std::size_t>(size.rows));
  Floats grad_x(x.size()), grad_weight(weight.size());
  kernels::Normalise({.rows = size.rows,
                      .channels = size.width,
                      .x = x.data(),
                      .weight = weight.data(),
                      .epsilon = float(kInsideRoot),
                      .y = y.data(),
                      .scale = scale.data()},
                     place);
  Floats scratch(kernels::NormScratchFloats(size.width, place.threads));
  kernels::NormaliseBackward({.rows = size.rows,
                              .channels = size.width,
                              .x = x.data(),
                              .weight = weight.data(),
                              .scale = scale.data(),
                              .grad_y = grad.data(),
                              .grad_x = grad_x.data(),
                              .grad_weight = grad_weight.data()},
                             scratch.data(), place);
  const NormOracle oracle(x, weight, grad, size);
  EXPECT_LE(LargestError(ToWide(y), oracle.y), kSublayerValues);
  EXPECT_LE(LargestError(ToWide(grad_x), oracle.grad_x), kSublayerGradients);
  EXPECT_LE(LargestError(ToWide(grad_weight), oracle.grad_weight), kSublayerGradients);
}

TEST(NormKernel, IsTheDefinitionAndItsDerivative) {
  for (const RowSizes& size : kRowSizes) {
    SCOPED_TRACE(testing::Message() << size.rows << " rows of " << size.width);
    OnEveryInstructionSet([&] { ExpectNorm(size); });
    ExpectNorm(size, {3, ShareAmongThreads});
  }
}

void ExpectGate(const RowSizes& size, const kernels::Place& place = {}) {
  const std::int64_t count = size.rows * size.width;
  const Floats gate_up = NormalFloats(2 * count, 4, 3.0f), grad = NormalFloats(count, 5);
  Floats y(grad.size()), found(gate_up.size());
  kernels::GateUp(size.rows, size.width, gate_up.data(), y.data(), place);
  kernels::GateUpBackward(size.rows, size.width, gate_up.data(), grad.data(), found.data(), place);
  Wide value(y.size()), expected(found.size());
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t at = i / size.width * 2 * size.width + i % size.width;
    const double g = gate_up[at], u = gate_up[at + size.width], s = 1 / (1 + std::exp(-g));
    value[i] = g * s * u;
    expected[at] = grad[i] * u * s * (1 + g * (1 - s));
    expected[at + size.width] = grad[i] * g * s;
  }
  EXPECT_LE(LargestError(ToWide(y), value), kSublayerValues);
  EXPECT_LE(LargestError(ToWide(found), expected), kSublayerGradients);
}

TEST(GateKernel, IsTheDefinitionAndItsDerivative) {
  for (const RowSizes& size : kRowSizes) {
    SCOPED_TRACE(testing::Message() << size.rows << " rows of " << size.width);
    OnEveryInstructionSet([&] { ExpectGate(size); });
    ExpectGate(size, {3, ShareAmongThreads});
  }
}

TEST(GateKernel, KeepsANaNAndShutsAndOpensAtExtremes) {
  OnEveryInstructionSet([] {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const Floats gate_up = {nan, -3000.0f, 3000.0f, 1.0f, 2.0f, 2.0f, 2.0f, nan};
    Floats y(4), grad(8);
    const Floats ones(4, 1.0f);
    constexpr float kShut = 1e-30f;  // what σ(−87) leaves
    kernels::GateUp(1, 4, gate_up.data(), y.data(), {});
    kernels::GateUpBackward(1, 4, gate_up.data(), ones.data(), grad.data(), {});
    EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[3]) && std::isnan(grad[0]) && std::isnan(grad[4]));
    EXPECT_NEAR(y[1], 0.0f, kShut);
    EXPECT_EQ(y[2], 6000.0f);
    EXPECT_NEAR(grad[1], 0.0f, kShut);
    EXPECT_EQ(grad[2], 2.0f);
    EXPECT_NEAR(grad[5], 0.0f, kShut);
    EXPECT_EQ(grad[6], 3000.0f);
  });
}

struct HeadSizes {
  std::int64_t batch, length;
  int heads, half;
};

void ExpectRotation(const HeadSizes& size, const kernels::Place& place = {}) {
  const std::int64_t tokens = size.batch * size.length, half = size.half;
  const std::int64_t width = 2 * size.heads * half;
  const Floats angles = NormalFloats(size.length * half, 6, 2.0f);
  Floats cosine(angles.size()), sine(angles.size());
  for (std::size_t i = 0; i < angles.size(); ++i) {
    cosine[i] = std::cos(angles[i]);
    sine[i] = std::sin(angles[i]);
  }
  const kernels::Rotation rotation{.tokens = tokens,
                                   .length = size.length,
                                   .heads = size.heads,
                                   .half = size.half,
                                   .cosine = cosine.data(),
                                   .sine = sine.data()};
  const Floats qkv = NormalFloats(3 * tokens * width, 7);
  Floats q(static_cast<std::size_t>(tokens * width)), k(q.size()), v(q.size()), back(qkv.size());
  kernels::Rotate(rotation, qkv.data(), {q.data(), k.data(), v.data()}, place);
  Wide expected_q(q.size()), expected_k(q.size()), expected_v(q.size());
  for (std::int64_t i = 0; i < tokens * size.heads * half; ++i) {
    const std::int64_t token = i / (size.heads * half), head = i / half % size.heads, r = i % half;
    const double c = cosine[token % size.length * half + r];
    const double s = sine[token % size.length * half + r];
    const std::int64_t to = token * width + head * 2 * half + r, from = to + 2 * token * width;
    const auto turn = [&](std::int64_t at, Wide& out) {
      const double a = qkv[at], b = qkv[at + half];
      out[to] = a * c - b * s;
      out[to + half] = b * c + a * s;
    };
    turn(from, expected_q);
    turn(from + width, expected_k);
    expected_v[to] = qkv[from + 2 * width];
    expected_v[to + half] = qkv[from + 2 * width + half];
  }
  EXPECT_LE(LargestError(ToWide(q), expected_q), kSublayerValues);
  EXPECT_LE(LargestError(ToWide(k), expected_k), kSublayerValues);
  EXPECT_EQ(LargestError(ToWide(v), expected_v), 0.0);
  // A rotation's transpose is its inverse.
  kernels::RotateBackward(rotation, {q.data(), k.data(), v.data()}, back.data(), place);
  EXPECT_LE(LargestError(ToWide(back), ToWide(qkv)), kSublayerValues);
}

TEST(RotationKernel, TurnsEveryPlaneByItsTokensAngleAndTheWayBackUndoesIt) {
  for (const HeadSizes& size : {HeadSizes{1, 1, 1, 1}, HeadSizes{2, 5, 3, 2}, HeadSizes{3, 7, 2, 8},
                                HeadSizes{2, 9, 4, 16}, HeadSizes{1, 20, 2, 27}}) {
    SCOPED_TRACE(testing::Message() << size.heads << " heads of " << 2 * size.half);
    OnEveryInstructionSet([&] { ExpectRotation(size); });
    ExpectRotation(size, {3, ShareAmongThreads});
  }
}

}  // namespace
}  // namespace mhc
