#include "core/formats/json_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "core/formats/quoted_text.h"
#include "core/formats/text_bytes.h"

namespace mhc {
namespace {

constexpr std::size_t kShownOfLine = 20;
constexpr std::string_view kLineBlanks = " \t\r\n";
constexpr const char* kNoText = "expected a JSON object with a text under \"text\"";

// Given the text of a row, or nothing where it has none.
using TakeText = std::function<void(std::optional<std::string>)>;

// Takes the text of every object at one depth, and nothing else, out of a JSON document.
class TextTaker : public nlohmann::json_sax<nlohmann::json> {
 public:
  // `depth`: brackets around a key of such an object; 1 for the document itself.
  TextTaker(std::size_t depth, TakeText take) : depth_(depth), take_(std::move(take)) {}

  std::size_t fault() const { return fault_; }  // of bytes read when the document was refused

  bool null() override { return Scalar(); }
  bool boolean(bool) override { return Scalar(); }
  bool number_integer(std::int64_t) override { return Scalar(); }
  bool number_unsigned(std::uint64_t) override { return Scalar(); }
  bool number_float(double, const std::string&) override { return Scalar(); }
  bool binary(nlohmann::json::binary_t&) override { return Scalar(); }
  bool string(std::string& value) override {
    if (level_ != depth_ || !is_text_) return Scalar();
    text_ = std::move(value);
    return true;
  }
  bool key(std::string& name) override {
    if (level_ == depth_) is_text_ = name == "text";
    return true;
  }
  bool start_object(std::size_t) override { return Open(/*is_row=*/true); }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open(/*is_row=*/false); }
  bool end_array() override { return Close(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    fault_ = position;
    return false;
  }

 private:
  // What is no object where one was expected is a row without a text; what is no text under "text"
  // takes back an earlier one of that key.
  bool Scalar() {
    if (level_ + 1 == depth_) take_(std::nullopt);
    if (level_ == depth_ && is_text_) text_.reset();
    return true;
  }
  bool Open(bool is_row) {
    if (level_ + 1 == depth_) in_row_ = is_row;
    if (level_ == depth_ && is_text_) text_.reset();
    ++level_;
    if (level_ == depth_) {
      text_.reset();
      is_text_ = false;
    }
    return true;
  }
  bool Close() {
    if (level_ == depth_) take_(in_row_ ? std::move(text_) : std::nullopt);
    --level_;
    return true;
  }

  const std::size_t depth_;
  const TakeText take_;
  std::size_t level_ = 0, fault_ = 0;
  bool in_row_ = false, is_text_ = false;
  std::optional<std::string> text_;
};

// Python writes these names for numbers that are not finite. In their place stand numbers of the
// same length, so that offsets stay; nothing where there are none.
std::optional<std::string> WithoutNonFinite(std::string_view document) {
  std::optional<std::string> changed;
  bool in_string = false;
  for (std::size_t i = 0; i < document.size(); ++i) {
    if (document[i] == '"') in_string = !in_string;
    if (in_string && document[i] == '\\') ++i;
    if (in_string) continue;
    for (const std::string_view name : {"NaN", "Infinity"}) {
      if (!document.substr(i).starts_with(name)) continue;
      if (!changed) changed = document;
      changed->replace(i, name.size(), "0" + std::string(name.size() - 1, ' '));
      i += name.size() - 1;
      break;
    }
  }
  return changed;
}

bool IsHighHalf(std::string_view digits) {
  return digits.size() == 4 && (digits[0] == 'd' || digits[0] == 'D') &&
         std::string_view("89abAB").find(digits[1]) != std::string_view::npos;
}
bool IsLowHalf(std::string_view digits) {
  return digits.size() == 4 && (digits[0] == 'd' || digits[0] == 'D') &&
         std::string_view("cdefCDEF").find(digits[1]) != std::string_view::npos;
}

// The offset of a `\ud83d` without its other half; npos where there is none.
std::size_t FindLoneSurrogate(std::string_view document) {
  for (std::size_t i = 0; i + 1 < document.size(); ++i) {
    if (document[i] != '\\') continue;
    const std::string_view digits =
        document.substr(i + 1).starts_with('u') ? document.substr(i + 2, 4) : std::string_view();
    if (IsLowHalf(digits)) return i;
    if (IsHighHalf(digits)) {
      const std::string_view next = document.substr(std::min(i + 6, document.size()));
      if (!next.starts_with("\\u") || !IsLowHalf(next.substr(2, 4))) return i;
      i += 6;
    }
    ++i;
  }
  return std::string_view::npos;
}

std::string NotJson(std::string_view document, std::size_t offset, std::size_t read) {
  if (const std::size_t lone = FindLoneSurrogate(document); lone < read) {
    return fmt::format("offset {}: found {}, half of a surrogate pair, which is no character",
                       offset + lone, document.substr(lone, 6));
  }
  const std::size_t at = std::max<std::size_t>(read, 1) - 1;
  return fmt::format(
      "offset {}: found {}, which is not JSON", offset + at,
      at < document.size() ? Quoted(document.substr(at, kShownOfLine)) : std::string("the end"));
}

class JsonTextReader {
 public:
  explicit JsonTextReader(std::string_view bytes) : bytes_(bytes), start_(ByteOrderMark(bytes)) {}

  JsonTexts Read() {
    const std::size_t first = bytes_.find_first_not_of(kLineBlanks, start_);
    if (first == std::string_view::npos) return {};
    if (bytes_[first] == '[') {
      ReadDocument(2);
      if (texts_.read > 0) return std::move(texts_);
    }
    JsonTexts of_document = std::exchange(texts_, {});
    ReadLines();
    if (texts_.read > 0) return std::move(texts_);
    // One that gives a text as a whole, or a list whose own fault says more than those of its
    // lines.
    if (bytes_[first] == '[') return of_document;
    JsonTexts of_lines = std::exchange(texts_, {});
    ReadDocument(1);
    return texts_.read > 0 ? std::move(texts_) : of_lines;
  }

 private:
  void LeaveOut(std::int64_t number, const std::string& reason) {
    if (texts_.left_out++ == 0) texts_.first_left_out = fmt::format("{}: {}", number, reason);
  }
  void Add(std::int64_t number, const std::optional<std::string>& text) {
    if (!text) return LeaveOut(number, kNoText);
    ++texts_.read;
    texts_.text += *text;
    texts_.text += '\n';
  }

  void ReadLines() {
    std::int64_t number = 0;
    for (std::size_t at = start_; at < bytes_.size();) {
      const std::size_t end = std::min(bytes_.find('\n', at), bytes_.size());
      const std::string_view line = bytes_.substr(at, end - at);
      ++number;
      if (line.find_first_not_of(kLineBlanks) != std::string_view::npos) {
        bool taken = false;
        const std::string fault = Parse(line, at, 1, [&](const std::optional<std::string>& text) {
          taken = true;
          Add(number, text);
        });
        if (!fault.empty()) {
          LeaveOut(number, fault);
        } else if (!taken) {
          LeaveOut(number, kNoText);
        }
      }
      at = end + 1;
    }
  }

  // The whole file as one document. One that breaks off has no text at all.
  void ReadDocument(std::size_t depth) {
    std::int64_t number = 0;
    const std::string fault =
        Parse(bytes_.substr(start_), start_, depth,
              [&](const std::optional<std::string>& text) { Add(++number, text); });
    if (fault.empty()) return;
    texts_ = {};
    LeaveOut(1, fault);
  }

  // The reason why `document`, which begins at `offset` of the file, is no JSON; empty where it is.
  static std::string Parse(std::string_view document, std::size_t offset, std::size_t depth,
                           const TakeText& take) {
    if (const Status text = CheckUtf8(document, offset); !text) return text.error().message;
    // Texts are kept back until the document has proved to be JSON.
    std::vector<std::optional<std::string>> kept;
    const auto keep = [&](std::optional<std::string> text) { kept.push_back(std::move(text)); };
    std::size_t fault = 0;
    const auto parses = [&](std::string_view json) {
      kept.clear();
      TextTaker taker(depth, keep);
      const bool done = nlohmann::json::sax_parse(json.begin(), json.end(), &taker);
      fault = taker.fault();
      return done;
    };
    bool done = parses(document);
    if (!done) {
      if (const auto finite = WithoutNonFinite(document)) done = parses(*finite);
    }
    if (!done) return NotJson(document, offset, fault);
    for (auto& text : kept) take(std::move(text));
    return "";
  }

  std::string_view bytes_;
  std::size_t start_;
  JsonTexts texts_;
};

}  // namespace

JsonTexts ReadJsonTexts(std::string_view bytes) { return JsonTextReader(bytes).Read(); }

}  // namespace mhc
