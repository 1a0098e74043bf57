// Figures as they stand in a paper: every figure that is listed, in three widths, of one, three and
// nine runs, read back from its SVG.
#include <gmock/gmock.h>

#include <QBuffer>
#include <QImage>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "core/record/record/record_writer.h"
#include "core/record/record/snapshot_kinds.h"
#include "core/record/run/run_folder.h"
#include "svg_figure.h"
#include "widgets/figures/figure_file.h"
#include "widgets/figures/figure_table.h"

namespace mhc {
namespace {

using ::testing::HasSubstr;

constexpr int kLimit_ms = 60000;  // a hang guard
constexpr std::int64_t kSteps = 60, kSnapshotEvery = 20;
constexpr int kStreams = 4;
const std::vector<std::string> kOfRuns = {"loss", "gradient_norm", "gain", "site_gain", "fig2",
                                          "fig3", "fig5",          "fig7", "fig8"};

// "L+1,n" with the numbers of a run.
std::vector<std::int64_t> ShapeOf(std::string_view words, std::int64_t sites) {
  std::vector<std::int64_t> shape;
  for (const QString& word : QString::fromUtf8(words.data(), qsizetype(words.size())).split(',')) {
    const QString trimmed = word.trimmed();
    shape.push_back(trimmed == "L"     ? sites
                    : trimmed == "L+1" ? sites + 1
                    : trimmed == "n"   ? kStreams
                                       : trimmed.toLongLong());
  }
  return shape;
}

class PaperFiguresTest : public testing::Test {
 protected:
  // A finished run; its gains reach to `growth` to the power of its sites.
  void WriteRun(const std::string& name, const std::vector<Setting>& settings, double growth) {
    std::vector<Setting> all = {{"probe.snapshot_every", std::to_string(kSnapshotEvery)}};
    all.insert(all.end(), settings.begin(), settings.end());
    const auto configuration = LoadConfiguration("tiny", all);
    ASSERT_TRUE(configuration) << configuration.error().message;
    const auto folder =
        RunFolder::Create(folder_.path().toStdString() + "/" + name, *configuration);
    ASSERT_TRUE(folder) << folder.error().message;
    RunDescription description;
    description.id = "id-of-" + name;
    description.steps = kSteps;
    description.sites = configuration->SiteCount();
    description.streams = kStreams;
    auto writer = RecordWriter::Create(folder->record_path(), description);
    ASSERT_TRUE(writer) << writer.error().message;
    for (std::int64_t step = 1; step <= kSteps; ++step) {
      StepRecord record;
      record.step = step;
      const auto at = static_cast<double>(step);
      for (auto& value : record.values) value = 5.0 / std::sqrt(at) + 0.1 * std::sin(at * growth);
      record.Set("skipped", step == 7 ? 1.0 : 0.0);
      if (step % 20 != 0) record.values[ValidationColumn()] = std::nullopt;
      if (step % kSnapshotEvery == 0) AddSnapshots(description.sites, growth, record);
      ASSERT_TRUE(writer->AppendStep(record));
    }
    ASSERT_TRUE(writer->Close(RunState::kFinished));
    RunDocument& run = runs_.Open(folder_.path().toStdString() + "/" + name);
    ASSERT_TRUE(
        QTest::qWaitFor([&] { return run.loaded() && run.last_step() == kSteps; }, kLimit_ms))
        << run.error().toStdString();
  }

  static std::size_t ValidationColumn() {
    return static_cast<std::size_t>(FindStepColumn("validation_loss"));
  }

  void AddSnapshots(std::int64_t sites, double growth, StepRecord& record) const {
    for (const SnapshotKind& kind : SnapshotKinds()) {
      Snapshot snapshot{std::string(kind.name), ShapeOf(kind.shape, sites), {}};
      std::int64_t size = 1;
      for (const std::int64_t length : snapshot.shape) size *= length;
      for (std::int64_t i = 0; i < size; ++i) {
        const double place = static_cast<double>(i * sites) / static_cast<double>(size);
        const double value = std::pow(growth, place) * (1.0 + 0.2 * std::sin(1.7 * double(i)));
        const bool is_map = kind.name == "res_mean" || kind.name.starts_with("composite");
        const bool is_diagonal = i % (kStreams * kStreams) % (kStreams + 1) == 0;
        if (off_identity_ > 0.0 && is_map) {
          snapshot.data.push_back(
              static_cast<float>((is_diagonal ? 1.0 : 0.0) + off_identity_ * (value - 1.0)));
          continue;
        }
        snapshot.data.push_back(
            static_cast<float>(kind.name.ends_with("deviation") ? 0.3 * value : value));
      }
      record.snapshots.push_back(std::move(snapshot));
    }
  }

  // The first `count` runs: long names, three seeds of one setting among nine.
  void WriteRuns(int count) {
    const std::vector<std::pair<std::string, std::vector<Setting>>> all = {
        {"baseline-long-warmup", {}},
        {"hc-unconstrained-wd0.1", {{"mixing.connection", "hc"}}},
        {"sinkhorn-n4-lr3e-3-a-name-that-no-column-has-room-for-at-all",
         {{"train.learning_rate", "2e-3"}}},
        {"cayley-seed1", {{"mixing.constraint", "cayley"}, {"seed", "1"}}},
        {"cayley-seed2", {{"mixing.constraint", "cayley"}, {"seed", "2"}}},
        {"cayley-seed3", {{"mixing.constraint", "cayley"}, {"seed", "3"}}},
        {"softmax", {{"mixing.constraint", "row_softmax"}}},
        {"clip", {{"mixing.constraint", "spectral_clip"}}},
        {"slow", {{"train.learning_rate", "1e-4"}}}};
    for (int i = static_cast<int>(runs_.runs().size()); i < count; ++i) {
      const auto& [name, settings] = all[static_cast<std::size_t>(i)];
      ASSERT_NO_FATAL_FAILURE(WriteRun(name, settings, i == 1 ? 30.0 : 1.0 + 0.02 * i));
    }
    runs_.SetCurrent(*runs_.runs().front().document);
    step_.SetLastStep(kSteps);
  }

  std::unique_ptr<View> Figure(const FigureRow& row) {
    std::unique_ptr<View> view = row.make({runs_, step_, site_, look_});
    const bool settled = QTest::qWaitFor(
        [&] {
          view->RefreshNow();
          return view->Ready() || !view->Reason().isEmpty();
        },
        kLimit_ms);
    EXPECT_TRUE(settled) << row.name;
    return view->Ready() ? std::move(view) : nullptr;
  }
  QByteArray Bytes(View& view, double width, const std::string& ending, double height = 0.0) {
    const auto bytes = FigureBytes(view, {width, height}, OriginOf(runs_), ending);
    EXPECT_TRUE(bytes) << bytes.error().message;
    return bytes ? *bytes : QByteArray();
  }

  static QString AllText(const SvgFigure& figure) {
    QString all;
    for (const SvgText& text : figure.texts) all += QString(text.text).remove(' ');
    return all;
  }

  // Every figure that these runs give, in three widths.
  void CheckAll(int count) {
    ASSERT_NO_FATAL_FAILURE(WriteRuns(count));
    int checked = 0;
    for (const FigureRow& row : Figures()) {
      const std::unique_ptr<View> view = Figure(row);
      const std::string name(row.name);
      if (view == nullptr) {
        EXPECT_THAT(name, ::testing::AnyOf("fig2", "fig5")) << "of one run";
        continue;
      }
      for (const double width : {85.0, 120.0, 174.0}) {
        const SvgFigure figure = ReadSvg(Bytes(*view, width, ".svg"));
        const std::string where = name + " of " + std::to_string(count) + " runs at " +
                                  std::to_string(int(width)) + " mm";
        ++checked;
        EXPECT_NEAR(figure.width_mm, width, 0.05) << where;
        EXPECT_NEAR(figure.height_mm / figure.width_mm, figure.page.height() / figure.page.width(),
                    1e-3)
            << where;
        for (const QString& fault : FaultsOf(figure))
          ADD_FAILURE() << where << ": " << fault.toStdString();
        // Titles of all figures begin in one manner.
        static const QRegularExpression kCapital(QStringLiteral("^[A-Z][a-z]{2}"));
        for (const SvgText& text : figure.texts) {
          EXPECT_FALSE(text.is_upright && kCapital.match(text.text).hasMatch())
              << where << ": " << text.text.toStdString();
        }
        const bool is_of_runs = std::find(kOfRuns.begin(), kOfRuns.end(), name) != kOfRuns.end();
        if (!is_of_runs || count == 1) continue;
        const QString all = AllText(figure);
        for (const SelectedRun& run : runs_.runs()) {
          const QString wanted = run.document->Name().startsWith("cayley") && name != "fig8"
                                     ? QStringLiteral("cayley,3seeds")
                                     : run.document->Name();
          EXPECT_TRUE(all.contains(wanted)) << where << " does not name " << wanted.toStdString();
        }
      }
    }
    EXPECT_GT(checked, 3 * 40);
  }

  double off_identity_ = 0.0;  // of every map, where it is not 0
  QTemporaryDir folder_;
  RunSelection runs_;
  StepCursor step_;
  SiteCursor site_;
  Look look_{Look::Mode::kLight};
};

TEST_F(PaperFiguresTest, HaveEveryLabelEntryAndTickWholeOfOneRun) { CheckAll(1); }
TEST_F(PaperFiguresTest, HaveEveryLabelEntryAndTickWholeOfThreeRuns) { CheckAll(3); }
TEST_F(PaperFiguresTest, HaveEveryLabelEntryAndTickWholeOfNineRuns) { CheckAll(9); }

// Numbers of a thousandth are divided by it, which their captions must find room to say.
TEST_F(PaperFiguresTest, NameTheirMatricesWholeWhereTheseAreAlmostTheIdentity) {
  off_identity_ = 2e-3;
  WriteRuns(1);
  for (const char* name : {"matrix", "matrix_difference"}) {
    const std::unique_ptr<View> view = Figure(*FindFigure(name));
    ASSERT_NE(view, nullptr);
    for (const double width : {85.0, 120.0, 174.0}) {
      const SvgFigure figure = ReadSvg(Bytes(*view, width, ".svg"));
      const QString all = AllText(figure);
      EXPECT_TRUE(all.contains("tokenmean")) << name << " at " << width;
      EXPECT_EQ(all.contains("×10"), std::string(name) == "matrix_difference") << width;
      for (const QString& fault : FaultsOf(figure)) {
        ADD_FAILURE() << name << " at " << width << ": " << fault.toStdString();
      }
    }
  }
}

TEST_F(PaperFiguresTest, SayInTheirFilesWhatTheyWereDrawnFrom) {
  WriteRuns(3);
  const std::unique_ptr<View> view = Figure(*FindFigure("loss"));
  ASSERT_NE(view, nullptr);
  const FigureOrigin origin = OriginOf(runs_);
  ASSERT_EQ(origin.runs.size(), 3u);
  const QByteArray svg = Bytes(*view, 85.0, ".svg"), pdf = Bytes(*view, 85.0, ".pdf");
  QImage png = QImage::fromData(Bytes(*view, 85.0, ".png"));
  for (const FigureRun& run : origin.runs) {
    EXPECT_EQ(run.configuration_hash.size(), 64);
    for (const QString& part : {run.id, run.configuration_hash, origin.program}) {
      EXPECT_TRUE(svg.contains(part.toUtf8())) << part.toStdString();
      EXPECT_TRUE(pdf.contains(part.toUtf8())) << part.toStdString();
      EXPECT_TRUE((png.text("Source") + png.text("Software")).contains(part)) << part.toStdString();
    }
  }
}

TEST_F(PaperFiguresTest, AreRefusedInAHeightThatHasNoRoomForThem) {
  WriteRuns(3);
  const std::unique_ptr<View> view = Figure(*FindFigure("fig3"));
  ASSERT_NE(view, nullptr);
  const auto bytes = FigureBytes(*view, {85.0, 20.0}, OriginOf(runs_), ".svg");
  ASSERT_FALSE(bytes);
  EXPECT_THAT(bytes.error().message, HasSubstr("found a height of 20 mm, expected at least"));
}

TEST_F(PaperFiguresTest, StandInTheHeightThatIsAskedFor) {
  WriteRuns(9);
  const std::unique_ptr<View> view = Figure(*FindFigure("fig3"));
  ASSERT_NE(view, nullptr);
  for (const double width : {120.0, 174.0}) {
    const SvgFigure figure = ReadSvg(Bytes(*view, width, ".svg", 90.0));
    EXPECT_NEAR(figure.height_mm, 90.0, 0.05);
    const QByteArray page = "/MediaBox [0 0 " + QByteArray::number(width / 25.4 * 72.0, 'f', 6);
    EXPECT_TRUE(Bytes(*view, width, ".pdf", 90.0).contains(page)) << page.toStdString();
    for (const SvgText& text : figure.texts) {
      EXPECT_TRUE(figure.page.contains(text.ink)) << text.text.toStdString();
    }
  }
}

}  // namespace
}  // namespace mhc
