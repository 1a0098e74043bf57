#include "core/manifold/mixing_constraint.h"

#include <gmock/gmock.h>

#include "tests/core/manifold/random_matrices.h"

namespace mhc {
namespace {

using testing::Each;
using testing::ElementsAre;

ConstraintChoice Parsed(std::string_view text) { return ParseConstraint(text).value(); }

std::string RefusalOf(std::string_view text) {
  const Result<ConstraintChoice> choice = ParseConstraint(text);
  return choice ? "accepted" : choice.error().message;
}

TEST(ConstraintTable, NamesAreDistinctAndCodesRise) {
  int last = -1;
  for (const MixingConstraint& constraint : MixingConstraints()) {
    EXPECT_EQ(FindMixingConstraint(constraint.name), &constraint);
    const int code = std::stoi(constraint.code.substr(1));
    EXPECT_GT(code, last) << constraint.name;
    last = code;
    EXPECT_FALSE(constraint.text.empty()) << constraint.name;
    for (const Declaration& option : constraint.options) {
      EXPECT_TRUE(Check(option, option.fallback).has_value()) << option.key;
      EXPECT_FALSE(option.text.empty()) << option.key;
    }
  }
  EXPECT_EQ(FindMixingConstraint("sinkhon"), nullptr);
}

TEST(ConstraintTable, CountsTheLogitsOfEachMap) {
  EXPECT_EQ(LogitCount(Parsed("identity"), 4), 0);
  EXPECT_EQ(LogitCount(Parsed("unconstrained"), 4), 16);
  EXPECT_EQ(LogitCount(Parsed("row_softmax"), 4), 16);
  EXPECT_EQ(LogitCount(Parsed("sinkhorn"), 4), 16);
  EXPECT_EQ(LogitCount(Parsed("sinkhorn"), 3), 9);
  const std::vector<std::pair<const char*, int>> at_four = {
      {"identity", 0},       {"unconstrained", 16},   {"row_softmax", 16},
      {"sinkhorn", 16},      {"permutation_mix", 24}, {"kronecker", 4},
      {"transport_fill", 9}, {"orthostochastic", 6},  {"block_orthostochastic", 28},
      {"circulant", 4},      {"cayley", 6},           {"householder", 11},
      {"quaternion", 8},     {"spectral_sphere", 9},  {"identity_mix", 17},
      {"harmonized", 16},    {"spectral_clip", 16},
  };
  ASSERT_EQ(MixingConstraints().size(), at_four.size());
  for (std::size_t k = 0; k < at_four.size(); ++k) {
    const MixingConstraint& constraint = MixingConstraints()[k];
    EXPECT_EQ(constraint.name, at_four[k].first);
    EXPECT_EQ(constraint.code, fmt::format("C{}", k));
    EXPECT_EQ(LogitCount(Parsed(constraint.name), 4), at_four[k].second) << constraint.name;
  }
  EXPECT_EQ(LogitCount(Parsed("block_orthostochastic:s=3"), 4), 66);
  EXPECT_EQ(LogitCount(Parsed("kronecker"), 6), 8);
  EXPECT_EQ(LogitCount(Parsed("kronecker"), 8), 6);
}

TEST(ConstraintTable, TellsWhichLogitsAreTheSame) {
  const auto same = [](std::string_view one, std::string_view other) {
    return SameLogits(Parsed(one), Parsed(other), 4);
  };
  EXPECT_TRUE(same("sinkhorn", "harmonized"));
  EXPECT_TRUE(same("unconstrained", "spectral_clip"));
  EXPECT_TRUE(same("cayley", "orthostochastic"));
  EXPECT_TRUE(same("circulant:beta=1", "circulant"));
  EXPECT_FALSE(same("sinkhorn", "permutation_mix"));
  EXPECT_FALSE(same("kronecker", "circulant")) << "four logits each, of another meaning";
  EXPECT_FALSE(same("block_orthostochastic:s=2", "block_orthostochastic:s=3"));
}

TEST(ConstraintText, IsReadAndWrittenBack) {
  for (const char* text :
       {"identity", "sinkhorn", "sinkhorn:iterations=5,order=rows_columns",
        "sinkhorn:epsilon=1e-06,diagonal=4.0,transpose=true", "row_softmax:transpose=true"}) {
    EXPECT_EQ(ToText(Parsed(text)), text);
    EXPECT_EQ(Parsed(ToText(Parsed(text))), Parsed(text));
  }
  EXPECT_EQ(ToText(Parsed("sinkhorn:iterations=20,transpose=false,epsilon=0")), "sinkhorn");
}

TEST(ConstraintText, DefaultsAreThePapers) {
  const ConstraintChoice choice = Parsed("sinkhorn");
  EXPECT_EQ(choice.options.Integer("iterations"), 20);
  EXPECT_EQ(choice.options.Text("order"), "columns_rows");
  EXPECT_EQ(choice.options.Number("epsilon"), 0.0);
  EXPECT_EQ(choice.options.Number("diagonal"), 8.0);
  EXPECT_FALSE(choice.transpose);
  EXPECT_TRUE(choice.options.Has("epsilon"));
  EXPECT_FALSE(choice.options.Has("beta"));
}

TEST(ConstraintText, RefusalsNameTheKeyTheFoundAndTheExpected) {
  EXPECT_THAT(RefusalOf("sinkhon"),
              testing::StartsWith("constraint: found \"sinkhon\", expected one of identity, "
                                  "unconstrained, row_softmax, sinkhorn"));
  EXPECT_EQ(RefusalOf("sinkhorn:steps=3"),
            "steps: not an option of sinkhorn, expected one of iterations, order, epsilon, "
            "diagonal, transpose");
  EXPECT_EQ(RefusalOf("identity:beta=1"),
            "beta: not an option of identity, expected one of transpose");
  EXPECT_EQ(RefusalOf("sinkhorn:iterations=20000"),
            "iterations: found 20000, expected an integer from 0 to 10000");
  EXPECT_EQ(RefusalOf("sinkhorn:order=rows"),
            "order: found \"rows\", expected one of columns_rows, rows_columns");
  EXPECT_EQ(RefusalOf("sinkhorn:transpose=1"), "transpose: found 1, expected true or false");
  EXPECT_EQ(RefusalOf("sinkhorn:"), "constraint sinkhorn: found \"\", expected KEY=VALUE");
  EXPECT_EQ(RefusalOf("sinkhorn:iterations=5,"),
            "constraint sinkhorn: found \"\", expected KEY=VALUE");
  EXPECT_EQ(RefusalOf("sinkhorn:iterations"),
            "constraint sinkhorn: found \"iterations\", expected KEY=VALUE");
}

TEST(ConstraintText, ARefusedOptionLeavesTheChoiceAsItWas) {
  ConstraintChoice choice = Parsed("sinkhorn:iterations=7");
  EXPECT_FALSE(SetOption(choice, "iterations", std::int64_t{-1}).has_value());
  EXPECT_EQ(choice, Parsed("sinkhorn:iterations=7"));
}

TEST(Streams, AreRefusedOutsideOneToSixtyFour) {
  EXPECT_TRUE(CheckStreams(Parsed("sinkhorn"), 1).has_value());
  EXPECT_TRUE(CheckStreams(Parsed("sinkhorn"), 64).has_value());
  EXPECT_EQ(CheckStreams(Parsed("sinkhorn"), 0).error().message,
            "streams: found 0, expected an integer from 1 to 64");
  EXPECT_EQ(CheckStreams(Parsed("identity"), 65).error().message,
            "streams: found 65, expected an integer from 1 to 64");
}

TEST(Streams, AreRefusedInTheConstraintsOwnWords) {
  MixingConstraint even = *FindMixingConstraint("identity");
  even.name = "pairs";
  even.allows = [](int streams) { return streams % 2 == 0; };
  even.allowed_streams = "an even n";
  ConstraintChoice choice;
  choice.constraint = &even;
  EXPECT_TRUE(CheckStreams(choice, 4).has_value());
  EXPECT_EQ(CheckStreams(choice, 5).error().message,
            "streams: found 5, expected an even n for the constraint pairs");
}

TEST(Streams, AreThoseThatEachMapCanHave) {
  const auto allowed = [](std::string_view text) {
    std::vector<int> streams;
    for (int n = 1; n <= 12; ++n) {
      if (CheckStreams(Parsed(text), n)) streams.push_back(n);
    }
    return streams;
  };
  EXPECT_THAT(allowed("permutation_mix"), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(allowed("kronecker"), ElementsAre(2, 3, 4, 6, 8));
  EXPECT_THAT(allowed("quaternion"), ElementsAre(4));
  EXPECT_THAT(allowed("spectral_sphere"), ElementsAre(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  for (const char* any : {"transport_fill", "orthostochastic", "block_orthostochastic", "circulant",
                          "cayley", "householder", "identity_mix", "harmonized", "spectral_clip"}) {
    EXPECT_EQ(allowed(any).size(), 12u) << any;
  }
  EXPECT_EQ(CheckStreams(Parsed("permutation_mix"), 5).error().message,
            "streams: found 5, expected n up to 4 (n! logits) for the constraint permutation_mix");
}

TEST(Start, LogitsAreThoseOfTheTable) {
  EXPECT_THAT(StartLogits(Parsed("identity"), 2), ElementsAre());
  EXPECT_THAT(StartLogits(Parsed("unconstrained"), 2), ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(StartLogits(Parsed("row_softmax"), 2), ElementsAre(8, 0, 0, 8));
  EXPECT_THAT(StartLogits(Parsed("sinkhorn"), 2), ElementsAre(0, -8, -8, 0));
  EXPECT_THAT(StartLogits(Parsed("sinkhorn:diagonal=3"), 2), ElementsAre(0, -3, -3, 0));
  EXPECT_THAT(StartLogits(Parsed("permutation_mix"), 3), ElementsAre(0, -8, -8, -8, -8, -8));
  EXPECT_THAT(StartLogits(Parsed("kronecker"), 6), ElementsAre(0, -8, 0, -8, -8, -8, -8, -8));
  EXPECT_THAT(StartLogits(Parsed("transport_fill"), 3), ElementsAre(8, 0, 0, 8));
  EXPECT_THAT(StartLogits(Parsed("circulant"), 3), ElementsAre(8, 0, 0));
  EXPECT_THAT(StartLogits(Parsed("cayley"), 3), ElementsAre(0, 0, 0));
  EXPECT_THAT(StartLogits(Parsed("householder"), 2), ElementsAre(0, 1.1, 0.1, 4));
  EXPECT_THAT(StartLogits(Parsed("quaternion"), 4), ElementsAre(1, 0, 0, 0, 1, 0, 0, 0));
  EXPECT_THAT(StartLogits(Parsed("spectral_sphere"), 3), ElementsAre(0, 4, 4, 0));
  EXPECT_THAT(StartLogits(Parsed("identity_mix"), 2), ElementsAre(-4, 0, 0, 0, 0));
  EXPECT_THAT(StartLogits(Parsed("harmonized"), 2), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(StartLogits(Parsed("spectral_clip"), 2), ElementsAre(1, 0, 0, 1));
}

// The published values for n = 4 and 20 iterations: 0 / −8, 4 / 0 and the uniform start.
TEST(Start, OfSinkhornIsTheMatrixOfPublishedSettings) {
  const auto map = [](std::string_view text) {
    const ConstraintChoice choice = Parsed(text);
    return MapLogits(choice, 4, StartLogits(choice, 4));
  };
  EXPECT_NEAR(map("sinkhorn")(0, 0), 0.99899, 5e-6);
  EXPECT_NEAR(map("sinkhorn")(0, 1), 3.35e-4, 5e-7);
  EXPECT_NEAR(map("sinkhorn:diagonal=4")(0, 0), 0.9479, 5e-5);
  EXPECT_NEAR(map("sinkhorn:diagonal=1")(0, 0), 0.4754, 5e-5);
  EXPECT_NEAR(map("sinkhorn:diagonal=0")(2, 1), 0.25, 1e-15);
}

// How far the largest entry of a start is from the identity; of constraints without a line here, no
// more than 2e-3. The exact values are held by the tests of each map.
double StartDistance(const std::string& name) {
  if (name == "permutation_mix") return 6e-3;  // 23 others share e⁻⁸ each
  if (name == "identity_mix") return 1.4e-2;   // ¾ σ(−4)
  if (name == "householder") return 3.6e-2;    // 2 σ(−4) v₀²/‖v‖²
  if (name == "orthostochastic" || name == "block_orthostochastic") return 0.5;  // N(0, 0.2²)
  return 2e-3;
}

TEST(Start, MapsNearTheIdentityWithAGradientThatIsNotZero) {
  RandomMatrices random(7);
  for (const MixingConstraint& constraint : MixingConstraints()) {
    const ConstraintChoice choice = ChooseConstraint(constraint.name).value();
    const std::vector<double> logits = StartLogits(choice, 4);
    ASSERT_EQ(static_cast<int>(logits.size()), LogitCount(choice, 4));
    const Matrix difference = MapLogits(choice, 4, logits) - Matrix::Identity(4, 4);
    EXPECT_LT(difference.cwiseAbs().maxCoeff(), StartDistance(constraint.name)) << constraint.name;
    if (logits.empty()) continue;
    const std::vector<double> grad = PullbackLogits(choice, 4, logits, random.NormalMatrix(4, 4));
    const double largest = Eigen::Map<const Vector>(grad.data(), grad.size()).cwiseAbs().maxCoeff();
    EXPECT_GT(largest, 1e-5) << constraint.name;
  }
}

TEST(Maps, OfOneStreamGiveExactlyOne) {
  for (const double logit : {0.0, -700.0, 3.5, 1e4}) {
    const std::vector<double> logits = {logit};
    for (const char* text : {"row_softmax", "sinkhorn", "sinkhorn:iterations=1",
                             "sinkhorn:order=rows_columns", "sinkhorn:transpose=true"}) {
      const ConstraintChoice choice = Parsed(text);
      EXPECT_EQ(MapLogits(choice, 1, logits)(0, 0), 1.0) << text;
      EXPECT_THAT(PullbackLogits(choice, 1, logits, Matrix::Constant(1, 1, 2.5)), Each(0.0));
    }
  }
  EXPECT_EQ(MapLogits(Parsed("identity"), 1, {})(0, 0), 1.0);
}

TEST(Maps, OfRowSoftmaxHaveExactRowsAtAnyLogits) {
  const std::vector<double> logits = {0.0, 1e4, -1e4, -700, -701, -702, 1e308, -1e308, 0};
  const Matrix matrix = MapLogits(Parsed("row_softmax"), 3, logits);
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(matrix.row(i).sum(), 1.0, 1e-15);
  EXPECT_NEAR(matrix(1, 0), 1.0 / (1.0 + std::exp(-1.0) + std::exp(-2.0)), 1e-15);
  EXPECT_THAT(PullbackLogits(Parsed("row_softmax"), 3, logits, Matrix::Random(3, 3)),
              Each(testing::Truly([](double value) { return std::isfinite(value); })));
}

TEST(Transpose, IsAppliedToMapAndPullback) {
  RandomMatrices random(11);
  for (const char* name : {"unconstrained", "row_softmax", "sinkhorn"}) {
    const ConstraintChoice plain = Parsed(name);
    ConstraintChoice transposed = plain;
    ASSERT_TRUE(SetOption(transposed, "transpose", true).has_value());
    const std::vector<double> logits = random.Normals(16);
    const Matrix cotangent = random.NormalMatrix(4, 4);
    const Matrix difference =
        MapLogits(transposed, 4, logits) - MapLogits(plain, 4, logits).transpose();
    EXPECT_EQ(difference.cwiseAbs().maxCoeff(), 0.0) << name;
    EXPECT_EQ(PullbackLogits(transposed, 4, logits, cotangent),
              PullbackLogits(plain, 4, logits, cotangent.transpose()))
        << name;
  }
}

}  // namespace
}  // namespace mhc
