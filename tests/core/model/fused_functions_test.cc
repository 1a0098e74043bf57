// A model with the fused kernels is the one with the reference operations: values, gradients and
// what a trace holds.
#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "core/model/decoder.h"
#include "core/model/kernel_place.h"
#include "small_model.h"

namespace mhc {
namespace {

// Of the largest magnitude of a tensor: of a site against the reference in float64, and of whole
// models, both in float32, where some of these blow rounding up and what is looked for is a wire in
// the wrong place.
constexpr double kSiteValue = 1e-6, kSiteGradient = 1e-5;
constexpr double kLogitTolerance = 1e-5, kGradientTolerance = 1e-3;

// Relative to the largest magnitude, or to `floor` where that is larger.
double Difference(const at::Tensor& found, const at::Tensor& expected, double floor = 1e-12) {
  const double largest = std::max(expected.abs().max().item<double>(), floor);
  return (found - expected).abs().max().item<double>() / largest;
}

class FusedModelTest : public ::testing::Test {
 protected:
  static Decoder MakeModel(std::vector<Setting> more, const std::string& kernels) {
    more.push_back({"mixing.kernels", kernels});
    Decoder model(SmallConfiguration(more), 256);
    Perturb(*model, 9);
    return model;
  }
  at::Tensor Run(Decoder& model, ForwardTrace* trace, const ForwardHooks* hooks = nullptr) const {
    const at::Tensor logits = model->Forward(tokens_, trace, hooks);
    torch::nn::functional::cross_entropy(logits.flatten(0, 1), targets_).backward();
    return logits.detach();
  }
  void ExpectTheSame(Decoder& fused, Decoder& reference,
                     const ForwardHooks* hooks = nullptr) const {
    EXPECT_LE(Difference(Run(fused, nullptr, hooks), Run(reference, nullptr, hooks)),
              kLogitTolerance);
    const auto expected = reference->named_parameters();
    // Streams that start equal leave the maps of the first site gradients of rounding alone.
    double floor = 0.0;
    for (const auto& entry : expected) {
      const at::Tensor& gradient = entry.value().grad();
      if (gradient.defined()) floor = std::max(floor, 0.01 * gradient.abs().max().item<double>());
    }
    for (const auto& entry : fused->named_parameters()) {
      const at::Tensor& gradient = expected[entry.key()].grad();
      ASSERT_TRUE(entry.value().grad().defined()) << entry.key();
      if (!gradient.defined()) {
        // Of a map that a hook replaced the kernels know that it made no difference.
        EXPECT_EQ(entry.value().grad().abs().max().item<double>(), 0.0) << entry.key();
        continue;
      }
      EXPECT_LE(Difference(entry.value().grad(), gradient, floor), kGradientTolerance)
          << entry.key();
    }
  }

  const at::Tensor tokens_ = torch::arange(16).view({2, 8});
  const at::Tensor targets_ = torch::arange(1, 17);
};

struct Form {
  const char* name;
  std::vector<Setting> settings;
};
void PrintTo(const Form& form, std::ostream* out) { *out << form.name; }

class FusedModelOf : public FusedModelTest, public ::testing::WithParamInterface<Form> {};

TEST_P(FusedModelOf, IsTheReference) {
  Decoder fused = MakeModel(GetParam().settings, "fused");
  Decoder reference = MakeModel(GetParam().settings, "reference");
  ExpectTheSame(fused, reference);
}

TEST_P(FusedModelOf, LeavesInATraceWhatTheReferenceLeaves) {
  Decoder fused = MakeModel(GetParam().settings, "fused");
  Decoder reference = MakeModel(GetParam().settings, "reference");
  reference->to(torch::kFloat64);
  ForwardTrace found, expected;
  for (auto [model, trace] : {std::pair(&fused, &found), std::pair(&reference, &expected)}) {
    trace->in_detail = true;
    trace->positions = torch::tensor({1, 6, 11}, torch::kInt64);
    Run(*model, trace);
  }
  for (std::size_t site = 0; site < expected.sites.size(); ++site) {
    SCOPED_TRACE(site);
    const StreamMappings &ours = found.sites[site], &theirs = expected.sites[site];
    for (const auto member : {&StreamMappings::pre_BTN, &StreamMappings::post_BTN,
                              &StreamMappings::res_BTNN, &StreamMappings::logits_BTK,
                              &StreamMappings::pre_raw_BTN, &StreamMappings::post_raw_BTN}) {
      ASSERT_EQ((ours.*member).defined(), (theirs.*member).defined());
      if (!(ours.*member).defined()) continue;
      EXPECT_LE(Difference(ours.*member, theirs.*member), 1e-5);
    }
    EXPECT_LE(Difference(found.streams_BTNC[site], expected.streams_BTNC[site]), 1e-5);
    EXPECT_LE(Difference(found.gradients_BTNC->at(site), expected.gradients_BTNC->at(site)), 2e-5);
  }
}

// A hook on the streams hides where they came from, so that every site keeps them.
TEST_P(FusedModelOf, MakesTheStreamsThatAreNotKeptAgainToTheLastBit) {
  Decoder remaking = MakeModel(GetParam().settings, "fused");
  Decoder keeping = MakeModel(GetParam().settings, "fused");
  const ForwardHooks hooks{[](std::int64_t, const at::Tensor& x_BTNC) { return x_BTNC; }, {}};
  EXPECT_TRUE(Run(remaking, nullptr).equal(Run(keeping, nullptr, &hooks)));
  const auto expected = keeping->named_parameters();
  for (const auto& entry : remaking->named_parameters()) {
    const at::Tensor& gradient = expected[entry.key()].grad();
    ASSERT_EQ(entry.value().grad().defined(), gradient.defined()) << entry.key();
    if (!gradient.defined()) continue;
    EXPECT_TRUE(entry.value().grad().equal(gradient)) << entry.key();
  }
}

INSTANTIATE_TEST_SUITE_P(
    EveryForm, FusedModelOf,
    ::testing::Values(
        Form{"mhc", {}}, Form{"five_blocks", {{"model.blocks", "5"}}},
        Form{"hc", {{"mixing.connection", "hc"}}},
        Form{"hc_of_sinkhorn", {{"mixing.connection", "hc"}, {"mixing.constraint", "sinkhorn"}}},
        Form{"hc_with_rows_to_spare",
             {{"mixing.connection", "hc"}, {"mixing.constraint", "cayley"}}},
        Form{"mhc_that_reads_as_hc", {{"mixing.read", "hc"}}},
        Form{"hc_that_writes_as_mhc", {{"mixing.connection", "hc"}, {"mixing.write", "mhc"}}},
        Form{"fixed_read", {{"mixing.read", "fixed"}}},
        Form{"fixed_write", {{"mixing.write", "fixed"}}},
        Form{"fixed_read_and_write", {{"mixing.read", "fixed"}, {"mixing.write", "fixed"}}},
        Form{"static_maps", {{"mixing.dynamic", "false"}}},
        Form{"static_hc", {{"mixing.connection", "hc"}, {"mixing.dynamic", "false"}}},
        Form{"identity", {{"mixing.constraint", "identity"}}},
        Form{"delayed_read", {{"mixing.delayed_read", "true"}}},
        Form{"learned_readout", {{"model.readout", "learned"}}},
        Form{"delayed_read_and_learned_readout",
             {{"mixing.delayed_read", "true"}, {"model.readout", "learned"}}},
        Form{"scaled_expansion", {{"model.expand", "scaled"}}},
        Form{"eps_pre", {{"mixing.eps_pre", "0.01"}}}, Form{"one_stream", {{"model.streams", "1"}}},
        Form{"two_streams", {{"model.streams", "2"}}},
        Form{"eight_streams", {{"model.streams", "8"}}},
        Form{"nine_streams_that_are_not_fused", {{"model.streams", "9"}}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(FusedModelTest, BlendsAsTheReferenceDoes) {
  Decoder fused = MakeModel({}, "fused"), reference = MakeModel({}, "reference");
  for (Decoder* model : {&fused, &reference}) {
    for (HyperConnection& site : (*model)->sites) {
      const ConstraintChoice cayley = *ChooseConstraint("cayley");
      site->SetConstraint(cayley, torch::full({6}, 0.3), Blend{0, 4});
    }
    (*model)->AdvanceBlends(1);
  }
  ExpectTheSame(fused, reference);
}

TEST_F(FusedModelTest, TakesHooksAsTheReferenceDoes) {
  ForwardHooks hooks;
  hooks.streams = [](std::int64_t, const at::Tensor& x) { return x * 1.5; };
  hooks.res = [](std::int64_t site, const at::Tensor& res) {
    return site == 1 ? torch::eye(4) : res.transpose(-1, -2);
  };
  Decoder fused = MakeModel({}, "fused"), reference = MakeModel({}, "reference");
  ExpectTheSame(fused, reference, &hooks);
}

TEST_F(FusedModelTest, GivesTheSameBitsEachTime) {
  Decoder model = MakeModel({}, "fused");
  const auto gradients = [&] {
    model->zero_grad();
    Run(model, nullptr);
    std::vector<at::Tensor> all;
    for (const at::Tensor& t : model->parameters()) all.push_back(t.grad().clone());
    return all;
  };
  const auto first = gradients(), second = gradients();
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_TRUE(first[i].equal(second[i])) << i;
}

TEST_F(FusedModelTest, ATraceChangesNoBit) {
  Decoder with = MakeModel({}, "fused"), without = MakeModel({}, "fused");
  ForwardTrace trace;
  trace.in_detail = true;
  EXPECT_TRUE(Run(with, &trace).equal(Run(without, nullptr)));
  for (std::size_t i = 0; i < with->parameters().size(); ++i) {
    EXPECT_TRUE(with->parameters()[i].grad().equal(without->parameters()[i].grad())) << i;
  }
}

TEST_F(FusedModelTest, PartsTheTimeOfOneKernelBetweenWhatItDoes) {
  Decoder model = MakeModel({}, "fused");
  ForwardTrace trace;
  trace.clock = std::make_shared<PartClock>(torch::kCPU);
  Run(model, &trace);
  for (const StepPart part :
       {StepPart::kCoefficients, StepPart::kConstraint, StepPart::kApply, StepPart::kSublayer}) {
    EXPECT_GT(trace.clock->Milliseconds(part), 0.0) << static_cast<int>(part);
  }
}

// Rounded streams are within bfloat16's half unit of the reference's, which rounds at one place
// more.
TEST_F(FusedModelTest, CarriesBfloat16Streams) {
  const std::vector<Setting> settings = {{"model.dtype", "bfloat16"}};
  Decoder fused = MakeModel(settings, "fused"), reference = MakeModel(settings, "reference");
  EXPECT_LE(Difference(Run(fused, nullptr), Run(reference, nullptr)), 0.02);
  const auto expected = reference->named_parameters();
  for (const auto& entry : fused->named_parameters()) {
    if (entry.key().starts_with("sites.0.")) continue;  // rounding alone, as above
    EXPECT_LE(Difference(entry.value().grad(), expected[entry.key()].grad()), 0.1) << entry.key();
  }
}

struct SiteForm {
  const char* name;
  std::string connection, read, write, constraint;
  bool dynamic = true;
  std::int64_t streams = 4;
  bool reads_from_elsewhere = false;
};
void PrintTo(const SiteForm& form, std::ostream* out) { *out << form.name; }

class FusedSiteOfForm : public ::testing::TestWithParam<SiteForm> {
 protected:
  static constexpr std::int64_t kBatch = 2, kTokens = 11, kChannels = 20;

  static HyperConnection MakeSite(const std::string& kernels) {
    const SiteForm& form = GetParam();
    SiteSettings settings;
    settings.connection = form.connection;
    settings.read = form.read;
    settings.write = form.write;
    settings.constraint = *ParseConstraint(form.constraint);
    settings.dynamic = form.dynamic;
    settings.eps_norm = 1e-6;
    settings.eps_pre = 1e-3;
    settings.kernels = kernels;
    HyperConnection site(settings, form.streams, kChannels, 1);
    Perturb(*site, 3);
    return site;
  }

  struct Pass {
    at::Tensor x, f, read, z, y;
    SiteReading reading;
  };
  static Pass Run(HyperConnection& site, at::ScalarType type) {
    const std::int64_t n = GetParam().streams;
    torch::manual_seed(5);
    const auto draw = [&](at::IntArrayRef shape) { return torch::randn(shape).to(type); };
    Pass pass;
    pass.x = draw({kBatch, kTokens, n, kChannels}).requires_grad_();
    pass.f = draw({kBatch, kTokens, kChannels}).requires_grad_();
    if (GetParam().reads_from_elsewhere) pass.read = draw({kBatch, kTokens, n}).requires_grad_();
    const at::Tensor gy = draw({kBatch, kTokens, n, kChannels}),
                     gz = draw({kBatch, kTokens, kChannels});
    const at::Tensor gp = draw({kBatch, kTokens, n});
    pass.reading = site->MapsAndRead(pass.x, pass.read, /*with_raw=*/true);
    pass.z = pass.reading.z_BTC;
    pass.y = site->WriteAndMix(pass.reading, pass.f).x_BTNC;
    at::Tensor sum = (pass.y * gy).sum() + (pass.z * gz).sum();
    // What a site predicts may be what another one reads with.
    sum = sum + (pass.reading.predicted_BTN * gp).sum();
    sum.backward();
    return pass;
  }
};

TEST_P(FusedSiteOfForm, IsTheReferenceInFloat64) {
  HyperConnection fused = MakeSite("fused"), reference = MakeSite("reference");
  reference->to(torch::kFloat64);
  const Pass found = Run(fused, torch::kFloat32), expected = Run(reference, torch::kFloat64);
  EXPECT_LE(Difference(found.z, expected.z), kSiteValue);
  EXPECT_LE(Difference(found.y, expected.y), kSiteValue);
  EXPECT_LE(Difference(found.reading.maps.res_BTNN, expected.reading.maps.res_BTNN), kSiteValue);
  EXPECT_LE(Difference(found.x.grad(), expected.x.grad()), kSiteGradient);
  EXPECT_LE(Difference(found.f.grad(), expected.f.grad()), kSiteGradient);
  if (found.read.defined()) {
    EXPECT_LE(Difference(found.read.grad(), expected.read.grad()), kSiteGradient);
  }
  const auto parameters = reference->named_parameters();
  for (const auto& entry : fused->named_parameters()) {
    EXPECT_LE(Difference(entry.value().grad(), parameters[entry.key()].grad()), kSiteGradient)
        << entry.key();
  }
}

INSTANTIATE_TEST_SUITE_P(
    EveryForm, FusedSiteOfForm,
    ::testing::Values(
        SiteForm{"mhc", "mhc", "mhc", "mhc", "sinkhorn"},
        SiteForm{"hc", "hc", "hc", "hc", "unconstrained"},
        SiteForm{"hc_of_sinkhorn", "hc", "hc", "hc", "sinkhorn"},
        SiteForm{"hc_with_rows_to_spare", "hc", "hc", "hc", "cayley"},
        SiteForm{"hc_of_three_streams", "hc", "hc", "hc", "row_softmax", true, 3},
        SiteForm{"read_of_hc", "mhc", "hc", "mhc", "sinkhorn"},
        SiteForm{"write_of_mhc", "hc", "hc", "mhc", "sinkhorn"},
        SiteForm{"fixed_read", "mhc", "fixed", "mhc", "sinkhorn"},
        SiteForm{"fixed_both", "mhc", "fixed", "fixed", "sinkhorn"},
        SiteForm{"static_mhc", "mhc", "mhc", "mhc", "sinkhorn", false},
        SiteForm{"static_hc", "hc", "hc", "hc", "unconstrained", false},
        SiteForm{"identity", "mhc", "mhc", "mhc", "identity"},
        SiteForm{"one_stream", "mhc", "mhc", "mhc", "sinkhorn", true, 1},
        SiteForm{"seven_streams", "mhc", "mhc", "mhc", "identity_mix", true, 7},
        SiteForm{"eight_streams_of_hc", "hc", "hc", "hc", "sinkhorn", true, 8},
        SiteForm{"read_from_elsewhere", "mhc", "mhc", "mhc", "sinkhorn", true, 4, true},
        SiteForm{"hc_read_from_elsewhere", "hc", "hc", "hc", "sinkhorn", true, 4, true}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(KernelPlace, SharesAmongSeveralThreads) {
  at::set_num_threads(2);
  const kernels::Place place = ThisPlace();
  EXPECT_EQ(place.threads, 2);
  std::array<std::thread::id, 2> seen;
  const auto body = [](void* context, int part) {
    static_cast<std::array<std::thread::id, 2>*>(context)->at(static_cast<std::size_t>(part)) =
        std::this_thread::get_id();
  };
  place.share(2, body, &seen);
  at::set_num_threads(1);
  EXPECT_NE(seen[0], seen[1]) << "the parts of a kernel run one after the other";
}

TEST(KeptStreams, AreThoseOfTheFirstSiteAndOfEveryRootOfTheirNumberFromTheLastOn) {
  const auto kept = [](std::int64_t sites) {
    std::vector<std::int64_t> kept;
    for (std::int64_t site = 0; site < sites; ++site) {
      if (KeepsStreams(site, sites)) kept.push_back(site);
    }
    return kept;
  };
  EXPECT_EQ(kept(1), (std::vector<std::int64_t>{0}));
  EXPECT_EQ(kept(2), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(kept(16), (std::vector<std::int64_t>{0, 3, 7, 11, 15}));
  EXPECT_EQ(kept(48).size(), 8u);
}

}  // namespace
}  // namespace mhc
