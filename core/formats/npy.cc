#include "core/formats/npy.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>

#include "core/formats/mapped_file.h"
#include "core/formats/quoted_text.h"

namespace mhc {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kVersionEnd = 8;
constexpr std::size_t kLongestNpyHeader = 64 * 1024;
constexpr std::size_t kMostDimensions = 32;
constexpr std::size_t kWrittenAlignment = 64;

struct DescrRow {
  std::string_view descr;  // behind the sign of the byte order
  ElementType type;
};

constexpr std::array<DescrRow, 12> kDescrs = {{{"b1", ElementType::kBool},
                                               {"i1", ElementType::kI8},
                                               {"u1", ElementType::kU8},
                                               {"i2", ElementType::kI16},
                                               {"u2", ElementType::kU16},
                                               {"i4", ElementType::kI32},
                                               {"u4", ElementType::kU32},
                                               {"i8", ElementType::kI64},
                                               {"u8", ElementType::kU64},
                                               {"f2", ElementType::kF16},
                                               {"f4", ElementType::kF32},
                                               {"f8", ElementType::kF64}}};

struct NpyHeader {
  std::optional<ElementType> type;
  bool big_endian = false;
  std::optional<bool> fortran_order;
  std::optional<std::vector<std::int64_t>> shape;
};

// Reads the header: the text of a Python dictionary with three known keys.
class NpyHeaderReader {
 public:
  NpyHeaderReader(std::string_view text, const std::string& origin)
      : rest_(text), origin_(origin) {}

  Result<NpyHeader> Read() {
    if (!Take('{')) return Refuse("a dictionary");
    while (!Take('}')) {
      const auto key = TakeText();
      if (!key) return Refuse("a key in quotes");
      if (!Take(':')) return Refuse("a colon");
      if (const Status value = ReadValue(*key); !value) return tl::unexpected(value.error());
      if (Take(',')) continue;
      if (!Take('}')) return Refuse("a comma or the end of the dictionary");
      break;
    }
    SkipBlanks();
    if (!rest_.empty()) return Refuse("blanks up to the data");
    if (!header_.type || !header_.fortran_order || !header_.shape) {
      return Fail("{}: header: found no {}, expected descr, fortran_order and shape", origin_,
                  !header_.type            ? "descr"
                  : !header_.fortran_order ? "fortran_order"
                                           : "shape");
    }
    return header_;
  }

 private:
  Status ReadValue(std::string_view key) {
    if (key == "descr" && !header_.type) return ReadDescr();
    if (key == "fortran_order" && !header_.fortran_order) {
      if (TakeWord("True")) {
        header_.fortran_order = true;
      } else if (TakeWord("False")) {
        header_.fortran_order = false;
      } else {
        return Refuse("fortran_order: True or False");
      }
      return {};
    }
    if (key == "shape" && !header_.shape) return ReadShape();
    return Fail("{}: header: found the key {}, expected descr, fortran_order and shape, each once",
                origin_, Quoted(key));
  }

  Status ReadDescr() {
    const auto descr = TakeText();
    if (!descr) return Refuse("descr: a type in quotes");
    const char order = descr->empty() ? '\0' : descr->front();
    const std::string_view type = descr->substr(std::min<std::size_t>(1, descr->size()));
    for (const DescrRow& row : kDescrs) {
      // Of a single byte the order says nothing.
      const bool ordered = order == '<' || order == '>' || (order == '|' && type.ends_with('1'));
      if (ordered && row.descr == type) header_.type = row.type;
    }
    header_.big_endian = order == '>';
    if (header_.type) return {};
    constexpr std::string_view kExpected =
        "expected a boolean, an integer, or a float of 2, 4 or 8";
    if (type.starts_with('V')) {
      return Fail(
          "{}: header: descr: found {}, bytes without a type, which is how NumPy saves bfloat16 "
          "and "
          "the other types of ml_dtypes, {} bytes: save it with .astype(\"float32\")",
          origin_, Quoted(*descr), kExpected);
    }
    return Fail("{}: header: descr: found {}, {} bytes", origin_, Quoted(*descr), kExpected);
  }

  Status ReadShape() {
    if (!Take('(')) return Refuse("shape: a tuple");
    std::vector<std::int64_t> shape;
    while (!Take(')')) {
      const auto length = TakeLength();
      if (!length) return Refuse("shape: a length");
      if (shape.size() == kMostDimensions) {
        return Fail("{}: header: shape: found more than {} lengths", origin_, kMostDimensions);
      }
      shape.push_back(*length);
      if (!Take(',') && !rest_.starts_with(')')) return Refuse("shape: a comma or the end");
    }
    header_.shape = std::move(shape);
    return {};
  }

  void SkipBlanks() {
    const std::size_t end = rest_.find_first_not_of(" \t\n");
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
  }

  bool TakeWord(std::string_view word) {
    SkipBlanks();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool Take(char character) { return TakeWord({&character, 1}); }

  std::optional<std::string_view> TakeText() {
    SkipBlanks();
    if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) return std::nullopt;
    const std::size_t end = rest_.find(rest_.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::optional<std::int64_t> TakeLength() {
    SkipBlanks();
    std::int64_t length = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), length);
    if (error != std::errc() || length < 0) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    if (rest_.starts_with('L')) rest_.remove_prefix(1);  // as Python 2 wrote long integers
    SkipBlanks();
    return length;
  }

  tl::unexpected<Error> Refuse(std::string_view expected) const {
    return Fail("{}: header: found {}, expected {}", origin_,
                rest_.empty() ? "its end" : Quoted(rest_.substr(0, 20)), expected);
  }

  std::string_view rest_;
  const std::string& origin_;
  NpyHeader header_;
};

struct HeaderSpan {
  std::size_t begin = 0;
  std::size_t length = 0;
};

Result<HeaderSpan> FindHeader(std::span<const std::byte> bytes, const std::string& origin) {
  if (bytes.size() < kVersionEnd || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
    return Fail("{}: offset 0: expected a file that begins with \\x93NUMPY", origin);
  }
  const int version = std::to_integer<int>(bytes[kMagic.size()]);
  if (version < 1 || version > 3) {
    return Fail("{}: offset {}: found version {}, expected 1, 2 or 3", origin, kMagic.size(),
                version);
  }
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  HeaderSpan header{kVersionEnd + length_bytes, 0};
  if (bytes.size() < header.begin) {
    return Fail("{}: found {} bytes, expected the length of the header", origin, bytes.size());
  }
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data() + kVersionEnd, length_bytes);
  header.length = length;
  const std::size_t most = std::min(kLongestNpyHeader, bytes.size() - header.begin);
  if (header.length > most) {
    return Fail("{}: offset {}: found a header of {} bytes, expected at most {}", origin,
                kVersionEnd, header.length, most);
  }
  return header;
}

Status CheckDataSize(const NpyHeader& header, std::size_t found, const std::string& origin) {
  std::optional<std::uint64_t> expected = ElementBytes(*header.type);
  for (const std::int64_t length : *header.shape) {
    if (expected) expected = CheckedProduct(*expected, static_cast<std::uint64_t>(length));
  }
  if (!expected) return Fail("{}: header: shape: the size does not fit in 64 bits", origin);
  if (*expected != found) {
    return Fail("{}: found {} bytes of data, expected {} by shape and descr", origin, found,
                *expected);
  }
  return {};
}

// The elements in the order of this machine, which is the little-endian one.
std::vector<std::byte> Swapped(std::span<const std::byte> data, std::size_t element_bytes) {
  std::vector<std::byte> swapped(data.begin(), data.end());
  for (std::size_t first = 0; first < swapped.size(); first += element_bytes) {
    const auto element = swapped.begin() + static_cast<std::ptrdiff_t>(first);
    std::reverse(element, element + static_cast<std::ptrdiff_t>(element_bytes));
  }
  return swapped;
}

// Column-major to row-major: walks the row-major places in order and keeps the place that the same
// index has where the first index runs fastest.
std::vector<double> RowMajor(const std::vector<double>& values,
                             const std::vector<std::int64_t>& shape) {
  std::vector<std::size_t> index(shape.size(), 0), stride(shape.size(), 1);
  for (std::size_t d = 1; d < shape.size(); ++d) {
    stride[d] = stride[d - 1] * static_cast<std::size_t>(shape[d - 1]);
  }
  std::vector<double> result(values.size());
  std::size_t from = 0;
  for (double& value : result) {
    value = values[from];
    for (std::size_t d = shape.size(); d-- > 0;) {
      from += stride[d];
      if (++index[d] < static_cast<std::size_t>(shape[d])) break;
      from -= index[d] * stride[d];
      index[d] = 0;
    }
  }
  return result;
}

std::string HeaderText(const std::vector<std::int64_t>& shape, ElementType type) {
  std::string lengths;
  for (const std::int64_t length : shape) lengths += fmt::format("{}, ", length);
  // A tuple of one keeps its comma; in a longer one none follows the last length.
  if (!lengths.empty()) lengths.resize(lengths.size() - (shape.size() == 1 ? 1 : 2));
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                                 type == ElementType::kF64 ? "<f8" : "<f4", lengths);
  const std::size_t before = kVersionEnd + sizeof(std::uint16_t);
  const std::size_t unpadded = before + text.size() + 1;
  text.append((kWrittenAlignment - unpadded % kWrittenAlignment) % kWrittenAlignment, ' ');
  return text + '\n';
}

}  // namespace

Result<NpyArray> ReadNpy(const std::filesystem::path& path) {
  const Result<MappedFile> file = MappedFile::Open(path);
  if (!file) return tl::unexpected(file.error());
  return ParseNpy(file->bytes(), path.string());
}

Result<NpyArray> ParseNpy(std::span<const std::byte> bytes, const std::string& origin) {
  const Result<HeaderSpan> span = FindHeader(bytes, origin);
  if (!span) return tl::unexpected(span.error());
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + span->begin,
                              span->length);
  const Result<NpyHeader> header = NpyHeaderReader(text, origin).Read();
  if (!header) return tl::unexpected(header.error());
  const std::span<const std::byte> data = bytes.subspan(span->begin + span->length);
  if (const Status size = CheckDataSize(*header, data.size(), origin); !size) {
    return tl::unexpected(size.error());
  }
  const std::size_t element_bytes = ElementBytes(*header->type);
  const bool swap = header->big_endian && element_bytes > 1;
  NpyArray array{*header->type, *header->shape,
                 swap ? WidenToDouble(*header->type, Swapped(data, element_bytes))
                      : WidenToDouble(*header->type, data)};
  if (*header->fortran_order) array.values = RowMajor(array.values, array.shape);
  return array;
}

Status WriteNpy(const std::filesystem::path& path, const std::vector<std::int64_t>& shape,
                std::span<const double> values, ElementType type) {
  return ReplaceFile(path, [&](OutputFile& file) { return AppendNpy(file, shape, values, type); });
}

Status AppendNpy(OutputFile& file, const std::vector<std::int64_t>& shape,
                 std::span<const double> values, ElementType type) {
  assert(type == ElementType::kF64 || type == ElementType::kF32);
  std::size_t count = 1;
  for (const std::int64_t length : shape) count *= static_cast<std::size_t>(length);
  assert(count == values.size() && "as many values as the shape says");
  const std::string text = HeaderText(shape, type);
  assert(text.size() <= std::numeric_limits<std::uint16_t>::max());
  const auto length = static_cast<std::uint16_t>(text.size());
  Status written = file.Append(std::string(kMagic) + '\x01' + '\0');
  if (written) written = file.Append(std::as_bytes(std::span(&length, 1)));
  if (written) written = file.Append(text);
  if (!written) return written;
  if (type == ElementType::kF64) return file.Append(std::as_bytes(values));
  const std::vector<float> narrow(values.begin(), values.end());
  return file.Append(std::as_bytes(std::span(narrow)));
}

}  // namespace mhc
