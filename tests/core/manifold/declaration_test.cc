#include "core/manifold/declaration.h"

#include <gmock/gmock.h>

#include <cmath>

namespace mhc {
namespace {

using Numbers = std::vector<double>;

Declaration Steps() {
  return {.key = "steps", .fallback = std::int64_t{20}, .minimum = 0, .maximum = 10000};
}
Declaration Rate() { return {.key = "rate", .fallback = 0.1, .minimum = 0, .above_minimum = true}; }
Declaration Readout() {
  return {.key = "readout", .fallback = std::string("sum"), .choices = {"sum", "mean", "learned"}};
}
Declaration Betas() {
  return {.key = "betas", .fallback = Numbers{0.9, 0.95}, .minimum = 0, .maximum = 1};
}
Declaration Flag() { return {.key = "flag", .fallback = false}; }

std::string RefusalOf(const Declaration& declaration, const Value& given) {
  const Result<Value> checked = Check(declaration, given);
  return checked ? "accepted" : checked.error().message;
}

TEST(Declaration, SaysInWordsWhatItAccepts) {
  EXPECT_EQ(Expected(Steps()), "an integer from 0 to 10000");
  EXPECT_EQ(Expected(Rate()), "a number above 0");
  EXPECT_EQ(Expected(Readout()), "one of sum, mean, learned");
  EXPECT_EQ(Expected(Betas()), "a list of numbers, each from 0 to 1");
  EXPECT_EQ(Expected(Flag()), "true or false");
  EXPECT_EQ(Expected({.key = "name", .fallback = std::string()}), "a text");
  EXPECT_EQ(Expected({.key = "seed", .fallback = std::int64_t{1}}), "an integer");
  EXPECT_EQ(Expected({.key = "k", .fallback = std::int64_t{1}, .minimum = 1}),
            "an integer of at least 1");
  EXPECT_EQ(Expected({.key = "x", .fallback = 0.5, .maximum = 0.25}), "a number of at most 0.25");
  EXPECT_EQ(
      Expected(
          {.key = "share", .fallback = 0.5, .minimum = 0, .maximum = 1, .above_minimum = true}),
      "a number above 0 and at most 1");
}

TEST(Declaration, RefusesWithTheKeyTheFoundAndTheExpected) {
  EXPECT_EQ(RefusalOf(Steps(), std::int64_t{20000}),
            "steps: found 20000, expected an integer from 0 to 10000");
  EXPECT_EQ(RefusalOf(Steps(), 2.5), "steps: found 2.5, expected an integer from 0 to 10000");
  EXPECT_EQ(RefusalOf(Rate(), 0.0), "rate: found 0.0, expected a number above 0");
  EXPECT_EQ(RefusalOf(Rate(), std::string("fast")),
            "rate: found \"fast\", expected a number above 0");
  EXPECT_EQ(RefusalOf(Readout(), std::string("max")),
            "readout: found \"max\", expected one of sum, mean, learned");
  EXPECT_EQ(RefusalOf(Betas(), Numbers{0.9, 1.5}),
            "betas: found [0.9, 1.5], expected a list of numbers, each from 0 to 1");
  EXPECT_EQ(RefusalOf(Flag(), std::int64_t{1}), "flag: found 1, expected true or false");
}

TEST(Declaration, RefusesNumbersThatAreNotFinite) {
  EXPECT_EQ(RefusalOf(Rate(), INFINITY), "rate: found inf, expected a number above 0");
  EXPECT_EQ(RefusalOf(Rate(), std::nan("")), "rate: found nan, expected a number above 0");
  EXPECT_EQ(RefusalOf(Betas(), Numbers{std::nan("")}),
            "betas: found [nan], expected a list of numbers, each from 0 to 1");
}

TEST(Declaration, WidensAnIntegerToANumberAndKeepsTheRest) {
  EXPECT_EQ(Check(Rate(), std::int64_t{3}).value(), Value(3.0));
  EXPECT_EQ(Check(Steps(), std::int64_t{0}).value(), Value(std::int64_t{0}));
  EXPECT_EQ(Check(Steps(), std::int64_t{10000}).value(), Value(std::int64_t{10000}));
  EXPECT_EQ(Check(Readout(), std::string("mean")).value(), Value(std::string("mean")));
}

TEST(Declaration, TakesAWholeNumberForAnIntegerHoweverItIsWritten) {
  EXPECT_EQ(Check(Steps(), 1e3).value(), Value(std::int64_t{1000}));
  EXPECT_EQ(Check(Steps(), FromText(Steps(), "1e3")).value(), Value(std::int64_t{1000}));
  EXPECT_EQ(Check(Steps(), FromText(Steps(), "20.0")).value(), Value(std::int64_t{20}));
  EXPECT_EQ(RefusalOf(Steps(), 1e9), "steps: found 1e+09, expected an integer from 0 to 10000");
  const Declaration any{.key = "seed", .fallback = std::int64_t{1}};
  EXPECT_EQ(RefusalOf(any, 1e300), "seed: found 1e+300, expected an integer");
  EXPECT_EQ(RefusalOf(any, 0.5), "seed: found 0.5, expected an integer");
  EXPECT_EQ(RefusalOf(any, std::nan("")), "seed: found nan, expected an integer");
}

TEST(Declaration, WritesItsLimitsAsAPersonReadsThem) {
  EXPECT_EQ(Expected({.key = "seed",
                      .fallback = std::int64_t{1},
                      .minimum = 0,
                      .maximum = 9007199254740992.0}),
            "an integer from 0 to 2^53");
}

TEST(Toml, NumbersStayNumbersAndComeBackExactly) {
  EXPECT_EQ(ToToml(8.0), "8.0");
  EXPECT_EQ(ToToml(-0.0), "-0.0");
  EXPECT_EQ(ToToml(1e-20), "1e-20");
  EXPECT_EQ(ToToml(0.001), "0.001");
  EXPECT_EQ(ToToml(1e300), "1e+300");
  EXPECT_EQ(ToToml(std::int64_t{-7}), "-7");
  EXPECT_EQ(ToToml(Numbers{0.9, 1.0}), "[0.9, 1.0]");
  EXPECT_EQ(ToToml(Numbers{}), "[]");
  EXPECT_EQ(ToToml(true), "true");
  for (const double number : {0.1, 1.0 / 3.0, 6.02214076e23, 5e-324, -1.7976931348623157e308}) {
    EXPECT_EQ(FromText(Rate(), ToToml(number)), Value(number)) << ToToml(number);
  }
}

TEST(Toml, TextsAreQuotedAndEscaped) {
  EXPECT_EQ(ToToml(std::string("a \"b\" \\ \n\t\x01")), "\"a \\\"b\\\" \\\\ \\n\\t\\u0001\"");
  EXPECT_EQ(ToToml(std::string("größe")), "\"größe\"");
}

TEST(FromText, ReadsWhatTomlReadsAndLeavesTheRestAText) {
  EXPECT_EQ(FromText(Flag(), "true"), Value(true));
  EXPECT_EQ(FromText(Steps(), "10_000"), Value(std::int64_t{10000}));
  EXPECT_EQ(FromText(Steps(), "+5"), Value(std::int64_t{5}));
  EXPECT_EQ(FromText(Steps(), "-5"), Value(std::int64_t{-5}));
  EXPECT_EQ(FromText(Rate(), " 1e-3 "), Value(1e-3));
  EXPECT_EQ(FromText(Rate(), "0.5"), Value(0.5));
  EXPECT_EQ(FromText(Rate(), "-inf"), Value(-INFINITY));
  EXPECT_EQ(FromText(Betas(), "[0.9, 1, 2e-1,]"), Value(Numbers{0.9, 1.0, 0.2}));
  EXPECT_EQ(FromText(Betas(), "[]"), Value(Numbers{}));
  for (const char* text : {"007", ".5", "5.", "1__0", "_1", "1e", "0x", "[1, x]", "[1", "1 2", "",
                           "99999999999999999999", "5.e3", "--5", "1e5_"}) {
    EXPECT_EQ(FromText(Steps(), text), Value(std::string(text))) << text;
  }
}

TEST(FromText, TakesTheCharactersOfATextAsTheyAre) {
  const Declaration name{.key = "name", .fallback = std::string()};
  for (const char* text : {"20", "true", " spaced ", "\"quoted\"", "[1]"}) {
    EXPECT_EQ(FromText(name, text), Value(std::string(text)));
  }
}

}  // namespace
}  // namespace mhc
