#include "core/record/record/record_cells.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/formats/json_text.h"
#include "core/formats/number_text.h"
#include "core/record/record/record_file.h"

namespace mhc {
namespace {

static_assert(std::endian::native == std::endian::little,
              "blobs are little-endian and are copied as they are");

constexpr std::size_t kHighestRank = 8;

std::string Excerpt(const std::string& text) { return text.substr(0, 60); }

std::vector<std::int64_t> ParseShape(const std::string& text) {
  std::vector<std::int64_t> shape;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    std::int64_t size = 0;
    const auto read = std::from_chars(at, end, size);
    const bool follows = read.ptr == end || (*read.ptr == ',' && read.ptr + 1 != end);
    if (read.ec != std::errc() || !follows || size < 0 || shape.size() == kHighestRank) {
      ThrowDamaged(
          fmt::format("an array has the shape \"{}\", expected sizes like 8,4,4", Excerpt(text)));
    }
    shape.push_back(size);
    at = read.ptr == end ? end : read.ptr + 1;
  }
  return shape;
}

// The number of elements, or nothing where it is more than `most`.
std::optional<std::size_t> ElementCount(const std::vector<std::int64_t>& shape, std::size_t most) {
  std::size_t count = 1;
  for (const std::int64_t size : shape) {
    std::size_t product = 0;
    if (__builtin_mul_overflow(count, static_cast<std::size_t>(size), &product)) {
      return std::nullopt;
    }
    count = product;
  }
  return count <= most ? std::optional(count) : std::nullopt;
}

}  // namespace

void BindNumber(SQLite::Statement& statement, int index, const std::optional<double>& value) {
  if (!value) {
    statement.bind(index);
  } else if (std::isnan(*value)) {
    statement.bindNoCopy(index, "nan");
  } else {
    statement.bind(index, *value);
  }
}

std::optional<double> NumberCell(const SQLite::Column& cell) {
  if (cell.isNull()) return std::nullopt;
  if (cell.isFloat() || cell.isInteger()) return cell.getDouble();
  if (cell.isText() && std::string_view(cell.getText()) == "nan") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  ThrowDamaged(
      fmt::format("column {} holds something else than a number, 'nan' or NULL", cell.getName()));
}

std::int64_t IntegerCell(const SQLite::Column& cell) {
  if (!cell.isInteger()) {
    ThrowDamaged(fmt::format("column {} holds something else than an integer", cell.getName()));
  }
  return cell.getInt64();
}

std::string TextCell(const SQLite::Column& cell) {
  if (!cell.isText()) {
    ThrowDamaged(fmt::format("column {} holds something else than a text", cell.getName()));
  }
  return cell.getString();
}

std::string ShapeText(const std::vector<std::int64_t>& shape) {
  return fmt::format("{}", fmt::join(shape, ","));
}

Snapshot SnapshotCells(SQLite::Statement& row, int first) {
  Snapshot snapshot;
  snapshot.kind = TextCell(row.getColumn(first));
  const std::string shape = TextCell(row.getColumn(first + 1));
  snapshot.shape = ParseShape(shape);
  const SQLite::Column blob = row.getColumn(first + 2);
  const auto bytes = static_cast<std::size_t>(blob.getBytes());
  const auto count = ElementCount(snapshot.shape, bytes / sizeof(float));
  if (!blob.isBlob() || !count || *count * sizeof(float) != bytes) {
    ThrowDamaged(fmt::format("snapshot {} of shape \"{}\" holds {} bytes, which do not fit it",
                             Excerpt(snapshot.kind), Excerpt(shape), bytes));
  }
  snapshot.data.resize(*count);
  if (bytes > 0) std::memcpy(snapshot.data.data(), blob.getBlob(), bytes);
  return snapshot;
}

std::vector<double> DoublesCell(const SQLite::Column& cell) {
  const auto bytes = static_cast<std::size_t>(cell.getBytes());
  std::vector<double> values(bytes / sizeof(double));
  if (!values.empty()) std::memcpy(values.data(), cell.getBlob(), values.size() * sizeof(double));
  return values;
}

std::string NumbersText(const std::vector<double>& numbers) { return DumpJson(numbers); }

std::vector<double> NumbersCell(const SQLite::Column& cell) {
  const auto list = ParseJson(TextCell(cell), cell.getName());
  if (!list) ThrowDamaged(fmt::format("column {}", list.error().message));
  std::vector<double> numbers;
  for (const nlohmann::json& entry : *list) {
    const auto number = entry.is_number()   ? std::optional(entry.get<double>())
                        : entry.is_string() ? ParseNumber(entry.get_ref<const std::string&>())
                                            : std::nullopt;
    if (!number) {
      ThrowDamaged(fmt::format("column {} holds something else than numbers", cell.getName()));
    }
    numbers.push_back(*number);
  }
  return numbers;
}

}  // namespace mhc
