// The tokens of a run: a training part, a validation part at the end, and the order of the batches.
//
// Thread rule: constant after loading.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/record/configuration/configuration.h"
#include "core/result.h"

namespace mhc {

// inputs[b][t+1] is targets[b][t]. Shapes [B, T], int64.
struct Batch {
  at::Tensor inputs_BT;
  at::Tensor targets_BT;
};

class TokenData {
 public:
  // Reads, tokenises and parts the source. Errors: those of ReadSourceText, and a source that is
  // too short for one context in each part.
  static Result<TokenData> Load(const Configuration& configuration);

  // The batch of the step after `finished` finished ones: a function of the seed and the step
  // alone.
  Batch TrainingBatch(std::int64_t finished) const;
  // The windows of the validation part: evenly spaced, not overlapping, about 16,384 tokens at
  // most.
  std::int64_t ValidationBatches() const;
  Batch ValidationBatch(std::int64_t index) const;
  // `count` of them (1 or more), evenly spread; all of them where there are not more.
  std::vector<Batch> ValidationSample(std::int64_t count) const;

  std::int64_t vocabulary() const { return vocabulary_; }
  std::int64_t training_tokens() const { return training_tokens_; }
  std::int64_t validation_tokens() const;
  // FNV-1a, 64 bits, of the tokens and where they are parted; 16 hexadecimal digits.
  const std::string& hash() const { return hash_; }
  std::optional<double> entropy_floor() const { return entropy_floor_; }
  std::int64_t files() const { return files_; }  // that were read; 0 of generated text
  std::int64_t tokens() const { return static_cast<std::int64_t>(tokens_.size()); }
  // "3 files (1 by links out of the folder), 7,150 tokens".
  std::string WhatWasRead() const;
  // What was left out, how much of it, and the first with its reason; empty where nothing was.
  const std::string& left_out() const { return left_out_; }

 private:
  TokenData() = default;
  Batch Windows(const std::vector<std::int64_t>& starts) const;

  std::vector<std::uint16_t> tokens_;
  std::int64_t vocabulary_ = 0, training_tokens_ = 0;
  std::int64_t seed_ = 0, batch_ = 0, context_ = 0;
  std::int64_t validation_windows_ = 0;
  std::optional<double> entropy_floor_;
  std::int64_t files_ = 0, linked_files_ = 0;
  std::string left_out_;
  std::string hash_;
};

}  // namespace mhc
