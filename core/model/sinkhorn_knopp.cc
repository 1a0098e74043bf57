#include "core/model/sinkhorn_knopp.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <span>
#include <vector>

#include "core/manifold/constraints/sinkhorn.h"

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

// The spread max − min of a token's logits up to which no iterate has an entry below the smallest
// ordinary number of the type, by kSinkhornDoubleSpread's bound.
double LargestSpread(at::ScalarType type) {
  constexpr double kFloat32Spread = 41.0;
  return type == torch::kFloat64 ? kSinkhornDoubleSpread : kFloat32Spread;
}

ConstraintChoice OracleChoice(std::int64_t iterations, double epsilon, bool columns_first) {
  ConstraintChoice choice = *ChooseConstraint("sinkhorn");
  choice.options.Set("iterations", iterations);
  choice.options.Set("epsilon", epsilon);
  choice.options.Set("order", std::string(columns_first ? "columns_rows" : "rows_columns"));
  return choice;
}

// Beyond the range of a double: the oracle, token after token on the host. Logits here are those of
// a model that is far gone; what they need is to be right.
class OracleIteration : public torch::autograd::Function<OracleIteration> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& logits_MNN,
                            std::int64_t iterations, double epsilon, bool columns_first) {
    context->save_for_backward({logits_MNN});
    context->saved_data["iterations"] = iterations;
    context->saved_data["epsilon"] = epsilon;
    context->saved_data["columns_first"] = columns_first;
    const ConstraintChoice choice = OracleChoice(iterations, epsilon, columns_first);
    const at::Tensor z_MNN = logits_MNN.to(torch::kCPU).contiguous();
    at::Tensor res_MNN = torch::empty_like(z_MNN);
    EachToken(z_MNN, [&](std::span<const double> logits, int n, std::int64_t first) {
      const Matrix matrix = MapLogits(choice, n, logits);
      std::copy_n(matrix.data(), matrix.size(), res_MNN.data_ptr<double>() + first);
    });
    return res_MNN.to(logits_MNN.device());
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::Tensor logits_MNN = context->get_saved_variables()[0];
    const ConstraintChoice choice = OracleChoice(context->saved_data["iterations"].toInt(),
                                                 context->saved_data["epsilon"].toDouble(),
                                                 context->saved_data["columns_first"].toBool());
    const at::Tensor z_MNN = logits_MNN.to(torch::kCPU).contiguous();
    const at::Tensor grad_res_MNN = gradients[0].to(torch::kCPU).contiguous();
    at::Tensor grad_MNN = torch::empty_like(z_MNN);
    EachToken(z_MNN, [&](std::span<const double> logits, int n, std::int64_t first) {
      const Eigen::Map<const Matrix> grad_matrix(grad_res_MNN.data_ptr<double>() + first, n, n);
      const std::vector<double> grad = PullbackLogits(choice, n, logits, grad_matrix);
      std::copy(grad.begin(), grad.end(), grad_MNN.data_ptr<double>() + first);
    });
    return {grad_MNN.to(logits_MNN.device()), {}, {}, {}};
  }

 private:
  // body(logits, n, place of the first): each writes places of its own.
  template <class Body>
  static void EachToken(const at::Tensor& z_MNN, const Body& body) {
    constexpr std::int64_t kTokensAThread = 8;
    const std::int64_t n = z_MNN.size(-1), count = n * n;
    const double* const values = z_MNN.data_ptr<double>();
    at::parallel_for(0, z_MNN.size(0), kTokensAThread, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t first = begin * count; first < end * count; first += count) {
        body({values + first, static_cast<std::size_t>(count)}, static_cast<int>(n), first);
      }
    });
  }
};

// In the type of the logits, which are near enough to each other.
at::Tensor IterateInType(const at::Tensor& z_NNM, std::int64_t iterations, double epsilon,
                         bool columns_first) {
  const std::int64_t first = columns_first ? kOverRows : kOverColumns;
  const std::int64_t second = columns_first ? kOverColumns : kOverRows;
  at::Tensor m;
  if (epsilon > 0) {
    m = z_NNM.softmax(first) + epsilon;
    m = m / (m.sum(second, /*keepdim=*/true) + epsilon);
  } else {
    // The first iteration in the log domain: afterwards every sum is between 1/n² and n, so that no
    // later division can meet an underflowed row.
    m = z_NNM.log_softmax(first).softmax(second);
  }
  if (iterations > 1) {
    m = AlternatingNormalisation::apply(m, iterations - 1, first, second, epsilon);
  }
  return m;
}

// Tokens whose logits are too far apart for the type are done in float64, and those that are too
// far apart for that by the oracle; the others are what they are without them.
at::Tensor Iterate(const at::Tensor& z_NNM, std::int64_t iterations, double epsilon,
                   bool columns_first) {
  at::Tensor far_M;
  {
    torch::NoGradGuard no_grad;
    const at::Tensor z_KM = z_NNM.flatten(0, 1);
    const at::Tensor high_M = z_KM.amax(0).to(torch::kFloat64);
    const at::Tensor low_M = z_KM.amin(0).to(torch::kFloat64);
    // Of a NaN or an infinity the iteration makes a NaN, for the guard to see.
    far_M = (high_M - low_M > LargestSpread(z_NNM.scalar_type())) & high_M.isfinite() &
            low_M.isfinite();
  }
  if (!far_M.any().item<bool>()) return IterateInType(z_NNM, iterations, epsilon, columns_first);

  const at::Tensor far = far_M.nonzero().squeeze(1);
  const at::Tensor far_NNM = z_NNM.index_select(2, far);
  const at::Tensor of_far =
      z_NNM.scalar_type() == torch::kFloat64
          ? OracleIteration::apply(far_NNM.permute({2, 0, 1}).contiguous(), iterations, epsilon,
                                   columns_first)
                .permute({1, 2, 0})
          : Iterate(far_NNM.to(torch::kFloat64), iterations, epsilon, columns_first)
                .to(z_NNM.scalar_type());
  // In their places, so that the bits of the others do not depend on how many there are.
  const at::Tensor of_others =
      IterateInType(z_NNM.masked_fill(far_M, 0.0), iterations, epsilon, columns_first);
  return of_others.index_copy(2, far, of_far);
}

}  // namespace

at::Tensor SinkhornKnopp(const at::Tensor& logits, const ConstraintOptions& options) {
  const std::int64_t iterations = options.Integer("iterations");
  if (iterations == 0) return logits.exp();
  const std::int64_t n = logits.size(-1);
  const at::Tensor z_NNM = logits.reshape({-1, n, n}).permute({1, 2, 0}).contiguous();
  const at::Tensor m = Iterate(z_NNM, iterations, options.Number("epsilon"),
                               options.Text("order") == "columns_rows");
  return m.permute({2, 0, 1}).reshape(logits.sizes());
}

}  // namespace mhc
