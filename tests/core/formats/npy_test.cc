#include "core/formats/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "tests/core/formats/scratch_folder.h"

namespace mhc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string NpyFile(const std::string& header, const std::string& data, int version = 1) {
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  const auto length = static_cast<std::uint32_t>(header.size());
  file.append(reinterpret_cast<const char*>(&length), version == 1 ? 2 : 4);
  return file + header + data;
}

std::string Header(const std::string& descr, const std::string& order, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

template <class T>
std::string Raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

Result<NpyArray> Parse(const std::string& file) {
  return ParseNpy(std::as_bytes(std::span(file)), "a.npy");
}

std::string Refusal(const std::string& file) {
  const auto parsed = Parse(file);
  return parsed ? "accepted" : parsed.error().message;
}

TEST(NpyReading, TakesAllThreeVersions) {
  const std::string data = Raw<double>({1, 2, 3, 4, 5, 6});
  for (const int version : {1, 2, 3}) {
    const auto array = Parse(NpyFile(Header("<f8", "False", "(2, 3)"), data, version));
    ASSERT_TRUE(array) << array.error().message;
    EXPECT_THAT(array->shape, ElementsAre(2, 3));
    EXPECT_THAT(array->values, ElementsAre(1, 2, 3, 4, 5, 6));
  }
}

TEST(NpyReading, WidensEveryElementType) {
  const auto one = [](const std::string& descr, const std::string& data) {
    const auto array = Parse(NpyFile(Header(descr, "False", "(1,)"), data));
    return array ? array->values.at(0) : NAN;
  };
  EXPECT_EQ(one("<f4", Raw<float>({2.5f})), 2.5);
  EXPECT_EQ(one("<f2", Raw<std::uint16_t>({0x3C00})), 1.0);
  EXPECT_EQ(one("<i8", Raw<std::int64_t>({-3})), -3.0);
  EXPECT_EQ(one("<u4", Raw<std::uint32_t>({3})), 3.0);
  EXPECT_EQ(one("<i2", Raw<std::int16_t>({-300})), -300.0);
  EXPECT_EQ(one("|i1", Raw<std::int8_t>({-1})), -1.0);
  EXPECT_EQ(one("|u1", Raw<std::uint8_t>({200})), 200.0);
  EXPECT_EQ(one("|b1", Raw<std::uint8_t>({1})), 1.0);
}

TEST(NpyReading, TurnsBigEndianElementsRound) {
  const auto one = [](const std::string& descr, std::string data) {
    std::reverse(data.begin(), data.end());
    const auto array = Parse(NpyFile(Header(descr, "False", "(1,)"), data));
    return array ? array->values.at(0) : NAN;
  };
  EXPECT_EQ(one(">f8", Raw<double>({0.7})), 0.7);
  EXPECT_EQ(one(">f4", Raw<float>({2.5f})), 2.5);
  EXPECT_EQ(one(">f2", Raw<std::uint16_t>({0x3C00})), 1.0);
  EXPECT_EQ(one(">i8", Raw<std::int64_t>({-3})), -3.0);
  EXPECT_EQ(one(">u2", Raw<std::uint16_t>({300})), 300.0);
  EXPECT_EQ(one(">i1", Raw<std::int8_t>({-1})), -1.0);
  const auto several =
      Parse(NpyFile(Header(">i2", "True", "(2, 2)"), std::string("\0\1\0\2\0\3\0\4", 8)));
  ASSERT_TRUE(several);
  EXPECT_THAT(several->values, ElementsAre(1, 3, 2, 4));
}

TEST(NpyReading, SaysThatTheTypeOfBfloat16IsLost) {
  for (const char* descr : {"<V2", "|V2", "<V1"}) {
    EXPECT_EQ(Refusal(NpyFile(Header(descr, "False", "()"), "12")),
              fmt::format("a.npy: header: descr: found \"{}\", bytes without a type, which is how "
                          "NumPy saves bfloat16 and the other types of ml_dtypes, expected a "
                          "boolean, an integer, or a float of 2, 4 or 8 bytes: save it with "
                          ".astype(\"float32\")",
                          descr));
  }
}

TEST(NpyReading, TurnsFortranOrderIntoRowMajor) {
  const auto plane =
      Parse(NpyFile(Header("<f8", "True", "(2, 3)"), Raw<double>({1, 4, 2, 5, 3, 6})));
  ASSERT_TRUE(plane);
  EXPECT_THAT(plane->values, ElementsAre(1, 2, 3, 4, 5, 6));
  const auto cube =
      Parse(NpyFile(Header("<f8", "True", "(2, 2, 2)"), Raw<double>({0, 4, 2, 6, 1, 5, 3, 7})));
  ASSERT_TRUE(cube);
  EXPECT_THAT(cube->values, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(NpyReading, TakesSingleNumbersAndEmptyArrays) {
  const auto scalar = Parse(NpyFile(Header("<f8", "False", "()"), Raw<double>({7})));
  ASSERT_TRUE(scalar) << scalar.error().message;
  EXPECT_THAT(scalar->values, ElementsAre(7));
  const auto empty = Parse(NpyFile(Header("<f8", "True", "(0, 4)"), ""));
  ASSERT_TRUE(empty) << empty.error().message;
  EXPECT_TRUE(empty->values.empty());
}

TEST(NpyReading, RefusesWhatIsNotNpy) {
  EXPECT_EQ(Refusal(""), "a.npy: offset 0: expected a file that begins with \\x93NUMPY");
  EXPECT_EQ(Refusal("PK\x03\x04 an archive"),
            "a.npy: offset 0: expected a file that begins with \\x93NUMPY");
  EXPECT_EQ(Refusal(NpyFile(Header("<f8", "False", "()"), Raw<double>({7}), 4)),
            "a.npy: offset 6: found version 4, expected 1, 2 or 3");
}

TEST(NpyReading, RefusesHeadersLongerThanTheFileOrTheCap) {
  std::string truncated = NpyFile(Header("<f8", "False", "(1,)"), "");
  truncated.resize(30);
  EXPECT_EQ(Refusal(truncated), "a.npy: offset 8: found a header of 58 bytes, expected at most 20");
  std::string large = NpyFile(std::string(100'000, ' '), "", 2);
  EXPECT_THAT(Refusal(large), HasSubstr("found a header of 100000 bytes, expected at most 65536"));
  const std::uint32_t length = 0xFFFFFFFF;
  std::memcpy(large.data() + 8, &length, 4);
  EXPECT_THAT(Refusal(large), HasSubstr("found a header of 4294967295 bytes"));
}

TEST(NpyReading, RefusesMalformedHeaders) {
  const auto refusal = [](const std::string& header) { return Refusal(NpyFile(header, "")); };
  EXPECT_THAT(refusal(""), HasSubstr("found its end, expected a dictionary"));
  EXPECT_THAT(refusal("{'descr': '<f8'"), HasSubstr("expected a comma or the end"));
  EXPECT_THAT(refusal("{'descr': '<f8', }"), HasSubstr("found no fortran_order"));
  EXPECT_THAT(refusal("{descr: 1}"), HasSubstr("expected a key in quotes"));
  EXPECT_THAT(refusal("{'descr"), HasSubstr("expected a key in quotes"));
  EXPECT_THAT(refusal("{'os.system': 1}"), HasSubstr("found the key \"os.system\""));
  EXPECT_THAT(refusal("{'descr': '<f8', 'descr': '<f8'}"), HasSubstr("each once"));
  EXPECT_THAT(refusal(Header("<f8", "Maybe", "()")), HasSubstr("fortran_order: True or False"));
  EXPECT_THAT(refusal(Header("<f8", "False", "(-1,)")), HasSubstr("shape: a length"));
  EXPECT_THAT(refusal(Header("<f8", "False", "(2 3)")), HasSubstr("shape: a comma or the end"));
  EXPECT_THAT(refusal(Header("<f8", "False", "[2]")), HasSubstr("shape: a tuple"));
  EXPECT_THAT(refusal(Header("<f8", "False", "(9223372036854775808,)")), HasSubstr("a length"));
  EXPECT_THAT(refusal(Header("<f8", "False", "(1,)") + "x"), HasSubstr("blanks up to the data"));
}

TEST(NpyReading, RefusesOtherTypesByTheirNames) {
  const auto refusal = [](const std::string& descr) {
    return Refusal(NpyFile(Header(descr, "False", "()"), "12345678"));
  };
  EXPECT_EQ(
      refusal("<f16"),
      "a.npy: header: descr: found \"<f16\", expected a boolean, an integer, or a float of 2, "
      "4 or 8 bytes");
  EXPECT_THAT(refusal("|f8"), HasSubstr("found \"|f8\""));
  EXPECT_THAT(refusal(""), HasSubstr("found \"\""));
  EXPECT_THAT(refusal("|O"), HasSubstr("found \"|O\""));
  EXPECT_THAT(refusal("<c16"), HasSubstr("found \"<c16\""));
  EXPECT_THAT(
      Refusal(NpyFile("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': ()}", "")),
      HasSubstr("descr: a type in quotes"));
}

TEST(NpyReading, RefusesDataThatDoNotFitTheShape) {
  EXPECT_EQ(Refusal(NpyFile(Header("<f8", "False", "(2,)"), Raw<double>({1}))),
            "a.npy: found 8 bytes of data, expected 16 by shape and descr");
  EXPECT_EQ(Refusal(NpyFile(Header("<f8", "False", "(4294967296, 4294967296)"), "")),
            "a.npy: header: shape: the size does not fit in 64 bits");
  std::string many = "(";
  for (int i = 0; i < 33; ++i) many += "1,";
  EXPECT_THAT(Refusal(NpyFile(Header("<f8", "False", many + ")"), "")),
              HasSubstr("found more than 32 lengths"));
}

class NpyFiles : public ScratchFolder {};

TEST_F(NpyFiles, ComeBackAsTheyWereWritten) {
  const std::vector<double> values = {0.1, -1e-300, NAN, INFINITY, 5, 6};
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{6}, std::vector<std::int64_t>{2, 3},
        std::vector<std::int64_t>{1, 3, 2}}) {
    ASSERT_TRUE(WriteNpy(InFolder("a.npy"), shape, values));
    const auto array = ReadNpy(InFolder("a.npy"));
    ASSERT_TRUE(array) << array.error().message;
    EXPECT_EQ(array->shape, shape);
    EXPECT_EQ(0, std::memcmp(array->values.data(), values.data(), sizeof(double) * values.size()));
  }
  ASSERT_TRUE(WriteNpy(InFolder("s.npy"), {}, std::vector<double>{0.5}, ElementType::kF32));
  const auto scalar = ReadNpy(InFolder("s.npy"));
  ASSERT_TRUE(scalar) << scalar.error().message;
  EXPECT_EQ(scalar->type, ElementType::kF32);
  EXPECT_THAT(scalar->values, ElementsAre(0.5));
}

TEST_F(NpyFiles, BeginTheirDataAtAMultipleOf64AsNumpyWritesThem) {
  ASSERT_TRUE(WriteNpy(InFolder("a.npy"), {2, 1}, std::vector<double>{1, 2}));
  const std::string bytes = Read(InFolder("a.npy"));
  EXPECT_EQ(bytes.size(), 128u + 16u);
  EXPECT_EQ(bytes.substr(0, 8), std::string("\x93NUMPY\x01\0", 8));
  EXPECT_THAT(bytes, HasSubstr("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }"));
}

}  // namespace
}  // namespace mhc
