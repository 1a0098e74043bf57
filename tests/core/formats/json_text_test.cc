#include "core/formats/json_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

namespace mhc {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;

std::string Refusal(const std::string& text) {
  const auto parsed = ParseJson(text, "a.json");
  return parsed ? "accepted" : parsed.error().message;
}

TEST(JsonWriting, KeepsTheOrderOfKeysAndTheFullPrecisionOfNumbers) {
  const ordered_json document = {{"z", 0.1}, {"a", 1.0}, {"n", 3}, {"list", {1.0 / 3.0, -0.0}}};
  EXPECT_EQ(DumpJson(document), R"({"z":0.1,"a":1.0,"n":3,"list":[0.3333333333333333,-0.0]})");
}

TEST(JsonWriting, WritesNonFiniteNumbersAsTextsAtEveryLevel) {
  const ordered_json document = {{"a", NAN}, {"b", {INFINITY, {{"c", -INFINITY}}}}};
  EXPECT_EQ(DumpJson(document), R"({"a":"nan","b":["inf",{"c":"-inf"}]})");
  EXPECT_EQ(DumpJson(NAN), R"("nan")");
}

TEST(JsonWriting, ReadsBackAsTheSameDoubleForRandomBits) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(ParseJson(DumpJson(value), "random")->get<double>(), value);
  }
}

TEST(JsonWriting, NeverFailsOnTextThatIsNotUtf8) {
  EXPECT_EQ(DumpJson("a\xff"), "\"a\xEF\xBF\xBD\"");
}

TEST(JsonReading, NamesTheOffsetOfWhatIsNotJson) {
  EXPECT_EQ(Refusal(""), "a.json: offset 0: found the end, which is not JSON");
  EXPECT_EQ(Refusal("[1, NaN]"), "a.json: offset 4: found \"NaN]\", which is not JSON");
  EXPECT_THAT(Refusal("{\"a\": 1"), HasSubstr("found the end, which is not JSON"));
  EXPECT_THAT(Refusal("[1] x"), HasSubstr("offset 4: found \"x\""));
  EXPECT_THAT(Refusal(std::string("[1]\0garbage", 11)), HasSubstr("offset 3"));
  EXPECT_THAT(Refusal("[1e999]"), HasSubstr("too large"));
  EXPECT_THAT(Refusal("\"\xff\""), HasSubstr("which is not JSON"));
}

TEST(JsonReading, RefusesKeysThatComeTwiceInOneObject) {
  EXPECT_EQ(Refusal(R"({"a": {"b": 1, "c": 2, "b": 3}})"), "a.json: found the key \"b\" twice");
  EXPECT_EQ(Refusal(R"([{"a": 1}, {"a": {"a": 2}}])"), "accepted");
}

TEST(JsonReading, RefusesDepthAndLengthWithoutReadingThem) {
  EXPECT_EQ(Refusal(std::string(1'000'000, '[')),
            "a.json: offset 32: found more than 32 levels of brackets");
  EXPECT_EQ(Refusal(std::string(32, '[') + std::string(32, ']')), "accepted");
  EXPECT_EQ(Refusal("\"" + std::string(100, '[') + "\\\"[\""), "accepted");
  EXPECT_THAT(Refusal(std::string(kLongestJson + 1, ' ')), HasSubstr("expected JSON of at most"));
}

}  // namespace
}  // namespace mhc
