#include "core/formats/matrix_file.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/formats/csv.h"
#include "core/formats/json_text.h"
#include "core/formats/mapped_file.h"
#include "core/formats/npy.h"
#include "core/formats/number_text.h"
#include "core/formats/quoted_text.h"

namespace mhc {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLargestMatrix = 1024;

// Takes the rows of a file one by one and holds each against the first of them.
class StackBuilder {
 public:
  explicit StackBuilder(const std::string& origin) : origin_(origin) {}

  // where: "line 3", or "matrix 1, row 3".
  Status AddRow(std::span<const double> row, const std::string& where) {
    if (stack_.size == 0) {
      if (row.empty() || row.size() > kLargestMatrix) {
        return Fail("{}: {}: found {} numbers, expected 1 to {}", origin_, where, row.size(),
                    kLargestMatrix);
      }
      stack_.size = row.size();
    }
    if (row.size() != stack_.size) {
      return Fail("{}: {}: found {} numbers, expected {} as in the first row", origin_, where,
                  row.size(), stack_.size);
    }
    for (std::size_t j = 0; j < row.size(); ++j) {
      if (!std::isfinite(row[j])) {
        return Fail("{}: {}, column {}: found {}, expected a finite number", origin_, where, j + 1,
                    NumberText(row[j]));
      }
    }
    stack_.values.insert(stack_.values.end(), row.begin(), row.end());
    ++rows_;
    return {};
  }

  // Ends a matrix; without rows since the last one, nothing happens.
  Status EndMatrix() {
    if (rows_ == 0) return {};
    if (rows_ != stack_.size) {
      return Fail("{}: matrix {}: found {} rows of {} numbers, expected a square matrix", origin_,
                  stack_.count + 1, rows_, stack_.size);
    }
    ++stack_.count;
    rows_ = 0;
    return {};
  }

  std::size_t matrix_number() const { return stack_.count + 1; }  // of the one that is being read

  Result<MatrixStack> Finish() {
    if (stack_.count == 0) return Fail("{}: found no matrix", origin_);
    return std::move(stack_);
  }

 private:
  const std::string& origin_;
  MatrixStack stack_;
  std::size_t rows_ = 0;  // of the matrix that is being read
};

std::string JsonFound(const Json& value) {
  if (value.is_string()) return Quoted(value.get_ref<const std::string&>());
  return value.is_array() ? "a list" : value.is_object() ? "an object" : value.dump();
}

Status AddJsonMatrix(const Json& matrix, const std::string& origin, StackBuilder& builder) {
  const std::size_t number = builder.matrix_number();
  if (!matrix.is_array() || matrix.empty()) {
    return Fail("{}: matrix {}: found {}, expected a list of rows", origin, number,
                matrix.is_array() ? "an empty list" : JsonFound(matrix));
  }
  std::vector<double> values;
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    const std::string where = fmt::format("matrix {}, row {}", number, i + 1);
    const Json& row = matrix[i];
    if (!row.is_array()) {
      return Fail("{}: {}: found {}, expected a list of numbers", origin, where, JsonFound(row));
    }
    values.clear();
    for (const Json& value : row) {
      if (!value.is_number()) {
        return Fail("{}: {}, column {}: found {}, expected a finite number", origin, where,
                    values.size() + 1, JsonFound(value));
      }
      values.push_back(value.get<double>());
    }
    if (const Status added = builder.AddRow(values, where); !added) return added;
  }
  return builder.EndMatrix();
}

Status ParseCsvNumbers(std::span<const std::string> fields, const std::string& origin,
                       std::size_t line, std::vector<double>& numbers) {
  numbers.clear();
  for (const std::string& field : fields) {
    const std::optional<double> number = ParseNumber(field);
    if (!number) {
      return Fail("{}: line {}, column {}: found {}, expected a finite number", origin, line,
                  numbers.size() + 1, Quoted(field));
    }
    numbers.push_back(*number);
  }
  return {};
}

}  // namespace

Result<MatrixStack> ParseJsonMatrices(std::string_view text, const std::string& origin) {
  const Result<Json> document = ParseJson(text, origin);
  if (!document) return tl::unexpected(document.error());
  if (!document->is_array()) {
    return Fail("{}: found {}, expected n×n or L×n×n lists of numbers", origin,
                JsonFound(*document));
  }
  StackBuilder builder(origin);
  const Json* first = document->empty() ? nullptr : &document->front();
  const bool is_stack = first && first->is_array() && !first->empty() && first->front().is_array();
  if (!is_stack && first) {
    if (const Status added = AddJsonMatrix(*document, origin, builder); !added) {
      return tl::unexpected(added.error());
    }
  }
  for (std::size_t i = 0; is_stack && i < document->size(); ++i) {
    if (const Status added = AddJsonMatrix((*document)[i], origin, builder); !added) {
      return tl::unexpected(added.error());
    }
  }
  return builder.Finish();
}

Result<MatrixStack> ParseCsvMatrices(std::string_view text, const std::string& origin) {
  StackBuilder builder(origin);
  CsvReader reader(text, origin);
  std::vector<std::string> fields;
  std::vector<double> numbers;
  while (true) {
    const Result<bool> more = reader.Next(fields);
    if (!more) return tl::unexpected(more.error());
    Status done;
    if (!*more || fields.empty()) {
      done = builder.EndMatrix();
    } else {
      done = ParseCsvNumbers(fields, origin, reader.line(), numbers);
      if (done) done = builder.AddRow(numbers, fmt::format("line {}", reader.line()));
    }
    if (!done) return tl::unexpected(done.error());
    if (!*more) return builder.Finish();
  }
}

Result<MatrixStack> ParseNpyMatrices(std::span<const std::byte> bytes, const std::string& origin) {
  const Result<NpyArray> array = ParseNpy(bytes, origin);
  if (!array) return tl::unexpected(array.error());
  const std::vector<std::int64_t>& shape = array->shape;
  if ((shape.size() != 2 && shape.size() != 3) || shape.back() != shape[shape.size() - 2]) {
    return Fail("{}: found the shape [{}], expected [n, n] or [L, n, n]", origin,
                fmt::join(shape, ", "));
  }
  StackBuilder builder(origin);
  const auto size = static_cast<std::size_t>(shape.back());
  for (std::size_t row = 0; size > 0 && row < array->values.size() / size; ++row) {
    const std::string where =
        fmt::format("matrix {}, row {}", builder.matrix_number(), row % size + 1);
    Status done = builder.AddRow(std::span(array->values).subspan(row * size, size), where);
    if (done && (row + 1) % size == 0) done = builder.EndMatrix();
    if (!done) return tl::unexpected(done.error());
  }
  return builder.Finish();
}

Result<MatrixStack> ReadMatrices(const std::filesystem::path& path) {
  const std::string ending = path.extension().string();
  if (ending != ".json" && ending != ".csv" && ending != ".npy") {
    return Fail("{}: found the ending {}, expected .json, .csv or .npy", path.string(),
                Quoted(ending));
  }
  const Result<MappedFile> file = MappedFile::Open(path);
  if (!file) return tl::unexpected(file.error());
  if (ending == ".json") return ParseJsonMatrices(file->text(), path.string());
  if (ending == ".csv") return ParseCsvMatrices(file->text(), path.string());
  return ParseNpyMatrices(file->bytes(), path.string());
}

}  // namespace mhc
