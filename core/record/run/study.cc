#include "core/record/run/study.h"

#include <toml++/toml.h>
#include <algorithm>
#include <cassert>

#include "core/formats/toml_depth.h"

namespace mhc {
namespace {

constexpr std::string_view kFence = "+++\n";

Result<std::vector<std::string>> Texts(const toml::table& table, std::string_view key,
                                       std::string_view study) {
  std::vector<std::string> texts;
  const toml::array* array = table[key].as_array();
  if (array == nullptr) return texts;
  for (const toml::node& node : *array) {
    const auto text = node.value<std::string>();
    if (!text) return Fail("study {}: {}: expected a list of texts", study, key);
    texts.push_back(*text);
  }
  return texts;
}

Result<std::vector<Setting>> Settings(const toml::table& table, std::string_view study) {
  const auto texts = Texts(table, "settings", study);
  if (!texts) return tl::unexpected(texts.error());
  auto settings = ParseSettings(*texts);
  if (!settings) return FailWithin(fmt::format("study {}", study), settings.error());
  return settings;
}

Status ReadRuns(const toml::table& head, Study& study) {
  const auto common = Settings(head, study.name);
  if (!common) return tl::unexpected(common.error());
  const toml::array* runs = head["run"].as_array();
  if (runs == nullptr || runs->empty()) return Fail("study {}: expected [[run]]", study.name);
  for (const toml::node& node : *runs) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return Fail("study {}: run: expected a table", study.name);
    StudyRun run{(*table)["name"].value_or(std::string()), *common};
    if (run.name.empty()) return Fail("study {}: run: expected a name", study.name);
    const auto own = Settings(*table, study.name);
    if (!own) return tl::unexpected(own.error());
    run.settings.insert(run.settings.end(), own->begin(), own->end());
    study.runs.push_back(std::move(run));
  }
  return {};
}

}  // namespace

Result<Study> ParseStudy(const StudyText& text) {
  Study study;
  study.name = text.name;
  const std::size_t end = text.text.find(kFence, kFence.size());
  if (!text.text.starts_with(kFence) || end == std::string_view::npos) {
    return Fail("study {}: expected a head between two lines of +++", study.name);
  }
  const std::string_view fenced = text.text.substr(kFence.size(), end - kFence.size());
  if (auto sound = CheckTomlDepth(fenced, text.name); !sound) return tl::unexpected(sound.error());
  toml::table head;
  try {
    head = toml::parse(fenced);
  } catch (const toml::parse_error& error) {
    return Fail("study {}: line {}: {}", study.name, error.source().begin.line + 1,
                error.description());
  }
  study.title = head["title"].value_or(std::string());
  study.sentence = head["sentence"].value_or(std::string());
  study.preset = head["preset"].value_or(std::string());
  study.order = head["order"].value_or(std::int64_t{0});
  study.seeds = head["seeds"].value_or(std::int64_t{1});
  auto figures = Texts(head, "figures", study.name);
  if (!figures) return tl::unexpected(figures.error());
  study.figures = *std::move(figures);
  auto of_each = Texts(head, "figures_of_each", study.name);
  if (!of_each) return tl::unexpected(of_each.error());
  study.figures_of_each = *std::move(of_each);
  if (const Status read = ReadRuns(head, study); !read) return tl::unexpected(read.error());
  study.page = text.text.substr(end + kFence.size());
  return study;
}

std::vector<StudyRun> Study::RunsOfSeeds(std::int64_t seeds_wanted) const {
  std::vector<StudyRun> all;
  for (std::int64_t seed = 1; seed <= seeds_wanted; ++seed) {
    for (StudyRun run : runs) {
      if (seeds_wanted > 1) run.name += "-seed" + std::to_string(seed);
      run.settings.push_back({"seed", std::to_string(seed)});
      run.settings.push_back({"name", run.name});
      all.push_back(std::move(run));
    }
  }
  return all;
}

std::span<const Study> Studies() {
  static const std::vector<Study> studies = [] {
    std::vector<Study> read;
    for (const StudyText& text : StudyTexts()) {
      Result<Study> study = ParseStudy(text);
      assert(study && "a study that ships cannot be read");
      read.push_back(*std::move(study));
    }
    std::stable_sort(read.begin(), read.end(),
                     [](const Study& a, const Study& b) { return a.order < b.order; });
    return read;
  }();
  return studies;
}

const Study* FindStudy(std::string_view name) {
  for (const Study& study : Studies()) {
    if (study.name == name) return &study;
  }
  return nullptr;
}

}  // namespace mhc
