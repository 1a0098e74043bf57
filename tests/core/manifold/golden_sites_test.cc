// Whole sites of public implementations, forward and backward in double precision (tests/golden).
#include <gmock/gmock.h>

#include <cmath>

#include "core/formats/safetensors.h"
#include "core/manifold/hyper_connection_site.h"

namespace mhc {
namespace {

constexpr double kTolerance = 1e-13;  // relative to the largest magnitude of a tensor

Safetensors OpenGolden(const std::string& name) {
  Result<Safetensors> file =
      Safetensors::Open(std::string(MHC_SOURCE_DIR) + "/tests/golden/" + name + ".safetensors");
  if (!file) throw std::runtime_error(file.error().message);
  return *std::move(file);
}

double Metadata(const Safetensors& file, const std::string& key, double fallback) {
  const auto found = file.metadata().find(key);
  return found == file.metadata().end() ? fallback : std::stod(found->second);
}

SiteInputs InputsOf(const Safetensors& file) {
  SiteInputs inputs;
  inputs.tokens = static_cast<int>(Metadata(file, "B", 0) * Metadata(file, "T", 0));
  inputs.streams = static_cast<int>(Metadata(file, "n", 0));
  inputs.channels = static_cast<int>(Metadata(file, "C", 0));
  inputs.x = file.AsDoubles("x").value();
  inputs.phi = file.AsDoubles("phi").value();
  inputs.alpha = file.AsDoubles("alpha").value();
  inputs.bias = file.AsDoubles("bias").value();
  inputs.f = file.AsDoubles("f").value();
  inputs.gy = file.AsDoubles("gy").value();
  inputs.gz = file.AsDoubles("gz").value();
  return inputs;
}

// The Sinkhorn map of the file's metadata.
std::string SinkhornOf(const Safetensors& file, const std::string& order) {
  return fmt::format("sinkhorn:iterations={},epsilon={},order={}",
                     static_cast<int>(Metadata(file, "iterations", -1)),
                     Metadata(file, "eps_sinkhorn", 0.0), order);
}

SiteOptions OptionsOf(const Safetensors& file, const std::string& constraint) {
  SiteOptions options;
  options.choice = ParseConstraint(constraint).value();
  options.eps_pre = Metadata(file, "eps_pre", 0.0);
  options.eps_norm = Metadata(file, "eps_norm", 0.0);
  options.post_factor = Metadata(file, "post_mult", 2.0);
  return options;
}

void ExpectTensor(const Safetensors& file, const char* name, const std::vector<double>& found) {
  const std::vector<double> expected = file.AsDoubles(name).value();
  ASSERT_EQ(found.size(), expected.size()) << name;
  double largest = 0.0;
  for (const double value : expected) largest = std::max(largest, std::abs(value));
  ASSERT_GT(largest, 0.0) << name;
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_NEAR(found[i], expected[i], kTolerance * largest) << name << " at " << i;
  }
}

void ExpectSiteOf(const Safetensors& file, const std::string& constraint) {
  const Result<SiteOutputs> out = RunSite(InputsOf(file), OptionsOf(file, constraint));
  ASSERT_TRUE(out.has_value()) << out.error().message;
  ExpectTensor(file, "pre", out->pre);
  ExpectTensor(file, "post", out->post);
  ExpectTensor(file, "res", out->res);
  ExpectTensor(file, "z", out->z);
  ExpectTensor(file, "y", out->y);
  ExpectTensor(file, "grad_x", out->grad_x);
  ExpectTensor(file, "grad_phi", out->grad_phi);
  ExpectTensor(file, "grad_alpha", out->grad_alpha);
  ExpectTensor(file, "grad_bias", out->grad_bias);
  ExpectTensor(file, "grad_f", out->grad_f);
}

void ExpectSite(const std::string& name, const std::string& order) {
  SCOPED_TRACE(name);
  const Safetensors file = OpenGolden(name);
  ExpectSiteOf(file, SinkhornOf(file, order));
}

TEST(GoldenSites, OfTileKernelsAreOursWithEpsilon) {
  ExpectSite("tilekernels_n4_c16_t1", "columns_rows");
  ExpectSite("tilekernels_n4_c64_t6", "columns_rows");
  ExpectSite("tilekernels_n2_c16_t6_it10", "columns_rows");
}

TEST(GoldenSites, OfTileKernelsWithoutEpsilonAreThePapersFormulas) {
  ExpectSite("tilekernels_n4_c16_t6_noeps_it5", "columns_rows");
  ExpectSite("tilekernels_n4_c64_t1_noeps_it20", "columns_rows");
}

TEST(GoldenSites, OfMhcLiteAreOursWithColumnsLast) {
  ExpectSite("mhclite_mhc_n4_c16_t6", "rows_columns");
  ExpectSite("mhclite_mhc_n2_c64_t1_it5", "rows_columns");
}

TEST(GoldenSites, OfMhcLitesPermutationMixAreOursTransposed) {
  for (const char* name : {"mhclite_n4_c16_t6", "mhclite_n2_c64_t1"}) {
    SCOPED_TRACE(name);
    ExpectSiteOf(OpenGolden(name), "permutation_mix:transpose=true");
  }
}

TEST(GoldenSites, AreToldApartByTheOrder) {
  const Safetensors file = OpenGolden("tilekernels_n4_c16_t6_noeps_it5");
  const SiteOutputs swapped =
      RunSite(InputsOf(file), OptionsOf(file, SinkhornOf(file, "rows_columns"))).value();
  const std::vector<double> expected = file.AsDoubles("res").value();
  double largest = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(swapped.res[i] - expected[i]));
  }
  EXPECT_GT(largest, 1e-3);
}

}  // namespace
}  // namespace mhc
