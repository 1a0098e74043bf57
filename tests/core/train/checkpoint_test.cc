#include "core/train/checkpoint.h"

#include "core/formats/safetensors.h"
#include "core/formats/safetensors_writer.h"
#include "core/train/constraint_transfer.h"
#include "core/train/probe.h"
#include "tests/failing_calls.h"
#include "train_fixture.h"

namespace mhc {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Three steps, then site 0 in a blend from sinkhorn to row_softmax, then two more steps.
class CheckpointTest : public TrainTest {
 protected:
  CheckpointTest() : trainer_(configuration_, kVocabulary, torch::kCPU) {
    TrainSteps(trainer_, configuration_, 1, 3);
    const SiteMeans means =
        Probe(configuration_).Means(trainer_.Trace(RandomBatch(configuration_, 1)));
    ChangeConstraint(trainer_.model(), {0}, Must(ParseConstraint("row_softmax")),
                     {Transfer::Kind::kBlend, 4}, means, 3);
    ChangeConstraint(trainer_.model(), {1}, Must(ParseConstraint("sinkhorn:iterations=3")),
                     {Transfer::Kind::kKeepLogits, 0}, means, 3);
    trainer_.optimizer().Rebuild();
    Steps(trainer_, 3, 5);
    state_ = {5, 0.1, "roll_back", 1.0 / 3.0, 17, "0123456789abcdef", SiteStates(trainer_.model()),
              {}};
  }

  // Finished steps first … last, as an experiment does them; their losses.
  std::vector<double> Steps(Trainer& trainer, std::int64_t first, std::int64_t last) const {
    std::vector<double> losses;
    for (std::int64_t finished = first; finished < last; ++finished) {
      trainer.AdvanceBlends(finished);
      const Batch batch = RandomBatch(configuration_, 100 + finished);
      losses.push_back(trainer.Step(batch, 1e-2, nullptr).loss);
    }
    return losses;
  }

  Status SaveAs(const std::string& name) {
    return SaveCheckpoint(Must(OpenFolder::Open(folder_)), name, state_, trainer_);
  }
  void Save() { Must(SaveAs("step-000000005")); }

  Status Load(Trainer& trainer) const {
    const auto folder = OpenFolder::Open(checkpoint_);
    if (!folder) return tl::unexpected(folder.error());
    const auto state = ReadTrainingState(*folder, 5);
    return state ? LoadCheckpoint(*folder, *state, trainer) : Status(tl::unexpected(state.error()));
  }
  std::string Refusal() const {
    Trainer other(configuration_, kVocabulary, torch::kCPU);
    const Status status = Load(other);
    if (status) return "accepted";
    EXPECT_THAT(status.error().message, Not(HasSubstr("\n")));
    return status.error().message;
  }

  // Writes a tensor file again after `edit` had its way with what is in it.
  void Rewrite(const std::string& name,
               const std::function<void(std::vector<SafetensorsTensor>&)>& edit) const {
    const fs::path file = checkpoint_ / name;
    fs::copy_file(file, folder_ / "original", fs::copy_options::overwrite_existing);
    const Safetensors original = Must(Safetensors::Open(folder_ / "original"));
    std::vector<SafetensorsTensor> tensors;
    for (const SafetensorsEntry& entry : original.tensors()) {
      tensors.push_back({entry.name, entry.type, entry.shape, original.Bytes(entry)});
    }
    edit(tensors);
    Must(WriteSafetensors(file, tensors));
    NoteChecksums(checkpoint_);
  }
  static SafetensorsTensor& Named(std::vector<SafetensorsTensor>& tensors,
                                  const std::string& name) {
    for (SafetensorsTensor& tensor : tensors) {
      if (tensor.name == name) return tensor;
    }
    throw std::runtime_error("no tensor " + name);
  }
  std::vector<std::string> NamesInFolder() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  Configuration configuration_ = TinyConfiguration();
  Trainer trainer_;
  TrainingState state_;
  fs::path checkpoint_ = folder_ / "step-000000005";
};

TEST_F(CheckpointTest, WhatIsLoadedIsWhatWasSavedBitForBit) {
  Save();
  Trainer other(TinyConfiguration({{"seed", "9"}}), kVocabulary, torch::kCPU);
  Must(Load(other));
  EXPECT_THAT(Differing(Parameters(trainer_), Parameters(other)), IsEmpty());
  EXPECT_THAT(Differing(Moments(trainer_), Moments(other)), IsEmpty());
  const std::vector<SiteState> sites = SiteStates(other.model());
  ASSERT_EQ(sites.size(), 2u);
  EXPECT_EQ(sites[0].constraint, "row_softmax");
  EXPECT_EQ(sites[0].outgoing, "sinkhorn");
  EXPECT_EQ(sites[0].blend.start, 3);
  EXPECT_EQ(sites[0].blend.steps, 4);
  EXPECT_EQ(sites[1].constraint, "sinkhorn:iterations=3");
  EXPECT_EQ(sites[1].outgoing, "");
}

TEST_F(CheckpointTest, TheNextFiveStepsAreTheSameAcrossTheEndOfABlend) {
  Save();
  Trainer other(configuration_, kVocabulary, torch::kCPU);
  Must(Load(other));
  EXPECT_EQ(Steps(other, 5, 10), Steps(trainer_, 5, 10));
  EXPECT_FALSE(other.model()->sites[0]->blend().has_value());
  EXPECT_THAT(Differing(Parameters(trainer_), Parameters(other)), IsEmpty());
  EXPECT_THAT(Differing(Moments(trainer_), Moments(other)), IsEmpty());
}

TEST_F(CheckpointTest, LoadsOverATrainerThatIsInAnotherBlend) {
  Save();
  Trainer other(configuration_, kVocabulary, torch::kCPU);
  const SiteMeans means = Probe(configuration_).Means(other.Trace(RandomBatch(configuration_, 1)));
  ChangeConstraint(other.model(), {}, Must(ParseConstraint("unconstrained")),
                   {Transfer::Kind::kBlend, 9}, means, 3);
  other.optimizer().Rebuild();
  TrainSteps(other, configuration_, 1, 2);
  Must(Load(other));
  EXPECT_EQ(Steps(other, 5, 10), Steps(trainer_, 5, 10));
}

TEST_F(CheckpointTest, TheStateReadsBackWithEveryDigit) {
  Save();
  const TrainingState read = Must(ReadTrainingState(Must(OpenFolder::Open(checkpoint_)), 5));
  EXPECT_EQ(read.step, 5);
  EXPECT_EQ(read.learning_rate, 0.1);
  EXPECT_EQ(read.on_nonfinite, "roll_back");
  EXPECT_EQ(read.seconds, 1.0 / 3.0);
  EXPECT_EQ(read.last_intervention, 17);
  EXPECT_EQ(read.data_hash, "0123456789abcdef");
  EXPECT_EQ(read.sites.size(), 2u);
}

TEST_F(CheckpointTest, SavingChangesNothingAndGivesTheSameBytesAgain) {
  const NamedTensors before = Parameters(trainer_);
  Save();
  EXPECT_THAT(Differing(before, Parameters(trainer_)), IsEmpty());
  Must(SaveAs("again"));
  for (const char* file : {"model.safetensors", "optimizer.safetensors", "state.json"}) {
    EXPECT_EQ(Read(checkpoint_ / file), Read(folder_ / "again" / file)) << file;
  }
}

TEST_F(CheckpointTest, AMissingTensorIsNamedWithItsFile) {
  for (const char* name : {"head.weight", "sites.0.outgoing.predictor.bias"}) {
    fs::remove_all(checkpoint_);
    Save();
    Rewrite("model.safetensors", [&](auto& tensors) { Named(tensors, name).name = "ghost"; });
    EXPECT_THAT(Refusal(), AllOf(HasSubstr("step-000000005/model.safetensors"), HasSubstr(name),
                                 HasSubstr("missing")));
  }
}

TEST_F(CheckpointTest, ATensorTooManyIsRefusedWithTheFile) {
  Save();
  Rewrite("model.safetensors", [&](auto& tensors) {
    tensors.push_back({"ghost", ElementType::kF32, {0}, {}});
  });
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("model.safetensors"), HasSubstr("tensors")));
}

TEST_F(CheckpointTest, ATensorOfAnotherShapeIsNamedWithItsFile) {
  Save();
  Rewrite("model.safetensors", [&](auto& tensors) {
    SafetensorsTensor& head = Named(tensors, "head.weight");
    std::swap(head.shape[0], head.shape[1]);
  });
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("model.safetensors"), HasSubstr("head.weight")));
}

TEST_F(CheckpointTest, ATensorOfAnotherTypeIsNamedWithItsFile) {
  Save();
  Rewrite("model.safetensors", [&](auto& tensors) {
    SafetensorsTensor& head = Named(tensors, "head.weight");
    head.type = ElementType::kF64;
    head.shape[0] /= 2;
  });
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("model.safetensors"), HasSubstr("head.weight")));
}

TEST_F(CheckpointTest, MomentsThatDoNotFitAreNamedWithTheirFile) {
  Save();
  Rewrite("optimizer.safetensors", [&](auto& tensors) {
    std::erase_if(tensors, [](const auto& t) { return t.name == "norm.weight.exp_avg"; });
  });
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("optimizer.safetensors"), HasSubstr("norm.weight")));
}

TEST_F(CheckpointTest, AFileThatIsCutOffOrMissingIsNamed) {
  for (const char* name : {"model.safetensors", "optimizer.safetensors"}) {
    for (const double share : {0.0, 0.001, 0.5, 0.999}) {
      fs::remove_all(checkpoint_);
      Save();
      const auto size = static_cast<double>(fs::file_size(checkpoint_ / name));
      fs::resize_file(checkpoint_ / name, static_cast<std::uintmax_t>(share * size));
      EXPECT_THAT(Refusal(), HasSubstr(name)) << share;
    }
    fs::remove(checkpoint_ / name);
    EXPECT_THAT(Refusal(), HasSubstr(name));
  }
  fs::remove(checkpoint_ / "state.json");
  EXPECT_THAT(Refusal(), HasSubstr("state.json"));
  fs::remove_all(checkpoint_);
  EXPECT_THAT(Refusal(), HasSubstr("step-000000005"));
}

TEST_F(CheckpointTest, ADamagedStateIsNamed) {
  Save();
  // As one of before there were checksums, which would speak first.
  auto json = nlohmann::ordered_json::parse(Read(checkpoint_ / "state.json"));
  json.erase("checksum");
  const std::string good = json.dump(1);
  const auto without = [&](const std::string& from, const std::string& to) {
    const auto at = good.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return std::string(good).replace(at, from.size(), to);
  };
  const std::vector<std::string> damaged = {
      "",
      "{",
      "[]",
      good.substr(0, good.size() / 2),
      std::string(100, '\0'),
      "{}",
      "{\"version\": 1}",
      without("\"version\": 1", "\"version\": 2"),
      without("\"step\": 5", "\"step\": \"five\""),
      without("\"learning_rate\": 0.1", "\"learning_rate\": {}"),
      without("\"data_hash\"", "\"data_hsah\""),
      without("\"blend_steps\": 4", "\"blend_steps\": []"),
      without("\"row_softmax\"", "\"row_hardmax\""),
      without("\"outgoing\": \"sinkhorn\"", "\"outgoing\": \"sinkhole\"")};
  for (const std::string& text : damaged) {
    Write("step-000000005/state.json", text);
    EXPECT_THAT(Refusal(), HasSubstr("step-000000005/state.json")) << text;
  }
}

TEST_F(CheckpointTest, AVersionThatIsNoNumberIsAnErrorAndNoException) {
  Save();
  for (const char* version : {"\"one\"", "[1]", "{}"}) {
    Write("step-000000005/state.json", std::string("{\"version\": ") + version + "}");
    std::string refusal;
    EXPECT_NO_THROW(refusal = Refusal()) << version;
    EXPECT_THAT(refusal, HasSubstr("state.json")) << version;
  }
}

TEST_F(CheckpointTest, AStateOfAnotherModelIsRefused) {
  state_.sites.pop_back();
  Save();
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("state.json"), HasSubstr("1 sites, expected 2")));
}

TEST_F(CheckpointTest, ASaveThatFailsLeavesNothingBehind) {
  Write("in-the-way", "a file");
  const Status blocked = SaveAs("in-the-way");
  ASSERT_FALSE(blocked.has_value());
  EXPECT_THAT(blocked.error().message, HasSubstr("in-the-way"));
  EXPECT_EQ(Read(folder_ / "in-the-way"), "a file");

  Write("full/something", "kept");
  EXPECT_FALSE(SaveAs("full").has_value());
  EXPECT_EQ(Read(folder_ / "full" / "something"), "kept");

  const std::string long_name(250, 'x');  // fits, but with .partial it does not
  EXPECT_FALSE(SaveAs(long_name).has_value());
  EXPECT_FALSE(SaveAs("none/step").has_value());
  EXPECT_THAT(NamesInFolder(), testing::UnorderedElementsAre("in-the-way", "full"));
}

TEST_F(CheckpointTest, AFlippedBitAnywhereIsFound) {
  Save();
  for (const char* name : {"model.safetensors", "optimizer.safetensors", "state.json"}) {
    const std::string good = Read(checkpoint_ / name);
    for (const std::size_t place : {good.size() / 3, good.size() / 2, good.size() - 3}) {
      std::string bad = good;
      bad[place] = static_cast<char>(bad[place] ^ 1);
      Write(fmt::format("step-000000005/{}", name), bad);
      EXPECT_THAT(Refusal(), HasSubstr(name)) << "byte " << place;
    }
    Write(fmt::format("step-000000005/{}", name), good);
  }
  EXPECT_EQ(Refusal(), "accepted");
}

TEST_F(CheckpointTest, OneOfAnEarlierVersionLoadsWithoutChecksums) {
  Save();
  auto json = nlohmann::ordered_json::parse(Read(checkpoint_ / "state.json"));
  json.erase("checksums");
  json.erase("checksum");
  Write("step-000000005/state.json", json.dump());
  EXPECT_EQ(Refusal(), "accepted");
  EXPECT_THAT(Must(ReadTrainingState(Must(OpenFolder::Open(checkpoint_)), 5)).checksums, IsEmpty());
}

TEST_F(CheckpointTest, NumbersThatNoTrainingLeavesAreDamage) {
  Save();
  const float nan = std::nanf(""), negative = -1.0f;
  const auto with = [&](const std::string& file, const std::string& name, float value) {
    std::vector<std::byte> bytes;
    Rewrite(file, [&](std::vector<SafetensorsTensor>& tensors) {
      SafetensorsTensor& tensor = Named(tensors, name);
      bytes.assign(tensor.bytes.begin(), tensor.bytes.end());
      std::memcpy(bytes.data() + 4, &value, sizeof value);
      tensor.bytes = bytes;
    });
    const std::string refusal = Refusal();
    Must(Must(OpenFolder::Open(folder_)).RemoveFolder("step-000000005"));
    Save();
    return refusal;
  };
  EXPECT_THAT(with("model.safetensors", "head.weight", nan),
              AllOf(HasSubstr("head.weight"), HasSubstr("not finite")));
  EXPECT_THAT(with("optimizer.safetensors", "head.weight.exp_avg", nan), HasSubstr("head.weight"));
  EXPECT_THAT(with("optimizer.safetensors", "head.weight.exp_avg_sq", negative),
              HasSubstr("below 0"));
}

// A save is whole or is not there, whichever of its calls is refused.
TEST_F(CheckpointTest, WhicheverCallOfASaveFailsTheOneBeforeStaysAndNothingHalfAppears) {
  Save();
  std::int64_t calls = 0;
  {
    const FailingCalls counting({.from = 1'000'000});
    Must(SaveAs("counted"));
    calls = counting.seen();
  }
  ASSERT_GT(calls, 10);
  for (std::int64_t k = 1; k <= calls; ++k) {
    const std::string name = fmt::format("try-{}", k);
    Status saved;
    {
      const FailingCalls failing({.from = k, .to = k});
      saved = SaveAs(name);
    }
    const bool there = fs::exists(folder_ / name);
    // Only the sync of the folder's names, the last call, fails after the rename.
    EXPECT_EQ(there, k == calls) << "call " << k;
    EXPECT_FALSE(saved.has_value()) << "call " << k;
    EXPECT_TRUE(saved.has_value() || saved.error().may_pass) << "call " << k;
    EXPECT_FALSE(fs::exists(folder_ / (name + ".partial"))) << "call " << k;
  }
  EXPECT_EQ(Refusal(), "accepted");
}

TEST_F(CheckpointTest, WhatADeadProcessLeftHalfWrittenIsReplaced) {
  Write("step-000000005.partial/model.safetensors", "half");
  Save();
  EXPECT_EQ(Refusal(), "accepted");
  EXPECT_THAT(NamesInFolder(), testing::ElementsAre("step-000000005"));
}

}  // namespace
}  // namespace mhc
