// A finished run that a test writes as it wants it to be, opened by the window's own reader.
#pragma once

#include <gtest/gtest.h>

#include <QTemporaryDir>
#include <QTest>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/record/record/record_writer.h"
#include "core/record/run/run_folder.h"
#include "widgets/document/run_selection.h"
#include "widgets/document/view_context.h"

namespace mhc {

class RecordedRunTest : public testing::Test {
 protected:
  static constexpr int kReadLimit_ms = 60000;  // a hang guard

  struct Content {
    std::vector<Setting> settings;
    std::int64_t steps = 40;
    // A column's value at a step; nothing where it was not measured.
    std::function<std::optional<double>(std::string_view column, std::int64_t step)> value;
    std::vector<Snapshot> snapshots;  // of every step
    std::vector<Intervention> interventions;
  };

  RunDocument& Write(const std::string& name, const Content& content) {
    const auto configuration = LoadConfiguration("tiny", content.settings);
    EXPECT_TRUE(configuration) << configuration.error().message;
    const auto folder =
        RunFolder::Create(folder_.path().toStdString() + "/" + name, *configuration);
    RunDescription description;
    description.id = name;
    description.steps = content.steps;
    description.sites = configuration->SiteCount();
    description.streams = configuration->StreamCount();
    auto writer = RecordWriter::Create(folder->record_path(), description);
    EXPECT_TRUE(writer) << writer.error().message;
    StepRecord record;
    for (record.step = 1; record.step <= content.steps; ++record.step) {
      for (std::size_t i = 0; i < record.values.size(); ++i) {
        record.values[i] = content.value(StepColumns()[i].name, record.step);
      }
      record.snapshots = content.snapshots;
      EXPECT_TRUE(writer->AppendStep(record));
    }
    for (const Intervention& past : content.interventions) {
      EXPECT_TRUE(writer->AppendIntervention(past));
    }
    EXPECT_TRUE(writer->Close(RunState::kFinished));
    RunDocument& run = runs_.Open(folder->path());
    EXPECT_TRUE(QTest::qWaitFor([&] { return run.loaded() && run.last_step() == content.steps; },
                                kReadLimit_ms));
    runs_.SetCurrent(run);
    step_.SetLastStep(run.last_step());
    return run;
  }
  ViewContext context() { return {runs_, step_, site_, look_}; }

  QTemporaryDir folder_;
  RunSelection runs_;
  StepCursor step_;
  SiteCursor site_;
  Look look_{Look::Mode::kLight};
};

}  // namespace mhc
