// Interventions, alerts, checkpoints and segments as rows. Internal to core/record; functions throw
// SQLite::Exception.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>
#include <vector>

#include "core/record/record/record_reader.h"
#include "core/record/record/record_timeline.h"

namespace mhc {

// Nothing is written where an outcome of the request's id is already there.
void WriteIntervention(SQLite::Database& database, const Intervention& intervention,
                       std::int64_t segment);
// Turns the applied intervention of this id into a refused one, which moved nothing.
void RefuseIntervention(SQLite::Database& database, const std::string& id,
                        const std::string& reason);
// By number; only that of `request_id` where one is given.
std::vector<Intervention> ReadInterventions(SQLite::Database& database,
                                            const std::optional<std::string>& request_id);

std::vector<SegmentRow> ReadSegments(SQLite::Database& database);
std::vector<Alert> ReadAlerts(SQLite::Database& database);
std::vector<CheckpointRow> ReadAllCheckpoints(SQLite::Database& database);  // by number
// Those that were not removed, of steps that the latest timeline went through, ascending.
std::vector<CheckpointRow> ReadCheckpoints(SQLite::Database& database,
                                           const std::vector<SegmentRow>& segments);

}  // namespace mhc
