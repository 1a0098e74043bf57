#include "core/record/record/record_events.h"

#include <fmt/format.h>

#include <limits>
#include <map>

#include "core/record/configuration/site_list.h"
#include "core/record/record/record_cells.h"
#include "core/record/record/record_file.h"

namespace mhc {
namespace {

constexpr std::int64_t kMostSites = 65536;

// Recorded texts were checked by the engine that wrote them; those of a stranger are checked here.
template <class T>
T Require(Result<T> result, const char* column) {
  if (!result) ThrowDamaged(fmt::format("intervention {}: {}", column, result.error().message));
  return *std::move(result);
}

// The value in the type that its kind declares; the text itself for a kind that we do not know.
Value ValueOf(const std::string& kind, const std::string& text) {
  const InterventionKind* known = FindInterventionKind(kind);
  if (known == nullptr || std::holds_alternative<std::string>(known->value.fallback)) return text;
  return Require(Check(known->value, FromText(known->value, text)), "value");
}

Value RefusedValueOf(const std::string& kind, const std::string& text) {
  const InterventionKind* known = FindInterventionKind(kind);
  if (known == nullptr) return text;
  return Check(known->value, FromText(known->value, text)).value_or(Value(text));
}

Intervention InterventionRow(SQLite::Statement& row) {
  Intervention intervention;
  InterventionRequest& request = intervention.request;
  intervention.number = IntegerCell(row.getColumn(0));
  request.id = TextCell(row.getColumn(1));
  intervention.segment = IntegerCell(row.getColumn(2));
  intervention.step = IntegerCell(row.getColumn(3));
  request.kind = TextCell(row.getColumn(4));
  intervention.value_text = TextCell(row.getColumn(5));
  const std::string sites = TextCell(row.getColumn(6));
  if (!sites.empty()) request.sites = Require(ParseSites(sites, kMostSites), "sites");
  request.transfer = Require(ParseTransfer(TextCell(row.getColumn(7))), "transfer");
  request.origin = TextCell(row.getColumn(8));
  intervention.applied = TextCell(row.getColumn(9)) == "applied";
  intervention.undone = IntegerCell(row.getColumn(10)) != 0;
  intervention.reason = TextCell(row.getColumn(11));
  intervention.matrix_jump = NumberCell(row.getColumn(12));
  intervention.unmatched = NumberCell(row.getColumn(13));
  intervention.matrix_jump_by_site = NumbersCell(row.getColumn(14));
  intervention.unmatched_by_site = NumbersCell(row.getColumn(15));
  intervention.time = NumberCell(row.getColumn(16)).value_or(0.0);
  // A refused request may carry any value; only what was applied must be of its kind's type.
  request.value = intervention.applied ? ValueOf(request.kind, intervention.value_text)
                                       : RefusedValueOf(request.kind, intervention.value_text);
  return intervention;
}

}  // namespace

void WriteIntervention(SQLite::Database& database, const Intervention& intervention,
                       std::int64_t segment) {
  const InterventionRequest& request = intervention.request;
  SQLite::Statement insert(
      database,
      "INSERT INTO intervention (id, segment, step, kind, value, sites, transfer, origin, outcome, "
      "undone, reason, matrix_jump, unmatched, matrix_jump_by_site, unmatched_by_site, time) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING");
  insert.bind(1, request.id);
  insert.bind(2, segment);
  insert.bind(3, intervention.step);
  insert.bind(4, request.kind);
  insert.bind(5, intervention.value_text.empty() ? ValueText(request) : intervention.value_text);
  insert.bind(6, SitesToText(request.sites));
  insert.bind(7, ToText(request.transfer));
  insert.bind(8, request.origin);
  insert.bind(9, intervention.applied ? "applied" : "refused");
  insert.bind(10, intervention.undone ? 1 : 0);
  insert.bind(11, intervention.reason);
  BindNumber(insert, 12, intervention.matrix_jump);
  BindNumber(insert, 13, intervention.unmatched);
  insert.bind(14, NumbersText(intervention.matrix_jump_by_site));
  insert.bind(15, NumbersText(intervention.unmatched_by_site));
  insert.bind(16, intervention.time);
  insert.exec();
}

void RefuseIntervention(SQLite::Database& database, const std::string& id,
                        const std::string& reason) {
  SQLite::Statement update(
      database,
      "UPDATE intervention SET outcome = 'refused', reason = ?, matrix_jump = NULL, unmatched = "
      "NULL, matrix_jump_by_site = ?, unmatched_by_site = ? WHERE id = ? AND outcome = 'applied'");
  update.bind(1, reason);
  update.bind(2, NumbersText({}));
  update.bind(3, NumbersText({}));
  update.bind(4, id);
  update.exec();
}

std::vector<Intervention> ReadInterventions(SQLite::Database& database,
                                            const std::optional<std::string>& request_id) {
  SQLite::Statement query(
      database,
      fmt::format("SELECT number, id, segment, step, kind, value, sites, transfer, origin, "
                  "outcome, undone, reason, matrix_jump, unmatched, matrix_jump_by_site, "
                  "unmatched_by_site, time FROM intervention {} ORDER BY number",
                  request_id ? "WHERE id = ?" : ""));
  if (request_id) query.bind(1, *request_id);
  std::vector<Intervention> rows;
  while (query.executeStep()) rows.push_back(InterventionRow(query));
  return rows;
}

std::vector<SegmentRow> ReadSegments(SQLite::Database& database) {
  SQLite::Statement query(database, "SELECT id, first_step, reason FROM segment ORDER BY id");
  std::vector<SegmentRow> rows;
  while (query.executeStep()) {
    rows.push_back({IntegerCell(query.getColumn(0)), IntegerCell(query.getColumn(1)),
                    TextCell(query.getColumn(2))});
  }
  return rows;
}

std::vector<Alert> ReadAlerts(SQLite::Database& database) {
  SQLite::Statement query(database,
                          "SELECT segment, step, kind, text, time FROM alert ORDER BY number");
  std::vector<Alert> rows;
  while (query.executeStep()) {
    rows.push_back({IntegerCell(query.getColumn(0)), IntegerCell(query.getColumn(1)),
                    TextCell(query.getColumn(2)), TextCell(query.getColumn(3)),
                    NumberCell(query.getColumn(4)).value_or(0.0)});
  }
  return rows;
}

std::vector<CheckpointRow> ReadAllCheckpoints(SQLite::Database& database) {
  SQLite::Statement query(
      database, "SELECT segment, step, reason, time, removed FROM checkpoint ORDER BY number");
  std::vector<CheckpointRow> rows;
  while (query.executeStep()) {
    rows.push_back({IntegerCell(query.getColumn(0)), IntegerCell(query.getColumn(1)),
                    TextCell(query.getColumn(2)), NumberCell(query.getColumn(3)).value_or(0.0),
                    IntegerCell(query.getColumn(4)) != 0});
  }
  return rows;
}

std::vector<CheckpointRow> ReadCheckpoints(SQLite::Database& database,
                                           const std::vector<SegmentRow>& segments) {
  // A state belongs to the latest timeline where training did not go back behind it later.
  std::map<std::int64_t, std::int64_t> limits;
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = segments.size(); i-- > 0;) {
    limits[segments[i].id] = limit;
    limit = std::min(limit, segments[i].first_step);
  }
  std::map<std::int64_t, CheckpointRow> by_step;
  for (CheckpointRow& row : ReadAllCheckpoints(database)) {
    const auto known = limits.find(row.segment);
    const bool counts = !row.removed && known != limits.end() && row.step <= known->second;
    if (counts) by_step[row.step] = std::move(row);
  }
  std::vector<CheckpointRow> rows;
  rows.reserve(by_step.size());
  for (auto& [step, row] : by_step) rows.push_back(std::move(row));
  return rows;
}

}  // namespace mhc
