// A study: several runs that are compared to see one thing, the figures that show it, and a page
// that says what to look for. Studies ship with the program, compiled in from resources/studies,
// each one text: a head in TOML between lines of "+++", then the page in Markdown.
//
//   +++
//   order = 1
//   title = "HC explodes and mHC holds"
//   sentence = "One sentence for a list."
//   preset = "deep"
//   seeds = 3                            # every run with the seeds 1…3
//   settings = ["train.steps=160"]       # of all runs, as after --set
//   figures = ["fig3"]                   # of all runs together
//   figures_of_each = ["spectrum"]       # of every run; may be left out
//   [[run]]
//   name = "hc"
//   settings = ["mixing.connection=hc"]
//   +++
//
// Thread rule: constant after the first call.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/record/configuration/configuration.h"

namespace mhc {

struct StudyText {
  std::string_view name;
  std::string_view text;
};

const std::vector<StudyText>& StudyTexts();

struct StudyRun {
  std::string name;  // of its folder: "hc", or "hc-seed2" of several seeds
  std::vector<Setting> settings;
};

struct Study {
  std::string name;
  std::string title;
  std::string sentence;
  std::string preset;
  std::int64_t order = 0;                    // in a list
  std::int64_t seeds = 1;                    // each run is trained with the seeds 1…seeds
  std::vector<StudyRun> runs;                // without their seeds
  std::vector<std::string> figures;          // names that `mhclab figures` lists
  std::vector<std::string> figures_of_each;  // of these one a run
  std::string page;                          // Markdown

  // One run for each seed, named by it where there are several, in the order of training: all of a
  // seed before the next one, so that a first picture comes early.
  std::vector<StudyRun> RunsOfSeeds(std::int64_t seeds_wanted) const;
};

// Error with the place in the text where it cannot be read.
Result<Study> ParseStudy(const StudyText& text);

// In their order. Texts that ship are read without fault: a test holds them.
std::span<const Study> Studies();
// nullptr where there is none of that name.
const Study* FindStudy(std::string_view name);

}  // namespace mhc
