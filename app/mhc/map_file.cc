#include "app/mhc/map_file.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/formats/json_text.h"
#include "core/formats/mapped_file.h"
#include "core/formats/quoted_text.h"

namespace mhc {
namespace {

using Json = nlohmann::json;

std::string Found(const Json& value) {
  if (value.is_string()) return Quoted(value.get_ref<const std::string&>());
  return value.is_array() ? "a list" : value.is_object() ? "an object" : value.dump();
}

Result<std::vector<double>> Numbers(const Json& list, std::string_view key) {
  if (!list.is_array()) return Fail("{}: found {}, expected a list of numbers", key, Found(list));
  std::vector<double> numbers;
  for (const Json& value : list) {
    if (!value.is_number()) {
      return Fail("{}: found {} at place {}, expected a finite number", key, Found(value),
                  numbers.size());
    }
    numbers.push_back(value.get<double>());
  }
  return numbers;
}

Result<Value> OptionValue(const Json& value, const std::string& key) {
  if (value.is_boolean()) return Value(value.get<bool>());
  if (value.is_string()) return Value(value.get<std::string>());
  if (value.is_number_float()) return Value(value.get<double>());
  // A number without a sign beyond 2^63 has no integer of ours; as a double it is out of range too.
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
    return Value(value.get<double>());
  }
  if (value.is_number_integer()) return Value(value.get<std::int64_t>());
  if (!value.is_array()) {
    return Fail("{}: found {}, expected a number, a text, true or false", key, Found(value));
  }
  Result<std::vector<double>> numbers = Numbers(value, key);
  if (!numbers) return tl::unexpected(numbers.error());
  return Value(*std::move(numbers));
}

Result<const Json*> Require(const Json& entry, const char* key, const char* expected) {
  const auto found = entry.find(key);
  if (found == entry.end()) return Fail("{}: found nothing, expected {}", key, expected);
  return &*found;
}

Result<ConstraintChoice> ReadChoice(const Json& entry) {
  const auto name = Require(entry, "constraint", "the name of a constraint");
  if (!name) return tl::unexpected(name.error());
  if (!(*name)->is_string()) {
    return Fail("constraint: found {}, expected the name of a constraint", Found(**name));
  }
  Result<ConstraintChoice> choice = ParseConstraint((*name)->get_ref<const std::string&>());
  if (!choice) return choice;
  for (const auto& [key, value] : entry.items()) {
    if (key == "constraint" || key == "n" || key == "logits" || key == "cotangent") continue;
    const Result<Value> option = OptionValue(value, Quoted(key));
    if (!option) return tl::unexpected(option.error());
    if (const Status set = SetOption(*choice, key, *option); !set) {
      return tl::unexpected(set.error());
    }
  }
  return choice;
}

Result<int> ReadStreams(const Json& entry, const ConstraintChoice& choice) {
  const auto n = Require(entry, "n", "the number of streams");
  if (!n) return tl::unexpected(n.error());
  // As a double too, which is all that some programs write.
  const double count = (*n)->is_number() ? (*n)->get<double>() : -1.0;
  if (count < 0.0 || count > 1e6 || count != std::floor(count)) {
    return Fail("n: found {}, expected an integer from 1", Found(**n));
  }
  const int streams = static_cast<int>(count);
  const Status allowed = CheckStreams(choice, streams);
  if (!allowed) return FailWithin("n", allowed.error());
  return streams;
}

Result<std::vector<double>> ReadLogits(const Json& entry, const ConstraintChoice& choice,
                                       int streams) {
  const auto list = Require(entry, "logits", "a list of numbers");
  if (!list) return tl::unexpected(list.error());
  Result<std::vector<double>> logits = Numbers(**list, "logits");
  const auto expected = static_cast<std::size_t>(LogitCount(choice, streams));
  if (logits && logits->size() != expected) {
    return Fail("logits: found {} numbers, expected {} for {} at n = {}", logits->size(), expected,
                choice.constraint->name, streams);
  }
  return logits;
}

// n lists of n numbers, or n² numbers.
Result<Matrix> ReadCotangent(const Json& entry, int streams) {
  const auto found = entry.find("cotangent");
  if (found == entry.end()) return Matrix();
  Json flat = *found;
  if (found->is_array() && !found->empty() && found->front().is_array()) {
    flat = Json::array();
    for (const Json& row : *found) {
      if (!row.is_array() || row.size() != static_cast<std::size_t>(streams)) {
        return Fail("cotangent: found {}, expected rows of {} numbers",
                    row.is_array() ? fmt::format("a row of {}", row.size()) : Found(row), streams);
      }
      flat.insert(flat.end(), row.begin(), row.end());
    }
  }
  const Result<std::vector<double>> numbers = Numbers(flat, "cotangent");
  if (!numbers) return tl::unexpected(numbers.error());
  const auto expected = static_cast<std::size_t>(streams) * static_cast<std::size_t>(streams);
  if (numbers->size() != expected) {
    return Fail("cotangent: found {} numbers, expected {}x{}", numbers->size(), streams, streams);
  }
  return Matrix(Eigen::Map<const Matrix>(numbers->data(), streams, streams));
}

Result<MapEntry> ReadEntry(const Json& json) {
  if (!json.is_object()) return Fail("found {}, expected an object", Found(json));
  const Result<ConstraintChoice> choice = ReadChoice(json);
  if (!choice) return tl::unexpected(choice.error());
  const Result<int> streams = ReadStreams(json, *choice);
  if (!streams) return tl::unexpected(streams.error());
  Result<std::vector<double>> logits = ReadLogits(json, *choice, *streams);
  if (!logits) return tl::unexpected(logits.error());
  Result<Matrix> cotangent = ReadCotangent(json, *streams);
  if (!cotangent) return tl::unexpected(cotangent.error());
  return MapEntry{*choice, *streams, *std::move(logits), *std::move(cotangent)};
}

}  // namespace

Result<std::vector<MapEntry>> ReadMapFile(const std::filesystem::path& path) {
  const Result<MappedFile> file = MappedFile::Open(path);
  if (!file) return tl::unexpected(file.error());
  return ParseMapFile(file->text(), path.string());
}

Result<std::vector<MapEntry>> ParseMapFile(std::string_view text, const std::string& origin) {
  const Result<Json> document = ParseJson(text, origin);
  if (!document) return tl::unexpected(document.error());
  std::vector<MapEntry> entries;
  if (!document->is_array()) {
    Result<MapEntry> entry = ReadEntry(*document);
    if (!entry) return FailWithin(origin, entry.error());
    entries.push_back(*std::move(entry));
    return entries;
  }
  for (std::size_t i = 0; i < document->size(); ++i) {
    Result<MapEntry> entry = ReadEntry((*document)[i]);
    if (!entry) return FailWithin(fmt::format("{}: [{}]", origin, i), entry.error());
    entries.push_back(*std::move(entry));
  }
  if (entries.empty()) return Fail("{}: found an empty list, expected at least one object", origin);
  return entries;
}

}  // namespace mhc
