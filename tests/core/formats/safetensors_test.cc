#include "core/formats/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>

#include "core/formats/safetensors_writer.h"
#include "tests/core/formats/scratch_folder.h"

namespace mhc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string WithLength(const std::string& header, std::uint64_t length, std::size_t data_bytes) {
  std::string file(8, '\0');
  std::memcpy(file.data(), &length, 8);
  return file + header + std::string(data_bytes, '\x01');
}

std::string File(const std::string& header, std::size_t data_bytes = 0) {
  return WithLength(header, header.size(), data_bytes);
}

Result<Safetensors> Parse(const std::string& file) {
  return Safetensors::Parse(std::as_bytes(std::span(file)), "a.safetensors");
}

std::string Refusal(const std::string& file) {
  const auto parsed = Parse(file);
  return parsed ? "accepted" : parsed.error().message;
}

std::string Tensor(const std::string& name, const std::string& type, const std::string& shape,
                   const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape +
         ",\"data_offsets\":" + offsets + "}";
}

template <class T>
std::span<const std::byte> BytesOf(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

TEST(SafetensorsReading, TakesAnEmptyObjectAndAPaddedHeader) {
  const std::string file = File("{}      ");
  const auto parsed = Parse(file);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_TRUE(parsed->tensors().empty());
}

TEST(SafetensorsReading, ListsTensorsInTheOrderOfTheirDataWithShapesAndMetadata) {
  const std::string file =
      File("{" + Tensor("late", "U8", "[2,1]", "[4,6]") +
               ",\"__metadata__\":{\"maker\":\"test\"}," + Tensor("early", "F32", "[]", "[0,4]") +
               "," + Tensor("none", "I64", "[0,3]", "[4,4]") + "}",
           6);
  const auto parsed = Parse(file);
  ASSERT_TRUE(parsed) << parsed.error().message;
  ASSERT_EQ(parsed->tensors().size(), 3u);
  EXPECT_EQ(parsed->tensors()[0].name, "early");
  EXPECT_EQ(parsed->tensors()[1].name, "none");
  EXPECT_EQ(parsed->tensors()[2].name, "late");
  EXPECT_THAT(parsed->tensors()[2].shape, ElementsAre(2, 1));
  EXPECT_EQ(parsed->metadata().at("maker"), "test");
  EXPECT_THAT(*parsed->AsDoubles("late"), ElementsAre(1.0, 1.0));
  EXPECT_TRUE(parsed->AsDoubles("none")->empty());
  EXPECT_EQ(parsed->Find("later"), nullptr);
  EXPECT_EQ(parsed->AsDoubles("later").error().message, "a.safetensors: found no tensor \"later\"");
}

TEST(SafetensorsReading, RefusesLengthsThatTheFileDoesNotHave) {
  EXPECT_EQ(Refusal(""), "a.safetensors: found 0 bytes, expected a safetensors file of at least 8");
  EXPECT_EQ(Refusal("1234567"),
            "a.safetensors: found 7 bytes, expected a safetensors file of at least 8");
  EXPECT_EQ(
      Refusal(WithLength("{}", 3, 0)),
      "a.safetensors: offset 0: found a header of 3 bytes, expected at most the 2 that follow");
  EXPECT_EQ(
      Refusal(WithLength("{}", std::uint64_t{1} << 63, 0)),
      "a.safetensors: offset 0: found a header of 9223372036854775808 bytes, expected at most "
      "100000000");
  EXPECT_THAT(Refusal(WithLength("{}", 100'000'001, 0)), HasSubstr("expected at most 100000000"));
  EXPECT_THAT(Refusal(WithLength("{}", ~std::uint64_t{0}, 0)), HasSubstr("offset 0"));
}

TEST(SafetensorsReading, RefusesAHeaderThatIsNotOneJsonObject) {
  EXPECT_EQ(Refusal(File(" {}")),
            "a.safetensors: offset 8: found \" \", expected a header that begins with {");
  EXPECT_THAT(Refusal(File("")), HasSubstr("expected a header that begins with {"));
  EXPECT_THAT(Refusal(File("[]")), HasSubstr("expected a header that begins with {"));
  EXPECT_THAT(Refusal(File("{")), HasSubstr("which is not JSON"));
  EXPECT_THAT(Refusal(File("{}{}")), HasSubstr("offset 11: found "));
  EXPECT_EQ(Refusal(File(std::string("{}\0x", 4))),
            "a.safetensors: offset 10: found a zero byte, expected JSON padded with spaces");
  EXPECT_THAT(Refusal(File("{\"\xff\":{}}")), HasSubstr("which is not JSON"));  // not UTF-8
  EXPECT_THAT(Refusal(File("{'a':1}")), HasSubstr("which is not JSON"));
}

TEST(SafetensorsReading, RefusesNamesThatComeTwiceAtEveryLevel) {
  const std::string tensor = Tensor("a", "U8", "[0]", "[0,0]");
  EXPECT_EQ(Refusal(File("{" + tensor + "," + tensor + "}")),
            "a.safetensors: found the name \"a\" twice");
  EXPECT_EQ(Refusal(File("{\"__metadata__\":{},\"__metadata__\":{}}")),
            "a.safetensors: found the name \"__metadata__\" twice");
  EXPECT_EQ(Refusal(File("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}")),
            "a.safetensors: __metadata__: found the key \"k\" twice");
  EXPECT_EQ(Refusal(File("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}")),
            "a.safetensors: tensor \"a\": found the key \"dtype\" twice");
  // The same name, once written with an escape.
  EXPECT_THAT(Refusal(File("{" + tensor + "," + Tensor("\\u0061", "U8", "[0]", "[0,0]") + "}")),
              HasSubstr("found the name \"a\" twice"));
}

TEST(SafetensorsReading, RefusesUnknownAndMissingKeys) {
  EXPECT_EQ(Refusal(File("{\"a\":{\"dtype\":\"U8\",\"shape\":[0]}}")),
            "a.safetensors: tensor \"a\": found no data_offsets, expected dtype, shape and "
            "data_offsets");
  EXPECT_THAT(Refusal(File("{\"a\":{}}")), HasSubstr("found no dtype"));
  EXPECT_EQ(Refusal(File("{\"a\":{\"stride\":[1]}}")),
            "a.safetensors: tensor \"a\": found the key \"stride\", expected dtype, shape and "
            "data_offsets");
}

TEST(SafetensorsReading, RefusesUnknownTypes) {
  EXPECT_EQ(Refusal(File("{" + Tensor("a", "F31", "[0]", "[0,0]") + "}")),
            "a.safetensors: tensor \"a\": dtype: found \"F31\", expected one of BOOL, U8, I8, "
            "F8_E4M3, F8_E5M2, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64");
  EXPECT_THAT(Refusal(File("{\"a\":{\"dtype\":7}}")), HasSubstr("dtype: found 7, expected one of"));
  EXPECT_THAT(Refusal(File("{" + Tensor("a", "f32", "[0]", "[0,0]") + "}")),
              HasSubstr("dtype: found \"f32\""));
}

TEST(SafetensorsReading, RefusesShapesThatAreNotNonNegativeIntegers) {
  const auto refusal = [](const std::string& shape) {
    return Refusal(File("{" + Tensor("a", "U8", shape, "[0,0]") + "}"));
  };
  EXPECT_EQ(
      refusal("[-1]"),
      "a.safetensors: tensor \"a\": shape: found -1, expected a list of non-negative integers");
  EXPECT_THAT(refusal("[1.0]"), HasSubstr("shape: found 1.0, expected a list of non-negative"));
  EXPECT_THAT(refusal("[null]"), HasSubstr("shape: found null"));
  EXPECT_THAT(refusal("[true]"), HasSubstr("shape: found true"));
  EXPECT_THAT(refusal("[\"1\"]"), HasSubstr("shape: found \"1\""));
  EXPECT_THAT(refusal("[[1]]"), HasSubstr("shape: found a list"));
  EXPECT_THAT(refusal("{}"), HasSubstr("shape: found an object"));
  EXPECT_THAT(refusal("3"), HasSubstr("shape: found 3"));
  EXPECT_THAT(refusal("[18446744073709551616]"), HasSubstr("shape: found 18446744073709551616"));
  EXPECT_THAT(refusal("[9223372036854775808]"), HasSubstr("expected at most 2^63 - 1"));
  std::string many = "[1";
  for (int i = 0; i < 32; ++i) many += ",1";
  EXPECT_THAT(refusal(many + "]"), HasSubstr("found more than 32 dimensions"));
}

TEST(SafetensorsReading, RefusesSizesThatOverflowOrDisagree) {
  EXPECT_EQ(Refusal(File("{" + Tensor("a", "U8", "[4294967296,4294967296]", "[0,0]") + "}")),
            "a.safetensors: tensor \"a\": shape: the size does not fit in 64 bits");
  EXPECT_THAT(Refusal(File("{" + Tensor("a", "F64", "[4611686018427387904]", "[0,0]") + "}")),
              HasSubstr("does not fit in 64 bits"));
  EXPECT_EQ(
      Refusal(File("{" + Tensor("a", "F32", "[2]", "[0,4]") + "}", 4)),
      "a.safetensors: tensor \"a\": data_offsets: found 4 bytes, expected 8 by shape and dtype "
      "F32");
}

TEST(SafetensorsReading, RefusesOffsetsThatAreNotTwoRisingNumbers) {
  const auto refusal = [](const std::string& offsets) {
    return Refusal(File("{" + Tensor("a", "U8", "[1]", offsets) + "}", 1));
  };
  EXPECT_EQ(refusal("[1,0]"),
            "a.safetensors: tensor \"a\": data_offsets: found the end 0 before the beginning 1");
  EXPECT_THAT(refusal("[0]"), HasSubstr("data_offsets: found 1 numbers, expected two"));
  EXPECT_THAT(refusal("[]"), HasSubstr("data_offsets: found 0 numbers, expected two"));
  EXPECT_THAT(refusal("[0,1,1]"), HasSubstr("data_offsets: found a third number, expected two"));
  EXPECT_THAT(refusal("[-1,0]"), HasSubstr("data_offsets: found -1"));
  EXPECT_THAT(refusal("[0,1e0]"), HasSubstr("data_offsets: found 1e0"));
  EXPECT_THAT(refusal("[18446744073709551615,18446744073709551615]"), HasSubstr("data_offsets"));
}

TEST(SafetensorsReading, RefusesHolesOverlapsAndDataBeyondTheLastTensor) {
  const auto file = [](const std::string& a, const std::string& b, std::size_t data) {
    return File("{" + Tensor("a", "U8", "[2]", a) + "," + Tensor("b", "U8", "[2]", b) + "}", data);
  };
  EXPECT_EQ(
      Refusal(file("[0,2]", "[3,5]", 5)),
      "a.safetensors: tensor \"b\": data_offsets: found the beginning 3, expected 2 (a hole in "
      "the data)");
  EXPECT_EQ(
      Refusal(file("[0,2]", "[1,3]", 3)),
      "a.safetensors: tensor \"b\": data_offsets: found the beginning 1, expected 2 (data that "
      "overlap)");
  EXPECT_THAT(Refusal(file("[0,2]", "[0,2]", 2)), HasSubstr("data that overlap"));
  EXPECT_THAT(Refusal(file("[1,3]", "[3,5]", 5)), HasSubstr("found the beginning 1, expected 0"));
  EXPECT_EQ(Refusal(file("[0,2]", "[2,4]", 5)),
            "a.safetensors: found 5 bytes of data, expected 4 by the header");
  EXPECT_EQ(Refusal(file("[0,2]", "[2,4]", 3)),
            "a.safetensors: found 3 bytes of data, expected 4 by the header");
  EXPECT_EQ(Refusal(File("{}", 1)),
            "a.safetensors: found 1 bytes of data, expected 0 by the header");
  EXPECT_EQ(Refusal(file("[0,2]", "[2,4]", 4)), "accepted");
}

TEST(SafetensorsReading, TakesOnlyTextsAsMetadata) {
  EXPECT_EQ(Refusal(File("{\"__metadata__\":{\"k\":1}}")),
            "a.safetensors: __metadata__: \"k\": found 1, expected a text");
  EXPECT_THAT(Refusal(File("{\"__metadata__\":{\"k\":{}}}")), HasSubstr("found an object"));
  EXPECT_THAT(Refusal(File("{\"__metadata__\":{\"k\":[]}}")), HasSubstr("found a list"));
  EXPECT_EQ(Refusal(File("{\"__metadata__\":null}")),
            "a.safetensors: \"__metadata__\": found null, expected an object");
}

TEST(SafetensorsReading, StaysFlatOnDeepNestingAndBoundedOnFloods) {
  EXPECT_THAT(Refusal(File("{\"a\":" + std::string(1'000'000, '['))), HasSubstr("found a list"));
  std::string deep = "{";
  for (int i = 0; i < 100'000; ++i) deep += "\"a\":{";
  EXPECT_THAT(Refusal(File(deep)), HasSubstr("tensor \"a\": found the key \"a\""));
  std::string flood = "{";
  for (int i = 0; i <= 200'000; ++i) {
    flood += Tensor(std::to_string(i), "U8", "[0]", "[0,0]") + ",";
  }
  flood.back() = '}';
  EXPECT_THAT(Refusal(File(flood)), HasSubstr("found more than 200000 tensors"));
}

TEST(SafetensorsReading, ShowsHostileNamesShortAndWithoutControlCharacters) {
  const std::string refusal = Refusal(File("{\"\\u001b[2J" + std::string(5000, 'x') + "\":1}"));
  EXPECT_LT(refusal.size(), 200u);
  EXPECT_THAT(refusal, HasSubstr("\\x1b[2Jxxx"));
  EXPECT_EQ(refusal.find('\x1b'), std::string::npos);
}

TEST(SafetensorsReading, SurvivesEveryTruncationAndEveryFlippedByte) {
  const std::string whole =
      File("{" + Tensor("a", "F32", "[2]", "[0,8]") + ",\"__metadata__\":{\"k\":\"v\"}}", 8);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(Refusal(whole.substr(0, length)), "accepted") << length;
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = whole;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
      EXPECT_FALSE(Refusal(flipped).empty());
    }
  }
}

class SafetensorsFiles : public ScratchFolder {};

TEST_F(SafetensorsFiles, NamesThePathOfAFileThatCannotBeRead) {
  const std::string path = InFolder("none.safetensors").string();
  EXPECT_EQ(Safetensors::Open(path).error().message, path + ": No such file or directory");
  EXPECT_EQ(Safetensors::Open(folder_).error().message,
            folder_.string() + ": found a folder, expected a regular file");
  EXPECT_EQ(Safetensors::Open("/dev/zero").error().message,
            "/dev/zero: found a pipe or a device, expected a regular file");
  EXPECT_THAT(Safetensors::Open(Write("empty", "")).error().message, HasSubstr("found 0 bytes"));
}

TEST_F(SafetensorsFiles, ComeBackAsTheyWereWritten) {
  const std::vector<double> f64 = {0.1, -0.0, INFINITY};
  const std::vector<float> f32 = {1.5f, 2.5f, 3.5f, 4.5f, 5.5f, 6.5f};
  const std::vector<std::int64_t> i64 = {-1};
  const std::vector<std::uint8_t> u8 = {255, 0, 1};
  const auto path = InFolder("w.safetensors");
  const std::vector<SafetensorsTensor> tensors = {
      {"odd", ElementType::kU8, {3}, BytesOf(u8)},
      {"a \"ü\"\n", ElementType::kF64, {3, 1}, BytesOf(f64)},
      {"b", ElementType::kF32, {2, 3}, BytesOf(f32)},
      {"scalar", ElementType::kI64, {}, BytesOf(i64)},
      {"nothing", ElementType::kF32, {0, 7}, {}}};
  const SafetensorsMetadata metadata = {{"step", "12"}, {"note", "tab\tand ü"}};
  ASSERT_TRUE(WriteSafetensors(path, tensors, metadata));

  const auto file = Safetensors::Open(path);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->metadata(), metadata);
  ASSERT_EQ(file->tensors().size(), tensors.size());
  for (const SafetensorsTensor& tensor : tensors) {
    const SafetensorsEntry* entry = file->Find(tensor.name);
    ASSERT_NE(entry, nullptr) << tensor.name;
    EXPECT_EQ(entry->type, tensor.type);
    EXPECT_EQ(entry->shape, tensor.shape);
    const auto bytes = file->Bytes(*entry);
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), tensor.bytes.begin(), tensor.bytes.end()));
  }
  EXPECT_EQ(*file->AsDoubles("a \"ü\"\n"), f64);
  EXPECT_THAT(*file->AsDoubles("scalar"), ElementsAre(-1.0));
}

TEST_F(SafetensorsFiles, AreTheSameBytesForTheSameTensorsInAnyOrder) {
  const std::vector<double> values(4, 1.0);
  const std::vector<std::uint8_t> flags(3, 1);
  std::vector<SafetensorsTensor> tensors = {{"b", ElementType::kF64, {4}, BytesOf(values)},
                                            {"flags", ElementType::kU8, {3}, BytesOf(flags)},
                                            {"a", ElementType::kF64, {2, 2}, BytesOf(values)}};
  ASSERT_TRUE(WriteSafetensors(InFolder("one"), tensors));
  std::swap(tensors.front(), tensors.back());
  ASSERT_TRUE(WriteSafetensors(InFolder("two"), tensors));
  const std::string bytes = Read(InFolder("one"));
  EXPECT_EQ(bytes, Read(InFolder("two")));
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), 8);
  EXPECT_EQ(header % 8, 0u);
  EXPECT_EQ(bytes.size(), 8 + header + 32 + 32 + 3);
}

TEST_F(SafetensorsFiles, AreNotTouchedWhereTheTensorsAreWrong) {
  const auto path = Write("kept", "old");
  const std::vector<double> values = {1.0, 2.0};
  const auto refusal = [&](const std::vector<SafetensorsTensor>& tensors) {
    const Status written = WriteSafetensors(path, tensors);
    return written ? "written" : written.error().message.substr(path.string().size());
  };
  const SafetensorsTensor sound = {"a", ElementType::kF64, {2}, BytesOf(values)};
  EXPECT_EQ(refusal({sound, sound}), ": tensor \"a\": the name is taken");
  EXPECT_EQ(refusal({{"__metadata__", ElementType::kF64, {2}, BytesOf(values)}}),
            ": tensor \"__metadata__\": the name is taken");
  EXPECT_EQ(refusal({{"a", ElementType::kF64, {3}, BytesOf(values)}}),
            ": tensor \"a\": found 16 bytes, expected 24 by shape and type F64");
  EXPECT_THAT(refusal({{"a", ElementType::kF64, {-2, -1}, BytesOf(values)}}),
              HasSubstr("shape: found -2"));
  EXPECT_THAT(refusal({{"\xff", ElementType::kF64, {2}, BytesOf(values)}}), HasSubstr("not UTF-8"));
  EXPECT_EQ(Read(path), "old");
}

TEST_F(SafetensorsFiles, ReportAFullDisk) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "this system has no /dev/full";
  const std::vector<double> values = {1.0};
  const Status written = WriteSafetensors(
      "/dev/full", std::vector<SafetensorsTensor>{{"a", ElementType::kF64, {1}, BytesOf(values)}});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "/dev/full: No space left on device");
}

}  // namespace
}  // namespace mhc
