#include "core/manifold/hyper_connection_site.h"

#include <algorithm>
#include <cmath>

#include "core/manifold/sigmoid.h"

namespace mhc {
namespace {

struct Shape {
  int streams;   // n
  int channels;  // C
  int logits;    // k
  int Flat() const { return streams * channels; }
  int Columns() const { return 2 * streams + logits; }
  // Which alpha a column has: 0 pre, 1 post, 2 res.
  int Slice(int column) const { return column < streams ? 0 : column < 2 * streams ? 1 : 2; }
};

Status CheckSize(const char* name, const std::vector<double>& values, const char* dimensions,
                 std::int64_t expected) {
  if (static_cast<std::int64_t>(values.size()) == expected) return {};
  return Fail("{}: found {} numbers, expected {} ({})", name, values.size(), expected, dimensions);
}

// What one token's forward leaves for its backward.
struct Token {
  std::vector<double> projected;  // v φ, [2n + k]
  double scale = 0.0;             // 1 / sqrt(mean(v²) + eps_norm)
  std::vector<double> t;          // [2n + k]
  std::vector<double> pre_gate;   // σ(t_pre), [n]
  std::vector<double> post_gate;  // σ(t_post), [n]
  std::vector<double> pre;        // [n]
  std::vector<double> post;       // [n]
  Matrix res;                     // [n, n]
};

class Site {
 public:
  Site(const SiteInputs& inputs, const SiteOptions& options)
      : in_(inputs),
        options_(options),
        shape_{inputs.streams, inputs.channels, LogitCount(options.choice, inputs.streams)} {}

  Token Mappings(const double* v) const {
    Token token;
    token.projected.assign(shape_.Columns(), 0.0);
    // Squares of v / max |v|, which neither overflow nor vanish.
    double largest = 0.0, squares = 0.0;
    for (int row = 0; row < shape_.Flat(); ++row) largest = std::max(largest, std::abs(v[row]));
    const double unit = largest > 0.0 ? largest : 1.0;
    for (int row = 0; row < shape_.Flat(); ++row) {
      squares += (v[row] / unit) * (v[row] / unit);
      for (int column = 0; column < shape_.Columns(); ++column) {
        token.projected[column] += v[row] * Phi(row, column);
      }
    }
    const double mean_square = squares / shape_.Flat() + options_.eps_norm / unit / unit;
    token.scale = mean_square > 0.0 ? 1.0 / std::sqrt(mean_square) / unit : 0.0;
    token.t.resize(shape_.Columns());
    for (int column = 0; column < shape_.Columns(); ++column) {
      const double w = token.projected[column] * token.scale;
      token.t[column] = in_.alpha[shape_.Slice(column)] * w + in_.bias[column];
    }
    for (int i = 0; i < shape_.streams; ++i) {
      token.pre_gate.push_back(Sigmoid(token.t[i]));
      token.post_gate.push_back(Sigmoid(token.t[shape_.streams + i]));
      token.pre.push_back(token.pre_gate[i] + options_.eps_pre);
      token.post.push_back(options_.post_factor * token.post_gate[i]);
    }
    token.res = MapLogits(options_.choice, shape_.streams, ResLogits(token));
    return token;
  }

  // z [C] and y [n, C] of a token with streams x [n, C] and branch f [C].
  void Apply(const Token& token, const double* x, const double* f, double* z, double* y) const {
    const int channels = shape_.channels;
    for (int c = 0; c < channels; ++c) {
      for (int i = 0; i < shape_.streams; ++i) {
        z[c] += token.pre[i] * x[i * channels + c];
        double mixed = token.post[i] * f[c];
        for (int j = 0; j < shape_.streams; ++j) mixed += token.res(i, j) * x[j * channels + c];
        y[i * channels + c] = mixed;
      }
    }
  }

  // Adds one token's share to all gradients. `at` is the token's index.
  void PullBack(const Token& token, int at, SiteOutputs& out) const {
    const int n = shape_.streams;
    std::vector<double> grad_pre(n, 0.0);
    std::vector<double> grad_post(n, 0.0);
    Matrix grad_res = Matrix::Zero(n, n);
    PullApplication(token, at, grad_pre, grad_post, grad_res, out);

    std::vector<double> grad_t(shape_.Columns());
    for (int i = 0; i < n; ++i) {
      const double pre_slope = token.pre_gate[i] * (1.0 - token.pre_gate[i]);
      const double post_slope = token.post_gate[i] * (1.0 - token.post_gate[i]);
      grad_t[i] = grad_pre[i] * pre_slope;
      grad_t[n + i] = grad_post[i] * options_.post_factor * post_slope;
    }
    const std::vector<double> grad_logits =
        PullbackLogits(options_.choice, n, ResLogits(token), grad_res);
    for (int k = 0; k < shape_.logits; ++k) grad_t[2 * n + k] = grad_logits[k];
    PullPredictor(token, at, grad_t, out);
  }

 private:
  double Phi(int row, int column) const {
    return in_.phi[std::ptrdiff_t{row} * shape_.Columns() + column];
  }

  std::span<const double> ResLogits(const Token& token) const {
    return std::span(token.t).subspan(2 * shape_.streams);
  }

  // Back through z = pre·x and y = res·x + postᵀf.
  void PullApplication(const Token& token, int at, std::vector<double>& grad_pre,
                       std::vector<double>& grad_post, Matrix& grad_res, SiteOutputs& out) const {
    const int n = shape_.streams;
    const int channels = shape_.channels;
    const double* x = in_.x.data() + std::ptrdiff_t{at} * shape_.Flat();
    double* grad_x = out.grad_x.data() + std::ptrdiff_t{at} * shape_.Flat();
    for (int c = 0; c < channels; ++c) {
      const std::ptrdiff_t channel = std::ptrdiff_t{at} * channels + c;
      const double gz = in_.gz.empty() ? 0.0 : in_.gz[channel];
      for (int i = 0; i < n; ++i) {
        grad_pre[i] += gz * x[i * channels + c];
        grad_x[i * channels + c] += token.pre[i] * gz;
        if (in_.gy.empty()) continue;
        const double gy = in_.gy[std::ptrdiff_t{at} * shape_.Flat() + i * channels + c];
        grad_post[i] += gy * in_.f[channel];
        out.grad_f[channel] += token.post[i] * gy;
        for (int j = 0; j < n; ++j) {
          grad_res(i, j) += gy * x[j * channels + c];
          grad_x[j * channels + c] += token.res(i, j) * gy;
        }
      }
    }
  }

  // Back through t = α ∘ (v φ)·scale + b, scale = (mean(v²) + eps_norm)^(−1/2).
  void PullPredictor(const Token& token, int at, const std::vector<double>& grad_t,
                     SiteOutputs& out) const {
    const int columns = shape_.Columns();
    std::vector<double> grad_projected(columns);
    double grad_scale = 0.0;
    for (int column = 0; column < columns; ++column) {
      const int slice = shape_.Slice(column);
      out.grad_bias[column] += grad_t[column];
      out.grad_alpha[slice] += grad_t[column] * token.projected[column] * token.scale;
      const double grad_w = in_.alpha[slice] * grad_t[column];
      grad_projected[column] = grad_w * token.scale;
      grad_scale += grad_w * token.projected[column];
    }
    const double* v = in_.x.data() + std::ptrdiff_t{at} * shape_.Flat();
    double* grad_v = out.grad_x.data() + std::ptrdiff_t{at} * shape_.Flat();
    const double scale_slope = -token.scale * token.scale * token.scale / shape_.Flat();
    for (int row = 0; row < shape_.Flat(); ++row) {
      double grad = grad_scale * scale_slope * v[row];
      for (int column = 0; column < columns; ++column) {
        grad += Phi(row, column) * grad_projected[column];
        out.grad_phi[std::ptrdiff_t{row} * columns + column] += v[row] * grad_projected[column];
      }
      grad_v[row] += grad;
    }
  }

  const SiteInputs& in_;
  const SiteOptions& options_;
  const Shape shape_;
};

}  // namespace

Status CheckSite(const SiteInputs& in, const SiteOptions& options) {
  if (Status streams = CheckStreams(options.choice, in.streams); !streams) return streams;
  if (in.tokens < 1) return Fail("tokens: found {}, expected at least 1", in.tokens);
  if (in.channels < 1) return Fail("channels: found {}, expected at least 1", in.channels);
  const std::int64_t tokens = in.tokens;
  const std::int64_t flat = std::int64_t{in.streams} * in.channels;
  const std::int64_t columns = 2 * in.streams + LogitCount(options.choice, in.streams);
  struct Expectation {
    const char* name;
    const std::vector<double>& values;
    const char* dimensions;
    std::int64_t size;
    bool optional;
  };
  const Expectation expectations[] = {
      {"x", in.x, "tokens, streams, channels", tokens * flat, false},
      {"phi", in.phi, "streams·channels, 2·streams + logits", flat * columns, false},
      {"alpha", in.alpha, "pre, post, res", 3, false},
      {"bias", in.bias, "2·streams + logits", columns, false},
      {"f", in.f, "tokens, channels", tokens * in.channels, false},
      {"gy", in.gy, "tokens, streams, channels", tokens * flat, true},
      {"gz", in.gz, "tokens, channels", tokens * in.channels, true},
  };
  for (const Expectation& expectation : expectations) {
    if (expectation.optional && expectation.values.empty()) continue;
    Status size =
        CheckSize(expectation.name, expectation.values, expectation.dimensions, expectation.size);
    if (!size) return size;
  }
  return {};
}

Result<SiteOutputs> RunSite(const SiteInputs& inputs, const SiteOptions& options) {
  const Status checked = CheckSite(inputs, options);
  if (!checked) return tl::unexpected(checked.error());

  const Site site(inputs, options);
  const std::ptrdiff_t channels = inputs.channels;
  const std::ptrdiff_t flat = inputs.streams * channels;
  const bool with_gradients = !inputs.gy.empty() || !inputs.gz.empty();
  SiteOutputs out;
  out.z.assign(inputs.f.size(), 0.0);
  out.y.assign(inputs.x.size(), 0.0);
  if (with_gradients) {
    out.grad_x.assign(inputs.x.size(), 0.0);
    out.grad_phi.assign(inputs.phi.size(), 0.0);
    out.grad_alpha.assign(inputs.alpha.size(), 0.0);
    out.grad_bias.assign(inputs.bias.size(), 0.0);
    out.grad_f.assign(inputs.f.size(), 0.0);
  }
  for (int at = 0; at < inputs.tokens; ++at) {
    const double* x = inputs.x.data() + at * flat;
    const Token token = site.Mappings(x);
    site.Apply(token, x, inputs.f.data() + at * channels, out.z.data() + at * channels,
               out.y.data() + at * flat);
    out.pre.insert(out.pre.end(), token.pre.begin(), token.pre.end());
    out.post.insert(out.post.end(), token.post.begin(), token.post.end());
    out.res.insert(out.res.end(), token.res.data(), token.res.data() + token.res.size());
    if (with_gradients) site.PullBack(token, at, out);
  }
  return out;
}

}  // namespace mhc
