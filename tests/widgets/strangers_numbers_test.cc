// Whatever numbers a record holds, every figure is drawn or refused in a sentence.
#include <QImage>
#include <QPainter>
#include <QTemporaryDir>
#include <QTest>
#include <limits>
#include <sstream>

#include "core/record/record/snapshot_kinds.h"
#include "tests/widgets/written_run.h"
#include "widgets/figures/figure_table.h"

namespace mhc {
namespace {

constexpr int kLimit_ms = 60000;  // a hang guard
constexpr std::int64_t kSites = 4, kStreams = 4;

Snapshot Filled(const SnapshotKind& kind, float value) {
  Snapshot snapshot{std::string(kind.name), {}, {}};
  std::size_t count = 1;
  std::istringstream words{std::string(kind.shape)};
  for (std::string word; std::getline(words, word, ',');) {
    const std::int64_t size = word == "L"     ? kSites
                              : word == "L+1" ? kSites + 1
                              : word == "n"   ? kStreams
                                              : std::stoll(word);
    snapshot.shape.push_back(size);
    count *= static_cast<std::size_t>(size);
  }
  snapshot.data.assign(count, value);
  return snapshot;
}

class StrangersNumbers : public testing::TestWithParam<float> {};

TEST_P(StrangersNumbers, AreDrawnOrRefusedByEveryFigure) {
  QTemporaryDir folder;
  const float value = GetParam();
  RunSelection runs;
  for (const char* name : {"one", "two"}) {
    WrittenRun run{folder.path().toStdString() + "/" + name, name};
    run.loss = static_cast<double>(value);
    if (std::string(name) == "two") run.settings = {{"mixing.connection", "hc"}};
    run.also = [value](RecordWriter& writer) {
      for (const std::int64_t step : {10, 20}) {
        for (const SnapshotKind& kind : SnapshotKinds()) {
          ASSERT_TRUE(writer.ReplaceSnapshot(step, Filled(kind, value)));
        }
      }
    };
    Write(run);
    RunDocument& opened = runs.Open(run.path);
    ASSERT_TRUE(QTest::qWaitFor([&] { return opened.last_step() == run.steps; }, kLimit_ms));
  }
  StepCursor step;
  SiteCursor site;
  Look look(Look::Mode::kLight);
  step.SetLastStep(40);
  for (const FigureRow& row : Figures()) {
    const std::unique_ptr<View> view = row.make({runs, step, site, look});
    view->resize(400, 300);
    const bool settled = QTest::qWaitFor(
        [&] {
          view->RefreshNow();
          return view->Ready() || !view->Reason().isEmpty();
        },
        kLimit_ms);
    EXPECT_TRUE(settled) << row.name;
    if (!view->Ready()) continue;
    view->grab();
    QImage picture(400, 300, QImage::Format_ARGB32);
    QPainter painter(&picture);
    view->DrawFigure(painter, 400, 300);
    EXPECT_FALSE(view->FigureTable().empty()) << row.name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, StrangersNumbers,
                         testing::Values(0.0f, -1.0f, 1e-38f, 3e38f,
                                         std::numeric_limits<float>::infinity(),
                                         -std::numeric_limits<float>::infinity(),
                                         std::numeric_limits<float>::quiet_NaN()));

}  // namespace
}  // namespace mhc
