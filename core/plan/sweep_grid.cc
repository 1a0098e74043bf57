#include "core/plan/sweep_grid.h"

#include <algorithm>
#include <string>
#include <utility>

namespace mhc {
namespace {

constexpr std::int64_t kMostBlocks = 4;

using Changes = std::vector<std::vector<Setting>>;

Setting Set(const char* key, std::int64_t value) { return {key, std::to_string(value)}; }

// As many channels a head as before, where that comes out.
std::vector<Setting> WithChannels(const Configuration& base, std::int64_t channels) {
  const std::int64_t width = base.model.channels / base.model.heads;
  return {Set("model.channels", channels),
          Set("model.heads", std::max<std::int64_t>(1, channels / width))};
}

Changes ChangesOf(const Configuration& base) {
  const std::int64_t channels = base.model.channels, batch = base.train.batch;
  Changes changes = {{}};
  for (const std::int64_t other : {channels / 4, channels / 2, 2 * channels}) {
    changes.push_back(WithChannels(base, other));
  }
  for (const std::int64_t blocks : {1, 2, 8}) changes.push_back({Set("model.blocks", blocks)});
  for (const std::int64_t other : {std::int64_t{1}, 2 * batch}) {
    if (other != batch) changes.push_back({Set("train.batch", other)});
  }
  return changes;
}

void AddTo(std::vector<Configuration>& grid, const std::string& base_text,
           std::vector<Setting> settings, std::int64_t threads) {
  settings.push_back(Set("threads", threads));
  // What the constraint or the shape does not allow is no point of the grid.
  const auto configuration = ParseConfiguration(base_text, "the sweep", settings);
  if (configuration) grid.push_back(*configuration);
}

}  // namespace

std::vector<Configuration> SweepGrid(const Configuration& configuration,
                                     const std::vector<std::int64_t>& threads) {
  Configuration base = configuration;
  base.model.blocks = std::min(base.model.blocks, kMostBlocks);
  const std::string text = ToToml(base);
  const Changes changes = ChangesOf(base);
  std::vector<Configuration> grid;
  for (const std::int64_t count : threads) {
    for (const std::vector<Setting>& change : changes) AddTo(grid, text, change, count);
    for (const std::int64_t streams : {2, 8}) {
      AddTo(grid, text, {Set("model.streams", streams)}, count);
    }
    for (std::vector<Setting> change : changes) {
      change.push_back({"mixing.connection", "residual"});
      AddTo(grid, text, std::move(change), count);
    }
  }
  return grid;
}

}  // namespace mhc
