// Finished runs that a test writes itself, without an engine.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/record/record/record_writer.h"
#include "core/record/run/run_folder.h"

namespace mhc {

struct WrittenRun {
  std::filesystem::path path;
  std::string id;
  std::int64_t steps = 40;
  double loss = 2.0;
  std::vector<Setting> settings = {};
  // What else goes into the record before it is closed.
  std::function<void(RecordWriter&)> also = [](RecordWriter&) {};
};

inline void Write(const WrittenRun& run) {
  const auto configuration = LoadConfiguration("tiny", run.settings);
  ASSERT_TRUE(configuration) << configuration.error().message;
  const auto folder = RunFolder::Create(run.path, *configuration);
  ASSERT_TRUE(folder) << folder.error().message;
  RunDescription description;
  description.id = run.id;
  description.steps = run.steps;
  description.sites = configuration->SiteCount();
  description.streams = configuration->StreamCount();
  description.tokens_per_step = 256;
  description.parameters = 1000;
  auto writer = RecordWriter::Create(folder->record_path(), description);
  ASSERT_TRUE(writer) << writer.error().message;
  StepRecord record;
  for (record.step = 1; record.step <= run.steps; ++record.step) {
    for (auto& value : record.values) value = run.loss;
    ASSERT_TRUE(writer->AppendStep(record));
  }
  run.also(*writer);
  ASSERT_TRUE(writer->Close(RunState::kFinished));
}

// H_res of every site of `tiny`, each entry the same number.
inline Snapshot MapsOf(float entry) {
  constexpr std::int64_t kSites = 4, kStreams = 4;
  Snapshot maps{"res_mean", {kSites, kStreams, kStreams}, {}};
  maps.data.assign(static_cast<std::size_t>(kSites * kStreams * kStreams), entry);
  return maps;
}

}  // namespace mhc
