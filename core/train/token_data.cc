#include "core/train/token_data.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include "core/formats/text_bytes.h"
#include "core/manifold/counter_random.h"
#include "core/record/configuration/data_source.h"
#include "core/train/source_text.h"

namespace mhc {
namespace {

constexpr std::uint64_t kOrderStream = 0x6f72646572;
constexpr std::int64_t kValidationTokens = 16384;
constexpr std::size_t kLargestVocabulary = 65536;

struct Tokens {
  std::vector<std::uint16_t> ids;
  std::int64_t vocabulary = 0;
};

Tokens TokeniseBytes(const std::string& text) {
  Tokens tokens{{}, 256};
  tokens.ids.reserve(text.size());
  for (const char c : text) tokens.ids.push_back(static_cast<unsigned char>(c));
  return tokens;
}

// One token a character that occurs, numbered by code point.
Result<Tokens> TokeniseCharacters(const std::string& text, const std::string& source) {
  const auto points = DecodeUtf8(text);
  if (!points) return FailWithin(source, points.error());
  const std::set<std::uint32_t> distinct(points->begin(), points->end());
  if (distinct.size() > kLargestVocabulary) {
    return Fail("data.tokenizer: {} has {} different characters, expected at most {} for char",
                source, distinct.size(), kLargestVocabulary);
  }
  std::unordered_map<std::uint32_t, std::uint16_t> ids;
  for (const std::uint32_t point : distinct) {
    ids.emplace(point, static_cast<std::uint16_t>(ids.size()));
  }
  Tokens tokens{{}, static_cast<std::int64_t>(distinct.size())};
  tokens.ids.reserve(points->size());
  for (const std::uint32_t point : *points) tokens.ids.push_back(ids.at(point));
  return tokens;
}

std::string Fingerprint(const std::vector<std::uint16_t>& tokens, std::int64_t training_tokens) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto take = [&hash](std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) {
      hash = (hash ^ (value >> (8 * i) & 0xFF)) * 0x100000001b3u;
    }
  };
  for (const std::uint16_t token : tokens) take(token, 2);
  take(static_cast<std::uint64_t>(training_tokens), 8);
  return fmt::format("{:016x}", hash);
}

}  // namespace

Result<TokenData> TokenData::Load(const Configuration& configuration) {
  auto source = ReadSourceText(configuration.data, configuration.seed);
  if (!source) return tl::unexpected(source.error());
  Result<Tokens> tokens = configuration.data.tokenizer == "byte"
                              ? Result<Tokens>(TokeniseBytes(source->text))
                              : TokeniseCharacters(source->text, configuration.data.source);
  if (!tokens) return tl::unexpected(tokens.error());

  const auto count = static_cast<std::int64_t>(tokens->ids.size());
  const std::int64_t window = configuration.model.context + 1;
  const auto share = static_cast<std::int64_t>(
      std::llround(configuration.data.validation_share * static_cast<double>(count)));
  const std::int64_t validation = std::max(share, window);
  if (count - validation < window) {
    const std::string left_out = source->LeftOut();
    return Fail(
        "data.source: {} has {} tokens, expected at least {} for a context of {} in each of "
        "the training and validation parts{}",
        configuration.data.source, count, 2 * window, configuration.model.context,
        left_out.empty() ? "" : "; " + left_out);
  }
  TokenData data;
  data.tokens_ = std::move(tokens->ids);
  data.vocabulary_ = tokens->vocabulary;
  data.training_tokens_ = count - validation;
  data.seed_ = configuration.seed;
  data.batch_ = configuration.train.batch;
  data.context_ = configuration.model.context;
  const std::int64_t fitting = (validation - 1) / data.context_;
  data.validation_windows_ =
      std::clamp<std::int64_t>(kValidationTokens / data.context_, 1, fitting);
  data.entropy_floor_ = source->entropy_floor;
  data.files_ = source->files;
  data.linked_files_ = source->linked_files;
  data.left_out_ = source->LeftOut();
  data.hash_ = Fingerprint(data.tokens_, data.training_tokens_);
  return data;
}

std::int64_t TokenData::validation_tokens() const {
  return static_cast<std::int64_t>(tokens_.size()) - training_tokens_;
}

std::string TokenData::WhatWasRead() const { return ReadDataText(files_, tokens(), linked_files_); }

Batch TokenData::Windows(const std::vector<std::int64_t>& starts) const {
  const auto rows = static_cast<std::int64_t>(starts.size());
  at::Tensor windows = torch::empty({rows, context_ + 1}, torch::kInt64);
  auto* out = windows.data_ptr<std::int64_t>();
  for (const std::int64_t start : starts) {
    out = std::copy_n(tokens_.begin() + start, context_ + 1, out);
  }
  return {windows.narrow(1, 0, context_), windows.narrow(1, 1, context_)};
}

Batch TokenData::TrainingBatch(std::int64_t finished) const {
  std::vector<std::int64_t> starts(batch_);
  const auto range = static_cast<std::uint64_t>(training_tokens_ - context_);
  for (std::int64_t i = 0; i < batch_; ++i) {
    starts[i] = static_cast<std::int64_t>(CounterRandom(kOrderStream, seed_, finished, i) % range);
  }
  return Windows(starts);
}

std::int64_t TokenData::ValidationBatches() const {
  return (validation_windows_ + batch_ - 1) / batch_;
}

Batch TokenData::ValidationBatch(std::int64_t index) const {
  std::vector<std::int64_t> starts;
  const std::int64_t span = (validation_tokens() - 1) / validation_windows_;
  for (std::int64_t w = index * batch_; w < std::min((index + 1) * batch_, validation_windows_);
       ++w) {
    starts.push_back(training_tokens_ + w * span);
  }
  return Windows(starts);
}

std::vector<Batch> TokenData::ValidationSample(std::int64_t count) const {
  const std::int64_t all = ValidationBatches(), chosen = std::min(count, all);
  std::vector<Batch> batches;
  for (std::int64_t i = 0; i < chosen; ++i) batches.push_back(ValidationBatch(i * all / chosen));
  return batches;
}

}  // namespace mhc
