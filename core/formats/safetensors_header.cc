#include "core/formats/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "core/formats/quoted_text.h"

namespace mhc {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostTensors = 200'000;
constexpr std::size_t kMostTensorDimensions = 32;
constexpr std::size_t kMostMetadata = 100'000;
constexpr std::size_t kMostDigitsShown = 30;
constexpr std::size_t kBytesBefore = 8;  // before the header, counted in offsets of the file

// Accepts the events of the JSON reader one by one; each place of the document knows what may come.
class HeaderReader : public nlohmann::json_sax<Json> {
 public:
  explicit HeaderReader(SafetensorsHeader& header) : header_(header) {}

  const std::string& refusal() const { return refusal_; }

  bool null() override { return RefuseValue("null"); }
  bool boolean(bool value) override { return RefuseValue(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override {
    return RefuseValue(fmt::to_string(value));
  }
  bool number_float(number_float_t, const string_t& text) override {
    return RefuseValue(std::string_view(text).substr(0, kMostDigitsShown));
  }
  bool binary(binary_t&) override { return RefuseValue("bytes"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ == Place::kShape) return AddDimension(value);
    if (place_ == Place::kOffsets) return AddOffset(value);
    return RefuseValue(fmt::to_string(value));
  }

  bool string(string_t& text) override {
    if (place_ == Place::kMetadata) {
      header_.metadata[key_] = text;
      return true;
    }
    if (place_ != Place::kTensor || key_ != "dtype") return RefuseValue(Quoted(text));
    const auto type = FindElementType(text);
    if (!type) return RefuseValue(Quoted(text));
    header_.tensors.back().type = *type;
    return true;
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::kStart) return Enter(Place::kTop);
    if (place_ != Place::kTop) return RefuseValue("an object");
    if (key_ == "__metadata__") return Enter(Place::kMetadata);
    if (header_.tensors.size() == kMostTensors) {
      return Refuse("found more than {} tensors", kMostTensors);
    }
    header_.tensors.emplace_back().name = key_;
    has_type_ = has_shape_ = has_offsets_ = false;
    return Enter(Place::kTensor);
  }

  bool key(string_t& text) override {
    key_ = text;
    if (place_ == Place::kTop) {
      return names_.insert(text).second || Refuse("found the name {} twice", Quoted(text));
    }
    if (place_ == Place::kMetadata) {
      if (header_.metadata.size() == kMostMetadata) {
        return Refuse("__metadata__: found more than {} keys", kMostMetadata);
      }
      return header_.metadata.emplace(text, "").second ||
             Refuse("__metadata__: found the key {} twice", Quoted(text));
    }
    bool* has = text == "dtype"          ? &has_type_
                : text == "shape"        ? &has_shape_
                : text == "data_offsets" ? &has_offsets_
                                         : nullptr;
    if (!has) {
      return Refuse("tensor {}: found the key {}, expected dtype, shape and data_offsets",
                    QuotedTensor(), Quoted(text));
    }
    if (*has) return Refuse("tensor {}: found the key {} twice", QuotedTensor(), Quoted(text));
    return *has = true;
  }

  bool end_object() override {
    if (place_ == Place::kTensor && !(has_type_ && has_shape_ && has_offsets_)) {
      return Refuse("tensor {}: found no {}, expected dtype, shape and data_offsets",
                    QuotedTensor(),
                    !has_type_    ? "dtype"
                    : !has_shape_ ? "shape"
                                  : "data_offsets");
    }
    place_ = place_ == Place::kTop ? Place::kEnd : Place::kTop;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ == Place::kTensor && key_ == "shape") return Enter(Place::kShape);
    if (place_ == Place::kTensor && key_ == "data_offsets") {
      offset_count_ = 0;
      return Enter(Place::kOffsets);
    }
    return RefuseValue("a list");
  }

  bool end_array() override {
    if (place_ == Place::kOffsets && offset_count_ != 2) {
      return RefuseValue(fmt::format("{} numbers", offset_count_));
    }
    return Enter(Place::kTensor);
  }

  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::detail::exception&) override {
    return Refuse("offset {}: found {}, which is not JSON", position + kBytesBefore, Quoted(token));
  }

 private:
  enum class Place { kStart, kTop, kTensor, kShape, kOffsets, kMetadata, kEnd };

  bool Enter(Place place) {
    place_ = place;
    return true;
  }

  template <class... Args>
  bool Refuse(fmt::format_string<Args...> format, Args&&... args) {
    refusal_ = fmt::format(format, std::forward<Args>(args)...);
    return false;
  }

  std::string QuotedTensor() const { return Quoted(header_.tensors.back().name); }

  bool RefuseValue(std::string_view found) {
    switch (place_) {
      case Place::kStart:
      case Place::kEnd:
        return Refuse("header: found {}, expected an object", found);
      case Place::kTop:
        return Refuse("{}: found {}, expected an object", Quoted(key_), found);
      case Place::kMetadata:
        return Refuse("__metadata__: {}: found {}, expected a text", Quoted(key_), found);
      case Place::kTensor:
      case Place::kShape:
      case Place::kOffsets:
        break;
    }
    if (key_ == "dtype") {
      return Refuse("tensor {}: dtype: found {}, expected one of {}", QuotedTensor(), found,
                    AllElementNames());
    }
    return Refuse(
        "tensor {}: {}: found {}, expected {}", QuotedTensor(), key_, found,
        key_ == "shape" ? "a list of non-negative integers" : "two non-negative integers");
  }

  bool AddDimension(std::uint64_t length) {
    std::vector<std::int64_t>& shape = header_.tensors.back().shape;
    if (length > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return Refuse("tensor {}: shape: found {}, expected at most 2^63 - 1", QuotedTensor(),
                    length);
    }
    if (shape.size() == kMostTensorDimensions) {
      return Refuse("tensor {}: shape: found more than {} dimensions", QuotedTensor(),
                    kMostTensorDimensions);
    }
    shape.push_back(static_cast<std::int64_t>(length));
    return true;
  }

  // The second number is where the data end; it is turned into a count once both are there.
  bool AddOffset(std::uint64_t offset) {
    SafetensorsEntry& tensor = header_.tensors.back();
    ++offset_count_;
    if (offset_count_ == 1) {
      tensor.offset = offset;
      return true;
    }
    if (offset_count_ > 2) return RefuseValue("a third number");
    if (offset < tensor.offset) {
      return Refuse("tensor {}: data_offsets: found the end {} before the beginning {}",
                    QuotedTensor(), offset, tensor.offset);
    }
    tensor.byte_count = offset - tensor.offset;
    return true;
  }

  SafetensorsHeader& header_;
  Place place_ = Place::kStart;
  std::string key_;
  std::unordered_set<std::string> names_;
  bool has_type_ = false;
  bool has_shape_ = false;
  bool has_offsets_ = false;
  int offset_count_ = 0;
  std::string refusal_;
};

Status CheckSize(const SafetensorsEntry& tensor, const std::string& origin) {
  std::optional<std::uint64_t> bytes = ElementBytes(tensor.type);
  for (const std::int64_t length : tensor.shape) {
    bytes = CheckedProduct(*bytes, static_cast<std::uint64_t>(length));
    if (!bytes) {
      return Fail("{}: tensor {}: shape: the size does not fit in 64 bits", origin,
                  Quoted(tensor.name));
    }
  }
  if (*bytes != tensor.byte_count) {
    return Fail("{}: tensor {}: data_offsets: found {} bytes, expected {} by shape and dtype {}",
                origin, Quoted(tensor.name), tensor.byte_count, *bytes, Name(tensor.type));
  }
  return {};
}

// Sorts the tensors by their data, which must then follow on each other from 0 to the end.
Status CheckLayout(std::vector<SafetensorsEntry>& tensors, std::uint64_t data_bytes,
                   const std::string& origin) {
  std::stable_sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.byte_count < b.byte_count;
  });
  std::uint64_t end = 0;
  for (const SafetensorsEntry& tensor : tensors) {
    if (tensor.offset != end) {
      return Fail("{}: tensor {}: data_offsets: found the beginning {}, expected {} ({})", origin,
                  Quoted(tensor.name), tensor.offset, end,
                  tensor.offset > end ? "a hole in the data" : "data that overlap");
    }
    end += tensor.byte_count;  // begins and counts were read as ends that fit in 64 bits
  }
  if (end != data_bytes) {
    return Fail("{}: found {} bytes of data, expected {} by the header", origin, data_bytes, end);
  }
  return {};
}

}  // namespace

Result<SafetensorsHeader> ParseSafetensorsHeader(std::string_view text, std::uint64_t data_bytes,
                                                 const std::string& origin) {
  if (text.empty() || text.front() != '{') {
    return Fail("{}: offset {}: found {}, expected a header that begins with {{", origin,
                kBytesBefore, Quoted(text.substr(0, 1)));
  }
  // The JSON reader takes a zero byte as the end of its input, which would hide what follows.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    return Fail("{}: offset {}: found a zero byte, expected JSON padded with spaces", origin,
                zero + kBytesBefore);
  }
  SafetensorsHeader header;
  HeaderReader reader(header);
  if (!Json::sax_parse(text.begin(), text.end(), &reader)) {
    return Fail("{}: {}", origin, reader.refusal());
  }
  for (const SafetensorsEntry& tensor : header.tensors) {
    if (const Status size = CheckSize(tensor, origin); !size) return tl::unexpected(size.error());
  }
  if (const Status layout = CheckLayout(header.tensors, data_bytes, origin); !layout) {
    return tl::unexpected(layout.error());
  }
  return header;
}

}  // namespace mhc
