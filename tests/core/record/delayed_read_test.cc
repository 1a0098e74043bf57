// `mixing.delayed_read`: reading and writing it, and which sites then predict a read.
#include "record_fixture.h"

namespace mhc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<Configuration> Read(const std::string& toml) {
  return ParseConfiguration("[model]\nblocks = 2\n" + toml, "test", {});
}

std::vector<bool> PredictingSites(const Configuration& configuration) {
  std::vector<bool> predicting;
  for (std::int64_t site = 0; site < configuration.SiteCount(); ++site) {
    predicting.push_back(configuration.PredictsRead(site));
    EXPECT_EQ(configuration.SiteAsBuilt(site).read,
              predicting.back() ? configuration.Site(site).read : "fixed");
  }
  return predicting;
}

TEST(DelayedRead, IsFalseUnlessGivenAndReadsBack) {
  EXPECT_FALSE(Must(Read("")).mixing.delayed_read);
  const Configuration given = Must(Read("[mixing]\ndelayed_read = true\n"));
  EXPECT_TRUE(given.mixing.delayed_read);
  EXPECT_EQ(Must(ParseConfiguration(ToToml(given), "test", {})).mixing, given.mixing);
  EXPECT_THAT(Read("[mixing]\ndelayed_read = 1\n").error().message, HasSubstr("delayed_read"));
}

TEST(DelayedRead, WhatASitePredictsIsForTheNextOneOrForALearnedReadout) {
  EXPECT_THAT(PredictingSites(Must(Read(""))), ElementsAre(true, true, true, true));
  const std::string delayed = "[mixing]\ndelayed_read = true\n";
  EXPECT_THAT(PredictingSites(Must(Read(delayed))), ElementsAre(true, true, true, false));
  const Configuration learned = Must(Read("readout = \"learned\"\n" + delayed));
  EXPECT_TRUE(learned.ReadsOutWithLastRead());
  EXPECT_THAT(PredictingSites(learned), ElementsAre(true, true, true, true));
  EXPECT_FALSE(Must(Read("readout = \"learned\"\n")).ReadsOutWithLastRead());
  const std::string one = "[[mixing.site]]\nsites = 1\ndelayed_read = true\n";
  EXPECT_THAT(PredictingSites(Must(Read(one))), ElementsAre(true, false, true, true));
}

TEST(DelayedRead, IsNothingToAResidualRun) {
  const Configuration residual =
      Must(Read("readout = \"learned\"\n[mixing]\nconnection = \"residual\"\n"
                "delayed_read = true\n"));
  EXPECT_FALSE(residual.ReadsOutWithLastRead());
}

}  // namespace
}  // namespace mhc
