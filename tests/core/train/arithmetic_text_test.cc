#include "core/train/arithmetic_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <vector>

namespace mhc {
namespace {

constexpr std::size_t kLine = 11;

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size(); at += kLine) lines.push_back(text.substr(at, kLine));
  return lines;
}

TEST(ArithmeticText, EveryLineIsRightArithmeticInElevenCharacters) {
  for (const std::string& line : Lines(ArithmeticText(3, 50000))) {
    ASSERT_EQ(line.size(), kLine);
    ASSERT_EQ(line[5], '=');
    ASSERT_EQ(line[10], '\n');
    const int a = std::stoi(line.substr(0, 2)), b = std::stoi(line.substr(3, 2));
    const std::map<char, int> results = {{'+', a + b}, {'-', a - b}, {'*', a * b}};
    ASSERT_TRUE(results.contains(line[2])) << line;
    EXPECT_EQ(std::stoi(line.substr(6, 4)), results.at(line[2])) << line;
  }
}

TEST(ArithmeticText, OperandsAndOperationsAreUniform) {
  std::map<char, int> operations;
  std::set<std::string> first, second;
  double sum = 0.0;
  const std::vector<std::string> lines = Lines(ArithmeticText(5, 11 * 20000));
  for (const std::string& line : lines) {
    ++operations[line[2]];
    first.insert(line.substr(0, 2));
    second.insert(line.substr(3, 2));
    sum += std::stoi(line.substr(0, 2));
  }
  // Five standard deviations of a fair draw.
  for (const auto& [operation, count] : operations)
    EXPECT_NEAR(count, 20000 / 3.0, 333) << operation;
  EXPECT_EQ(operations.size(), 3u);
  EXPECT_EQ(first.size(), 100u);
  EXPECT_EQ(second.size(), 100u);
  EXPECT_NEAR(sum / 20000, 49.5, 5 * 28.9 / std::sqrt(20000.0));
}

// 30,000 equally likely lines, each of which says which it is, of eleven characters.
TEST(ArithmeticText, ItsEntropyFloorIsThatOfItsDraw) {
  EXPECT_DOUBLE_EQ(ArithmeticEntropyFloor(), std::log(30000.0) / 11);
}

TEST(ArithmeticText, IsAFunctionOfTheSeed) {
  EXPECT_EQ(ArithmeticText(1, 2000), ArithmeticText(1, 2000));
  EXPECT_NE(ArithmeticText(1, 2000), ArithmeticText(2, 2000));
  // A longer text goes on where the shorter one ends.
  EXPECT_EQ(ArithmeticText(1, 4400).substr(0, 2200), ArithmeticText(1, 2200));
}

TEST(ArithmeticText, RoundsUpToWholeLines) {
  EXPECT_EQ(ArithmeticText(1, 0).size(), 0u);
  EXPECT_EQ(ArithmeticText(1, 1).size(), 11u);
  EXPECT_EQ(ArithmeticText(1, 11).size(), 11u);
  EXPECT_EQ(ArithmeticText(1, 12).size(), 22u);
}

}  // namespace
}  // namespace mhc
