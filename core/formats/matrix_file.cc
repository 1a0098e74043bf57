#include "core/formats/matrix_file.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/formats/json_text.h"
#include "core/formats/mapped_file.h"
#include "core/formats/npy.h"
#include "core/formats/number_blocks.h"
#include "core/formats/number_text.h"
#include "core/formats/quoted_text.h"

namespace mhc {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLargestMatrix = 1024;
constexpr const char* kMatrixKey = "matrix";

// Takes the rows of a file one by one and holds each against the first of them.
class StackBuilder {
 public:
  explicit StackBuilder(const std::string& origin) : origin_(origin) {}

  // where: "line 3", or "matrix 1, row 3". first_column: how the row's first number is counted
  // there.
  Status AddRow(std::span<const double> row, const std::string& where, std::size_t first_column) {
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
        return Fail("{}: {}, column {}: found {}, expected a finite number", origin_, where,
                    first_column + j, NumberText(row[j]));
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
                  stack_.count, rows_, stack_.size);
    }
    ++stack_.count;
    rows_ = 0;
    return {};
  }

  std::size_t matrix() const { return stack_.count; }  // the one that is being read, from 0

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

// matrix: a list of rows, or an object that has one as its `matrix`.
Status AddJsonMatrix(const Json& given, const std::string& origin, StackBuilder& builder) {
  const auto member = given.is_object() ? given.find(kMatrixKey) : given.end();
  const Json& matrix = member != given.end() ? *member : given;
  if (!matrix.is_array() || matrix.empty()) {
    return Fail("{}: matrix {}: found {}, expected a list of rows", origin, builder.matrix(),
                matrix.is_array()    ? "an empty list"
                : matrix.is_object() ? "an object without a matrix"
                                     : JsonFound(matrix));
  }
  std::vector<double> values;
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    const std::string where = fmt::format("matrix {}, row {}", builder.matrix(), i);
    const Json& row = matrix[i];
    if (!row.is_array()) {
      return Fail("{}: {}: found {}, expected a list of numbers", origin, where, JsonFound(row));
    }
    values.clear();
    for (const Json& value : row) {
      if (!value.is_number()) {
        return Fail("{}: {}, column {}: found {}, expected a finite number", origin, where,
                    values.size(), JsonFound(value));
      }
      values.push_back(value.get<double>());
    }
    if (Status added = builder.AddRow(values, where, 0); !added) return added;
  }
  return builder.EndMatrix();
}

bool HasMatrix(const Json& value) { return value.is_object() && value.contains(kMatrixKey); }

// Spreadsheets and shells of other systems write UTF-16, which begins with one of these marks.
Status CheckEncoding(std::string_view text, const std::string& origin) {
  if (!text.starts_with("\xFF\xFE") && !text.starts_with("\xFE\xFF")) return {};
  return Fail("{}: offset 0: found UTF-16, expected UTF-8", origin);
}

}  // namespace

Result<MatrixStack> ParseJsonMatrices(std::string_view text, const std::string& origin) {
  if (const Status encoding = CheckEncoding(text, origin); !encoding) {
    return tl::unexpected(encoding.error());
  }
  const Result<Json> document = ParseJson(text, origin);
  if (!document) return tl::unexpected(document.error());
  const bool is_matrix = HasMatrix(*document);
  if (!document->is_array() && !is_matrix) {
    return Fail("{}: found {}, expected n×n or L×n×n lists of numbers", origin,
                JsonFound(*document));
  }
  StackBuilder builder(origin);
  const Json* first = is_matrix || document->empty() ? nullptr : &document->front();
  const bool is_stack =
      first &&
      ((first->is_array() && !first->empty() && first->front().is_array()) || first->is_object());
  if (!is_stack && (first || is_matrix)) {
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
  if (const Status encoding = CheckEncoding(text, origin); !encoding) {
    return tl::unexpected(encoding.error());
  }
  std::string with_line_feeds;
  if (text.find('\n') == std::string_view::npos) {  // lines that end with carriage returns alone
    with_line_feeds = text;
    std::replace(with_line_feeds.begin(), with_line_feeds.end(), '\r', '\n');
    text = with_line_feeds;
  }
  StackBuilder builder(origin);
  NumberBlockReader reader(text, origin, kLargestMatrix);
  while (true) {
    const Result<std::optional<std::vector<NumberRow>>> block = reader.Next();
    if (!block) return tl::unexpected(block.error());
    if (!*block) return builder.Finish();
    Status done;
    for (const NumberRow& row : **block) {
      if (done) {
        done = builder.AddRow(row.numbers, fmt::format("line {}", row.line), row.first_column);
      }
    }
    if (done) done = builder.EndMatrix();
    if (!done) return tl::unexpected(done.error());
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
    const std::string where = fmt::format("matrix {}, row {}", builder.matrix(), row % size);
    Status done = builder.AddRow(std::span(array->values).subspan(row * size, size), where, 0);
    if (done && (row + 1) % size == 0) done = builder.EndMatrix();
    if (!done) return tl::unexpected(done.error());
  }
  return builder.Finish();
}

Result<MatrixStack> ReadMatrices(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  for (char& letter : ending) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  const bool is_text = ending == ".csv" || ending == ".tsv";
  if (ending != ".json" && !is_text && ending != ".npy") {
    return Fail(
        "{}: found the ending {}, expected .json, .csv or .npy{}", path.string(),
        Quoted(path.extension().string()),
        ending == ".txt" || ending == ".dat" ? " (a table of numbers is read as .csv)" : "");
  }
  const Result<MappedFile> file = MappedFile::Open(path);
  if (!file) return tl::unexpected(file.error());
  if (ending == ".json") return ParseJsonMatrices(file->text(), path.string());
  if (is_text) return ParseCsvMatrices(file->text(), path.string());
  return ParseNpyMatrices(file->bytes(), path.string());
}

}  // namespace mhc
