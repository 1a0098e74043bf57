#include "core/record/record/record_meta.h"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "core/formats/number_text.h"
#include "core/record/record/record_file.h"

namespace mhc {
namespace {

struct TextField {
  const char* key;
  std::string RunDescription::*member;
};
constexpr TextField kTexts[] = {
    {"id", &RunDescription::id},
    {"name", &RunDescription::name},
    {"program_version", &RunDescription::program_version},
    {"torch_version", &RunDescription::torch_version},
    {"device", &RunDescription::device},
    {"data_left_out", &RunDescription::data_left_out},
    {"data_hash", &RunDescription::data_hash},
    {"mixing_dtype", &RunDescription::mixing_dtype},
    {"instruction_set", &RunDescription::instruction_set},
};

struct IntegerField {
  const char* key;
  std::int64_t RunDescription::*member;
};
constexpr IntegerField kIntegers[] = {
    {"steps", &RunDescription::steps},
    {"tokens_per_step", &RunDescription::tokens_per_step},
    {"sites", &RunDescription::sites},
    {"streams", &RunDescription::streams},
    {"vocabulary", &RunDescription::vocabulary},
    {"parameters", &RunDescription::parameters},
    {"mixing_parameters", &RunDescription::mixing_parameters},
    {"threads", &RunDescription::threads},
    {"data_files", &RunDescription::data_files},
    {"data_tokens", &RunDescription::data_tokens},
};

template <class Number>
Number FromMeta(const std::string& key, const std::string& text) {
  Number number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    ThrowDamaged(fmt::format("meta {} is \"{}\", expected a number", key, text.substr(0, 60)));
  }
  return number;
}

// "ID@STEP ID@STEP"
std::string ToText(const std::vector<ParentRun>& ancestors) {
  std::string text;
  for (const ParentRun& run : ancestors) {
    text += fmt::format("{}{}@{}", text.empty() ? "" : " ", run.id, run.step);
  }
  return text;
}

std::vector<ParentRun> ParseAncestors(const std::string& text) {
  std::vector<ParentRun> ancestors;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const auto at = word.find('@');
    if (at == std::string::npos) ThrowDamaged("meta ancestors: expected words like ID@STEP");
    ancestors.push_back(
        {word.substr(0, at), FromMeta<std::int64_t>("ancestors", word.substr(at + 1))});
  }
  return ancestors;
}

}  // namespace

void WriteMeta(SQLite::Database& database, const std::string& key, const std::string& value) {
  SQLite::Statement insert(database,
                           "INSERT INTO meta VALUES (?1, ?2) "
                           "ON CONFLICT (key) DO UPDATE SET value = excluded.value");
  insert.bind(1, key);
  insert.bind(2, value);
  insert.exec();
}

std::optional<std::string> ReadMeta(SQLite::Database& database, const std::string& key) {
  SQLite::Statement query(database, "SELECT value FROM meta WHERE key = ?");
  query.bind(1, key);
  if (!query.executeStep() || query.getColumn(0).isNull()) return std::nullopt;
  return query.getColumn(0).getString();
}

void WriteDescription(SQLite::Database& database, const RunDescription& description) {
  for (const auto& [key, member] : kTexts) WriteMeta(database, key, description.*member);
  for (const auto& [key, member] : kIntegers) {
    WriteMeta(database, key, std::to_string(description.*member));
  }
  WriteMeta(database, "created", NumberText(description.created));
  if (description.entropy_floor) {
    WriteMeta(database, "entropy_floor", NumberText(*description.entropy_floor));
  }
  if (description.parent) {
    WriteMeta(database, "parent_id", description.parent->id);
    WriteMeta(database, "parent_step", std::to_string(description.parent->step));
    WriteMeta(database, "ancestors", ToText(description.ancestors));
  }
}

RunDescription ReadDescription(SQLite::Database& database) {
  RunDescription description;
  for (const auto& [key, member] : kTexts) {
    if (auto text = ReadMeta(database, key)) description.*member = *std::move(text);
  }
  for (const auto& [key, member] : kIntegers) {
    const auto text = ReadMeta(database, key);
    if (text) description.*member = FromMeta<std::int64_t>(key, *text);
  }
  if (const auto text = ReadMeta(database, "created")) {
    description.created = FromMeta<double>("created", *text);
  }
  if (const auto text = ReadMeta(database, "entropy_floor")) {
    description.entropy_floor = FromMeta<double>("entropy_floor", *text);
  }
  if (auto id = ReadMeta(database, "parent_id")) {
    const auto step = ReadMeta(database, "parent_step");
    if (!step) ThrowDamaged("meta has parent_id without parent_step");
    description.parent = ParentRun{*std::move(id), FromMeta<std::int64_t>("parent_step", *step)};
    description.ancestors = ParseAncestors(ReadMeta(database, "ancestors").value_or(""));
    if (description.ancestors.empty()) description.ancestors = {*description.parent};
  }
  return description;
}

}  // namespace mhc
