// Every constraint in a configuration: by file, by --set, for single sites, and in a request.
#include "core/record/intervention/intervention.h"
#include "record_fixture.h"

namespace mhc {
namespace {

using testing::HasSubstr;

Result<Configuration> Read(const std::string& toml, const std::vector<Setting>& settings = {}) {
  return ParseConfiguration(toml, "test", settings);
}

std::string ConstraintOf(const Configuration& configuration, std::int64_t site = 0) {
  return ToText(configuration.Site(site).constraint);
}

TEST(ConfiguredConstraint, IsEveryOneOfTheTableAndReadsBackFromTheResolvedText) {
  for (const MixingConstraint& constraint : MixingConstraints()) {
    const std::string line = fmt::format("[mixing]\nconstraint = \"{}\"\n", constraint.name);
    const Configuration by_file = Must(Read(line));
    EXPECT_EQ(by_file.mixing.constraint.constraint->name, constraint.name);
    EXPECT_EQ(Must(Read(ToToml(by_file))).mixing, by_file.mixing) << constraint.name;
    const Configuration by_setting = Must(Read("", {{"mixing.constraint", constraint.name}}));
    EXPECT_EQ(by_setting.mixing, by_file.mixing) << constraint.name;
    const Configuration for_site = Must(Read(
        fmt::format("[[mixing.site]]\nsites = \"2-3\"\nconstraint = \"{}\"\n", constraint.name)));
    EXPECT_EQ(ConstraintOf(for_site, 0), "sinkhorn");
    EXPECT_EQ(for_site.Site(3).constraint, by_file.mixing.constraint) << constraint.name;
  }
}

TEST(ConfiguredConstraint, TakesItsOptionsAsKeysOfMixing) {
  const Configuration read = Must(Read("[mixing]\nconstraint = \"harmonized\"\ntarget = 3\n"));
  EXPECT_EQ(ConstraintOf(read), "harmonized:target=3.0");
  EXPECT_EQ(ConstraintOf(Must(
                Read("", {{"mixing.constraint", "block_orthostochastic"}, {"mixing.s", "3"}}))),
            "block_orthostochastic:s=3");
}

TEST(ConfiguredConstraint, OfACirculantHasTheDepthOfTheModel) {
  const Configuration read =
      Must(Read("[model]\nblocks = 6\n[mixing]\nconstraint = \"circulant\"\nbeta = 2\n"));
  EXPECT_EQ(ConstraintOf(read), "circulant:beta=2.0,depth=12");
  const Configuration of_site = Must(
      Read("[model]\nblocks = 6\n[[mixing.site]]\nsites = 1\nconstraint = \"circulant:beta=2\"\n"));
  EXPECT_EQ(ConstraintOf(of_site, 1), "circulant:beta=2.0,depth=12");
  const Configuration own = Must(Read("[mixing]\nconstraint = \"circulant:beta=2,depth=64\"\n"));
  EXPECT_EQ(ConstraintOf(own), "circulant:beta=2.0,depth=64");
  const InterventionRequest request =
      Must(MakeRequest(read, "constraint", "circulant:beta=2", std::nullopt, std::nullopt));
  EXPECT_THAT(ValueText(request), HasSubstr("depth=12"));
}

TEST(ConfiguredConstraint, IsRefusedWithTheReasonWhereItCannotBe) {
  const auto refusal = [](const std::string& constraint, int streams) {
    return Read(fmt::format("[model]\nstreams = {}\n[mixing]\nconstraint = \"{}\"\n", streams,
                            constraint))
        .error()
        .message;
  };
  EXPECT_EQ(refusal("quaternion", 3),
            "test:4: mixing.constraint: streams: found 3, expected n = 4 (quaternions turn four "
            "dimensions) for the constraint quaternion");
  EXPECT_THAT(refusal("kronecker", 5), HasSubstr("n = 2, 3, 4, 6 or 8"));
  EXPECT_THAT(refusal("permutation_mix", 8), HasSubstr("n up to 4"));
  EXPECT_THAT(refusal("circulant:beta=100", 4), HasSubstr("beta: found 100 for a depth of 8"));
  const Configuration three = Must(Read("[model]\nstreams = 3\n"));
  EXPECT_THAT(
      MakeRequest(three, "constraint", "quaternion", std::nullopt, std::nullopt).error().message,
      HasSubstr("n = 4"));
}

}  // namespace
}  // namespace mhc
