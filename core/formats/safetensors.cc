#include "core/formats/safetensors.h"

#include <cassert>
#include <cstring>

#include "core/formats/quoted_text.h"
#include "core/formats/safetensors_header.h"

namespace mhc {
namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kLongestHeader = 100'000'000;

}  // namespace

Result<Safetensors> Safetensors::Open(const std::filesystem::path& path) {
  Result<MappedFile> file = MappedFile::Open(path);
  if (!file) return tl::unexpected(file.error());
  return Of(*std::move(file), path.string());
}

Result<Safetensors> Safetensors::Of(MappedFile file, std::string origin) {
  Result<Safetensors> tensors = ParseBytes(file.bytes(), std::move(origin));
  if (tensors) tensors->file_ = std::move(file);
  return tensors;
}

Result<Safetensors> Safetensors::Parse(std::span<const std::byte> bytes, std::string origin) {
  return ParseBytes(bytes, std::move(origin));
}

Result<Safetensors> Safetensors::ParseBytes(std::span<const std::byte> bytes, std::string origin) {
  if (bytes.size() < kLengthBytes) {
    return Fail("{}: found {} bytes, expected a safetensors file of at least {}", origin,
                bytes.size(), kLengthBytes);
  }
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  if (length > kLongestHeader) {
    return Fail("{}: offset 0: found a header of {} bytes, expected at most {}", origin, length,
                kLongestHeader);
  }
  if (length > bytes.size() - kLengthBytes) {
    return Fail("{}: offset 0: found a header of {} bytes, expected at most the {} that follow",
                origin, length, bytes.size() - kLengthBytes);
  }
  Safetensors file;
  file.data_ = bytes.subspan(kLengthBytes + length);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, length);
  Result<SafetensorsHeader> header = ParseSafetensorsHeader(text, file.data_.size(), origin);
  if (!header) return tl::unexpected(header.error());
  file.path_ = std::move(origin);
  file.tensors_ = std::move(header->tensors);
  file.metadata_ = std::move(header->metadata);
  for (std::size_t i = 0; i < file.tensors_.size(); ++i) {
    file.index_.emplace(file.tensors_[i].name, i);
  }
  return file;
}

const SafetensorsEntry* Safetensors::Find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &tensors_[found->second];
}

std::span<const std::byte> Safetensors::Bytes(const SafetensorsEntry& entry) const {
  assert(entry.offset + entry.byte_count <= data_.size() && "the entry is one of this file");
  return data_.subspan(entry.offset, entry.byte_count);
}

Result<std::vector<double>> Safetensors::AsDoubles(std::string_view name) const {
  const SafetensorsEntry* entry = Find(name);
  if (!entry) return Fail("{}: found no tensor {}", path_, Quoted(name));
  return WidenToDouble(entry->type, Bytes(*entry));
}

}  // namespace mhc
