#include "core/model/sinkhorn_knopp.h"

namespace mhc {
namespace {

constexpr std::int64_t kRows = -1;  // summing over the last dimension gives row sums
constexpr std::int64_t kColumns = -2;

at::Tensor Normalise(const at::Tensor& m, std::int64_t dimension, double epsilon) {
  const at::Tensor sums = m.sum(dimension, /*keepdim=*/true);
  return m / (epsilon > 0 ? sums + epsilon : sums);
}

}  // namespace

at::Tensor SinkhornKnopp(const at::Tensor& logits, const ConstraintOptions& options) {
  const std::int64_t iterations = options.Integer("iterations");
  const double epsilon = options.Number("epsilon");
  const bool columns_first = options.Text("order") == "columns_rows";
  const std::int64_t first = columns_first ? kColumns : kRows;
  const std::int64_t second = columns_first ? kRows : kColumns;
  if (iterations == 0) return logits.exp();

  at::Tensor m;
  if (epsilon > 0) {
    m = Normalise(logits.softmax(first) + epsilon, second, epsilon);
  } else {
    // The first iteration in the log domain: afterwards every sum is between 1/n² and n, so that no
    // later division can meet an underflowed row, however wide the logits are.
    m = logits.log_softmax(first).softmax(second);
  }
  for (std::int64_t t = 1; t < iterations; ++t) {
    m = Normalise(Normalise(m, first, epsilon), second, epsilon);
  }
  return m;
}

}  // namespace mhc
