// Reading of safetensors files, with every rule of the format's specification enforced
// (github.com/huggingface/safetensors): 8 bytes with the length of the header, little-endian, at
// most 100 MB and at most the file; a UTF-8 JSON object beginning with '{', no name twice, padded
// with spaces only; known element types; sizes that equal shape × type, without overflow; data that
// begin at 0, have no holes and no overlaps, and end where the file ends.
//
//   const auto file = Safetensors::Open(path);
//   if (!file) return tl::unexpected(file.error());
//   const auto x = file->AsDoubles("x");
//
// Beyond the specification, refused as hostile: more than 200,000 tensors, 32 dimensions, or any
// key that the format does not have. Errors begin with the path and name the key or the offset,
// what was found and what was expected. Thread rule: const use from several threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/element_type.h"
#include "core/formats/mapped_file.h"
#include "core/result.h"

namespace mhc {

struct SafetensorsEntry {
  std::string name;
  ElementType type = ElementType::kF32;
  std::vector<std::int64_t> shape;
  std::uint64_t offset = 0;  // from the beginning of the data, which follow the header
  std::uint64_t byte_count = 0;
};

class Safetensors {
 public:
  // Maps the file; the tensors' bytes are read only when they are touched.
  static Result<Safetensors> Open(const std::filesystem::path& path);
  static Result<Safetensors> Of(MappedFile file, std::string origin);
  // The same from memory, which must outlive the result. `origin` stands for the path in errors.
  static Result<Safetensors> Parse(std::span<const std::byte> bytes, std::string origin);

  const std::string& path() const { return path_; }
  // In the order of their data.
  const std::vector<SafetensorsEntry>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

  // nullptr where no tensor has that name.
  const SafetensorsEntry* Find(std::string_view name) const;
  // Little-endian, row-major, unaligned; lasts as long as this object (or the memory of Parse).
  std::span<const std::byte> Bytes(const SafetensorsEntry& entry) const;
  // Row-major; fails where no tensor has that name.
  Result<std::vector<double>> AsDoubles(std::string_view name) const;

 private:
  static Result<Safetensors> ParseBytes(std::span<const std::byte> bytes, std::string origin);

  std::string path_;
  std::optional<MappedFile> file_;
  std::span<const std::byte> data_;
  std::vector<SafetensorsEntry> tensors_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace mhc
