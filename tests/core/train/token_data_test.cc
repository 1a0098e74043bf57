#include "core/train/token_data.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "train_fixture.h"

namespace mhc {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Lt;

namespace fs = std::filesystem;

class TokenDataTest : public TrainTest {
 protected:
  // Every position of the text is another character, so that a token says where it stands.
  static std::string PositionText(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
      const int point = 0x100 + i;
      text += static_cast<char>(0xC0 | point >> 6);
      text += static_cast<char>(0x80 | (point & 0x3F));
    }
    return text;
  }

  Configuration ConfigurationOf(const std::string& text, const std::vector<Setting>& more) const {
    std::vector<Setting> settings = {{"data.source", Write("text.txt", text).string()}};
    settings.insert(settings.end(), more.begin(), more.end());
    return TinyConfiguration(settings);
  }
  TokenData Load(const std::string& text, const std::vector<Setting>& more = {}) const {
    return Must(TokenData::Load(ConfigurationOf(text, more)));
  }
  static std::vector<std::int64_t> Numbers(const at::Tensor& t) {
    const at::Tensor flat = t.contiguous();
    return {flat.data_ptr<std::int64_t>(), flat.data_ptr<std::int64_t>() + flat.numel()};
  }

  const std::string positions_ = PositionText(600);
  const std::vector<Setting> characters_ = {{"data.tokenizer", "char"}};
};

TEST_F(TokenDataTest, ABatchIsAFunctionOfTheSeedAndTheStepAlone) {
  const TokenData once = Load(positions_, characters_), again = Load(positions_, characters_);
  for (const int finished : {0, 1, 2, 1000000}) again.TrainingBatch(finished);
  for (const int finished : {5, 0, 3}) {
    EXPECT_TRUE(
        once.TrainingBatch(finished).inputs_BT.equal(again.TrainingBatch(finished).inputs_BT));
  }
  EXPECT_FALSE(once.TrainingBatch(0).inputs_BT.equal(once.TrainingBatch(1).inputs_BT));
}

TEST_F(TokenDataTest, AnotherSeedGivesAnotherOrderOfTheSameData) {
  const TokenData one = Load(positions_, {{"data.tokenizer", "char"}, {"seed", "1"}});
  const TokenData two = Load(positions_, {{"data.tokenizer", "char"}, {"seed", "2"}});
  EXPECT_FALSE(one.TrainingBatch(0).inputs_BT.equal(two.TrainingBatch(0).inputs_BT));
  EXPECT_EQ(one.hash(), two.hash());
}

TEST_F(TokenDataTest, TargetsAreTheInputsShiftedByOne) {
  const TokenData data = Load(positions_, characters_);
  for (const Batch& batch : {data.TrainingBatch(4), data.ValidationBatch(0)}) {
    EXPECT_EQ(batch.inputs_BT.size(0), 2);
    EXPECT_EQ(batch.inputs_BT.size(1), 8);
    EXPECT_TRUE(batch.targets_BT.equal(batch.inputs_BT + 1));
  }
}

TEST_F(TokenDataTest, TheTrainingPartIsUsedInFullAndNothingOfTheValidationPart) {
  const TokenData data = Load(positions_, characters_);
  std::set<std::int64_t> seen;
  for (int finished = 0; finished < 2000; ++finished) {
    for (const std::int64_t position : Numbers(data.TrainingBatch(finished).targets_BT)) {
      seen.insert(position);
    }
  }
  EXPECT_EQ(data.training_tokens(), 570);
  EXPECT_EQ(*seen.begin(), 1);
  EXPECT_EQ(*seen.rbegin(), data.training_tokens() - 1);
}

TEST_F(TokenDataTest, ValidationWindowsLieInTheirPartAndDoNotOverlap) {
  const TokenData data = Load(positions_, characters_);
  EXPECT_EQ(data.training_tokens() + data.validation_tokens(), 600);
  std::set<std::int64_t> seen;
  std::size_t count = 0;
  for (std::int64_t i = 0; i < data.ValidationBatches(); ++i) {
    for (const std::int64_t position : Numbers(data.ValidationBatch(i).inputs_BT)) {
      seen.insert(position);
      ++count;
    }
  }
  EXPECT_EQ(count, 3u * 8u);  // 30 tokens hold three windows of 8 with their targets
  EXPECT_EQ(seen.size(), count);
  EXPECT_GE(*seen.begin(), data.training_tokens());
  EXPECT_LT(*seen.rbegin() + 1, 600);
}

TEST_F(TokenDataTest, ValidationTakesAboutSixteenThousandTokensAtMost) {
  const TokenData data = Must(TokenData::Load(TinyConfiguration({{"train.batch", "64"}})));
  std::int64_t tokens = 0;
  for (std::int64_t i = 0; i < data.ValidationBatches(); ++i) {
    tokens += data.ValidationBatch(i).inputs_BT.numel();
  }
  EXPECT_EQ(tokens, 16384);
}

TEST_F(TokenDataTest, BytesAreTokensAsTheyAre) {
  const std::string text = std::string(90, 'x') + "h\xC3\xA9llo wor";
  const TokenData data = Load(text, {{"data.validation_share", "0.1"}});
  EXPECT_EQ(data.vocabulary(), 256);
  EXPECT_EQ(Numbers(data.ValidationBatch(0).inputs_BT),
            (std::vector<std::int64_t>{'h', 0xC3, 0xA9, 'l', 'l', 'o', ' ', 'w'}));
}

TEST_F(TokenDataTest, CharactersAreNumberedByCodePoint) {
  const std::string text = std::string(91, 'b') +
                           "\xE2\x82\xAC"
                           "abc\xC3\xA9"
                           "abc";
  const TokenData data =
      Load(text, {{"data.tokenizer", "char"}, {"data.validation_share", "0.09"}});
  EXPECT_EQ(data.vocabulary(), 5);  // a b c é €
  EXPECT_EQ(Numbers(data.ValidationBatch(0).inputs_BT),
            (std::vector<std::int64_t>{1, 4, 0, 1, 2, 3, 0, 1}));
}

TEST_F(TokenDataTest, BothTokenizersTakeTheSameText) {
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += "{\"text\": \"row of words\\u0000tail\"}\n";
  const fs::path file = Write("a.jsonl", lines);
  for (const char* tokenizer : {"byte", "char"}) {
    const TokenData data = Must(TokenData::Load(
        TinyConfiguration({{"data.source", file.string()}, {"data.tokenizer", tokenizer}})));
    EXPECT_EQ(data.tokens(), 20 * 18) << tokenizer;
    EXPECT_EQ(data.left_out(), "") << tokenizer;
  }
}

TEST_F(TokenDataTest, SaysWhatItReadAndWhatItLeftOut) {
  Write("data/a.txt", std::string(1000, 'x'));
  Write("data/b.txt", std::string(500, 'y'));
  Write("data/c.gz", "\x1F\x8B\x08...");
  Write("blob", std::string(700, 'z'));
  fs::create_symlink(folder_ / "blob", folder_ / "data" / "d.txt");
  const TokenData data =
      Must(TokenData::Load(TinyConfiguration({{"data.source", (folder_ / "data").string()}})));
  EXPECT_EQ(data.WhatWasRead(), "3 files (1 by links out of the folder), 2,200 tokens");
  EXPECT_THAT(data.left_out(), HasSubstr("left out 1 of 4 files; the first: c.gz: compressed"));
  EXPECT_EQ(Load(positions_).WhatWasRead(), "1 file, 1,200 tokens");
  // Whole lines, the last of which goes beyond 2^20 characters.
  EXPECT_EQ(Must(TokenData::Load(TinyConfiguration())).WhatWasRead(), "1,048,586 tokens");
}

TEST_F(TokenDataTest, ASourceThatIsTooShortIsRefusedWithWhatItTakes) {
  const auto data = TokenData::Load(ConfigurationOf(std::string(17, 'x'), {}));
  ASSERT_FALSE(data.has_value());
  EXPECT_THAT(data.error().message,
              AllOf(HasSubstr("text.txt"), HasSubstr("17 tokens"), HasSubstr("at least 18")));
  Write("data/a.txt", std::string(17, 'x'));
  Write("data/book.gz", "\x1F\x8B\x08...");
  const auto folder =
      TokenData::Load(TinyConfiguration({{"data.source", (folder_ / "data").string()}}));
  ASSERT_FALSE(folder.has_value());
  EXPECT_THAT(folder.error().message, AllOf(HasSubstr("17 tokens"), HasSubstr("book.gz")));
  for (const char* share : {"0.0001", "0.05", "0.5"}) {
    const auto enough =
        TokenData::Load(ConfigurationOf(std::string(18, 'x'), {{"data.validation_share", share}}));
    EXPECT_TRUE(enough.has_value()) << share;
  }
}

TEST_F(TokenDataTest, TheHashChangesWithTheDataAndWithWhereTheyAreParted) {
  const std::string text(500, 'x');
  std::string changed = text;
  changed[250] = 'y';
  const std::string hash = Load(text).hash();
  EXPECT_EQ(hash.size(), 16u);
  EXPECT_EQ(Load(text).hash(), hash);
  EXPECT_NE(Load(changed).hash(), hash);
  EXPECT_NE(Load(text + "x").hash(), hash);
  EXPECT_NE(Load(text, {{"data.validation_share", "0.1"}}).hash(), hash);
}

TEST_F(TokenDataTest, OnlyGeneratedTextHasAnEntropyFloor) {
  const TokenData generated = Must(TokenData::Load(TinyConfiguration()));
  EXPECT_DOUBLE_EQ(generated.entropy_floor().value_or(0.0), std::log(30000.0) / 11);
  EXPECT_FALSE(Load(positions_).entropy_floor().has_value());
  const TokenData other = Must(TokenData::Load(TinyConfiguration({{"seed", "2"}})));
  EXPECT_NE(other.hash(), generated.hash());
}

TEST_F(TokenDataTest, NoTokenLiesOutsideTheVocabulary) {
  const TokenData data = Load(positions_, characters_);
  EXPECT_EQ(data.vocabulary(), 600);
  EXPECT_THAT(Numbers(data.ValidationBatch(1).targets_BT), Each(Lt(data.vocabulary())));
}

TEST_F(TokenDataTest, ASampleOfTheValidationBatchesIsSpreadOverAllOfThem) {
  const TokenData data = Load(positions_, {{"data.validation_share", "0.3"}, {"train.batch", "2"}});
  const std::int64_t all = data.ValidationBatches();
  ASSERT_GE(all, 6);
  const auto is_batch = [&](const Batch& batch, std::int64_t index) {
    return batch.inputs_BT.equal(data.ValidationBatch(index).inputs_BT);
  };
  const std::vector<Batch> two = data.ValidationSample(2), more = data.ValidationSample(all + 9);
  ASSERT_EQ(two.size(), 2u);
  EXPECT_TRUE(is_batch(two[0], 0));
  EXPECT_TRUE(is_batch(two[1], all / 2));
  ASSERT_EQ(more.size(), static_cast<std::size_t>(all));
  for (std::int64_t i = 0; i < all; ++i) EXPECT_TRUE(is_batch(more[i], i)) << i;
}

}  // namespace
}  // namespace mhc
