#include "core/model/sinkhorn_knopp.h"

namespace mhc {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Matrices lie as [N, N, M], one in each column of the last dimension: sums over four entries then
// run along memory instead of across it.
constexpr std::int64_t kOverRows = 0;     // gives column sums
constexpr std::int64_t kOverColumns = 1;  // gives row sums

// The alternating divisions after the first iteration. Backward of y = x / Σx is
// g_x = (g_y − Σ(g_y ∘ y)) / Σx, walked in reverse through the states that forward kept; autograd
// over the divisions would launch twice the operations for the same numbers.
class AlternatingNormalisation : public torch::autograd::Function<AlternatingNormalisation> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& start_NNM,
                            std::int64_t iterations, std::int64_t first, std::int64_t second,
                            double epsilon) {
    variable_list kept;
    at::Tensor m = start_NNM;
    for (std::int64_t t = 0; t < iterations; ++t) {
      for (const std::int64_t dimension : {first, second}) {
        at::Tensor sums = m.sum(dimension, /*keepdim=*/true);
        if (epsilon > 0) sums.add_(epsilon);
        m = m / sums;
        kept.push_back(m);
        kept.push_back(sums);
      }
    }
    context->save_for_backward(kept);
    context->saved_data["first"] = first;
    context->saved_data["second"] = second;
    return m;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list kept = context->get_saved_variables();
    const std::int64_t first = context->saved_data["first"].toInt();
    const std::int64_t second = context->saved_data["second"].toInt();
    at::Tensor gradient = gradients[0].contiguous();
    for (std::size_t i = kept.size(); i > 0; i -= 2) {
      const at::Tensor& normalised = kept[i - 2];
      const at::Tensor& sums = kept[i - 1];
      const std::int64_t dimension = i % 4 == 0 ? second : first;
      const at::Tensor mean = (gradient * normalised).sum(dimension, /*keepdim=*/true);
      gradient = (gradient - mean).div_(sums);
    }
    return {gradient, {}, {}, {}, {}};
  }
};

}  // namespace

at::Tensor SinkhornKnopp(const at::Tensor& logits, const ConstraintOptions& options) {
  const std::int64_t iterations = options.Integer("iterations");
  const double epsilon = options.Number("epsilon");
  const bool columns_first = options.Text("order") == "columns_rows";
  const std::int64_t first = columns_first ? kOverRows : kOverColumns;
  const std::int64_t second = columns_first ? kOverColumns : kOverRows;
  if (iterations == 0) return logits.exp();

  const std::int64_t n = logits.size(-1);
  const at::Tensor z_NNM = logits.reshape({-1, n, n}).permute({1, 2, 0}).contiguous();
  at::Tensor m;
  if (epsilon > 0) {
    m = z_NNM.softmax(first) + epsilon;
    m = m / (m.sum(second, /*keepdim=*/true) + epsilon);
  } else {
    // The first iteration in the log domain: afterwards every sum is between 1/n² and n, so that no
    // later division can meet an underflowed row, however wide the logits are.
    m = z_NNM.log_softmax(first).softmax(second);
  }
  if (iterations > 1) {
    m = AlternatingNormalisation::apply(m, iterations - 1, first, second, epsilon);
  }
  return m.permute({2, 0, 1}).reshape(logits.sizes());
}

}  // namespace mhc
