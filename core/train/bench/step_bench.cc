#include "core/train/bench/step_bench.h"

#include <deque>

#include "core/train/bench/scratch_record.h"
#include "core/train/bench/timed_trainer.h"
#include "core/train/energy_meter.h"

namespace mhc {
namespace {

constexpr int kWarmUpSteps = 2;

class SideBySide {
 public:
  SideBySide(const std::vector<BenchModel>& models, const TokenData& data,
             const torch::Device& device, const StepBenchSettings& settings)
      : settings_(settings), energy_(settings.energy_zones) {
    for (const BenchModel& model : models) trainers_.emplace_back(model, data, device);
  }

  Status WarmUp() {
    for (TimedTrainer& trainer : trainers_) {
      for (int step = 0; step < kWarmUpSteps; ++step) {
        if (const auto taken = trainer.Step(); !taken) return tl::unexpected(taken.error());
      }
    }
    return {};
  }

  // Begins with another model each time, so that none has always the same one before it.
  Status Round(std::size_t round) {
    if (settings_.peer) {
      const auto peer_ms = settings_.peer();
      if (!peer_ms) return tl::unexpected(peer_ms.error());
      peer_ms_.push_back(*peer_ms);
    }
    for (std::size_t i = 0; i < trainers_.size(); ++i) {
      TimedTrainer& trainer = trainers_[(round + i) % trainers_.size()];
      if (auto status = TakeSteps(trainer); !status) return status;
    }
    return {};
  }

  StepTimes Medians() {
    StepTimes times;
    for (const TimedTrainer& trainer : trainers_) {
      times.step_ms.emplace_back(trainer.name(), Median(step_ms_.at(trainer.name())));
    }
    for (const auto& [name, rows] : rows_) times.parts[name] = MedianStepCost(rows).value();
    std::vector<double> probe;
    for (const StepRecord& row : rows_.at(std::string(kMhcModel))) {
      probe.push_back(*row.Get("probe_ms") / *row.Get("step_ms"));
    }
    times.probe_share = Median(probe);
    if (!peer_ms_.empty()) times.peer_step_ms = Median(peer_ms_);
    times.joules = Joules();
    return times;
  }

  // A row after each of some steps of `mhc`, as a run appends them.
  Result<double> RecordMs() {
    for (TimedTrainer& trainer : trainers_) {
      if (trainer.name() == kMhcModel) return RecordMs(trainer);
    }
    return Fail("no model of that name");
  }

 private:
  Result<std::map<std::string, double>> Joules() const {
    if (!energy_.tells()) return Fail("{}", energy_.reason());
    std::map<std::string, double> medians;
    for (const auto& [name, joules] : joules_) medians[name] = Median(joules);
    return medians;
  }

  Status TakeSteps(TimedTrainer& trainer) {
    (void)energy_.JoulesSinceLast();
    for (std::int64_t step = 0; step < settings_.steps; ++step) {
      const auto step_ms = trainer.Step();
      if (!step_ms) return tl::unexpected(step_ms.error());
      step_ms_[trainer.name()].push_back(*step_ms);
    }
    if (const auto joules = energy_.JoulesSinceLast()) {
      joules_[trainer.name()].push_back(*joules / static_cast<double>(settings_.steps));
    }
    if (trainer.name() != kMhcModel && trainer.name() != kPlainModel) return {};
    auto row = trainer.StepWithProbe();
    if (!row) return tl::unexpected(row.error());
    rows_[trainer.name()].push_back(*std::move(row));
    return {};
  }

  Result<double> RecordMs(TimedTrainer& trainer) {
    auto record = ScratchRecord::Create(trainer.configuration());
    if (!record) return tl::unexpected(record.error());
    std::vector<double> append_ms;
    for (std::int64_t row = 0; row < settings_.rounds; ++row) {
      const auto step = trainer.StepWithProbe();
      if (!step) return tl::unexpected(step.error());
      const auto appended = record->Append(*step);
      if (!appended) return appended;
      append_ms.push_back(*appended);
    }
    return Median(append_ms);
  }

  const StepBenchSettings& settings_;
  std::deque<TimedTrainer> trainers_;
  std::map<std::string, std::vector<double>> step_ms_;   // by model
  std::map<std::string, std::vector<StepRecord>> rows_;  // of `mhc` and `plain`
  std::vector<double> peer_ms_;
  EnergyMeter energy_;
  std::map<std::string, std::vector<double>> joules_;  // a step, by model
};

}  // namespace

double StepTimes::StepMs(std::string_view model) const {
  for (const auto& [name, milliseconds] : step_ms) {
    if (name == model) return milliseconds;
  }
  TORCH_INTERNAL_ASSERT(false, "no model ", model);
}

Result<StepTimes> TimeSteps(const std::vector<BenchModel>& models, const TokenData& data,
                            const torch::Device& device, const StepBenchSettings& settings) {
  SideBySide bench(models, data, device, settings);
  if (auto status = bench.WarmUp(); !status) return tl::unexpected(status.error());
  for (std::int64_t round = 0; round < settings.rounds; ++round) {
    const auto status = bench.Round(static_cast<std::size_t>(round));
    if (!status) return tl::unexpected(status.error());
  }
  StepTimes times = bench.Medians();
  times.record_share = bench.RecordMs().map(
      [&](double milliseconds) { return milliseconds / times.StepMs(kMhcModel); });
  return times;
}

}  // namespace mhc
