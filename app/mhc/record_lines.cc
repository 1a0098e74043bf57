#include "app/mhc/record_lines.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/formats/json_text.h"
#include "core/record/run/run_status.h"

namespace mhc {
namespace {

using nlohmann::ordered_json;

constexpr int kRowsAtOnce = 4096;

std::string StepLine(const StepRecord& row) {
  ordered_json line = {{"step", row.step}, {"segment", row.segment}};
  const auto columns = StepColumns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& value = row.values[i];
    line[std::string(columns[i].name)] = value ? ordered_json(*value) : ordered_json(nullptr);
  }
  return DumpJson(std::move(line));
}

}  // namespace

RecordLines::RecordLines(RecordReader& reader, std::int64_t since)
    : reader_(reader), since_(since) {}

Result<std::vector<RecordLines::Event>> RecordLines::NewEvents() {
  std::vector<Event> events;
  const auto add = [&](const char* kind, std::int64_t segment, std::int64_t step, double time,
                       ordered_json body) {
    std::string line = DumpJson({{kind, std::move(body)}});
    if (step >= since_ && said_.insert(line).second) {
      events.push_back({segment, step, time, std::move(line)});
    }
  };
  const auto interventions = reader_.Interventions();
  if (!interventions) return tl::unexpected(interventions.error());
  for (const Intervention& row : *interventions) {
    add("intervention", row.segment, row.step, row.time, ToJson(row));
  }
  const auto alerts = reader_.Alerts();
  if (!alerts) return tl::unexpected(alerts.error());
  for (const Alert& row : *alerts) add("alert", row.segment, row.step, row.time, ToJson(row));
  const auto checkpoints = reader_.Checkpoints();
  if (!checkpoints) return tl::unexpected(checkpoints.error());
  for (const CheckpointRow& row : *checkpoints) {
    add("checkpoint", row.segment, row.step, row.time, ToJson(row));
  }
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return std::tie(a.segment, a.step, a.time) < std::tie(b.segment, b.step, b.time);
  });
  return events;
}

Status RecordLines::SayNew(const std::function<Status(const std::string& line)>& say) {
  // Events are read before the rows, so that the row of an event's step is there already.
  const auto events = NewEvents();
  if (!events) return tl::unexpected(events.error());
  auto event = events->begin();
  while (true) {
    const auto rows = reader_.RowsAfter(segment_, step_, kRowsAtOnce);
    if (!rows) return tl::unexpected(rows.error());
    for (const StepRecord& row : *rows) {
      for (; event != events->end() &&
             std::tie(event->segment, event->step) < std::tie(row.segment, row.step);
           ++event) {
        if (auto said = say(event->line); !said) return said;
      }
      segment_ = row.segment;
      step_ = row.step;
      if (row.step <= since_) continue;
      if (auto said = say(StepLine(row)); !said) return said;
    }
    if (rows->size() < kRowsAtOnce) break;
  }
  for (; event != events->end(); ++event) {
    if (auto said = say(event->line); !said) return said;
  }
  return {};
}

}  // namespace mhc
