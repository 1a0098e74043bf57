#include "core/formats/json_text.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "core/formats/mapped_file.h"
#include "core/formats/number_text.h"
#include "core/formats/quoted_text.h"

namespace mhc {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr int kMostLevels = 32;
constexpr std::size_t kShownTextBytes = 20;

void WriteNonFiniteAsText(OrderedJson& value) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    value = NumberText(value.get<double>());
  } else if (value.is_structured()) {
    for (OrderedJson& element : value) WriteNonFiniteAsText(element);
  }
}

// The offset of the bracket that opens one level too many.
std::size_t FindTooDeep(std::string_view text) {
  int level = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char character = text[i];
    if (in_string) {
      if (character == '\\') ++i;
      if (character == '"') in_string = false;
    } else if (character == '"') {
      in_string = true;
    } else if (character == '[' || character == '{') {
      if (++level > kMostLevels) return i;
    } else if (character == ']' || character == '}') {
      --level;
    }
  }
  return std::string_view::npos;
}

// Watches the keys of every open object while the text is read.
class KeyWatch {
 public:
  void See(Json::parse_event_t event, const Json& parsed) {
    if (event == Json::parse_event_t::object_start) open_.emplace_back();
    if (event == Json::parse_event_t::object_end) open_.pop_back();
    if (event != Json::parse_event_t::key || !twice_.empty()) return;
    const auto& key = parsed.get_ref<const std::string&>();
    if (!open_.back().insert(key).second) twice_ = Quoted(key);
  }

  const std::string& twice() const { return twice_; }  // in quotes; empty: no key came twice

 private:
  std::vector<std::set<std::string>> open_;
  std::string twice_;
};

tl::unexpected<Error> FailAt(std::size_t offset, std::string_view text, const std::string& origin) {
  return Fail("{}: offset {}: found {}, which is not JSON", origin, offset,
              offset < text.size() ? Quoted(text.substr(offset, kShownTextBytes)) : "the end");
}

}  // namespace

std::string DumpJson(OrderedJson document) {
  WriteNonFiniteAsText(document);
  return document.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

Result<Json> ParseJson(std::string_view text, const std::string& origin) {
  if (text.size() > kLongestJson) {
    return Fail("{}: found {} bytes, expected JSON of at most {}", origin, text.size(),
                kLongestJson);
  }
  // The reader takes a zero byte as the end of its input, which would hide what follows.
  if (const auto zero = text.find('\0'); zero != std::string_view::npos) {
    return FailAt(zero, text, origin);
  }
  if (const auto deep = FindTooDeep(text); deep != std::string_view::npos) {
    return Fail("{}: offset {}: found more than {} levels of brackets", origin, deep, kMostLevels);
  }
  KeyWatch keys;
  try {
    Json document = Json::parse(text.begin(), text.end(),
                                [&keys](int, Json::parse_event_t event, Json& parsed) {
                                  keys.See(event, parsed);
                                  return true;
                                });
    if (!keys.twice().empty()) return Fail("{}: found the key {} twice", origin, keys.twice());
    return document;
  } catch (const Json::parse_error& error) {
    return FailAt(std::max<std::size_t>(error.byte, 1) - 1, text, origin);
  } catch (const Json::out_of_range&) {
    return Fail("{}: found a number that is too large for a double", origin);
  }
}

Result<Json> ReadJson(const std::filesystem::path& path) {
  const Result<MappedFile> file = MappedFile::Open(path);
  if (!file) return tl::unexpected(file.error());
  return ParseJson(file->text(), path.string());
}

}  // namespace mhc
