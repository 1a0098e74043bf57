#include "core/record/record/record_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "core/record/record/record_file.h"
#include "core/record/record/step_record.h"

namespace mhc {
namespace {

constexpr const char* kTables = R"sql(
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT
) WITHOUT ROWID;
CREATE TABLE segment (
  id INTEGER PRIMARY KEY,
  first_step INTEGER NOT NULL,
  reason TEXT NOT NULL,
  time REAL NOT NULL
);
CREATE TABLE snapshot (
  segment INTEGER NOT NULL,
  step INTEGER NOT NULL,
  kind TEXT NOT NULL,
  shape TEXT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (kind, segment, step)
);
CREATE TABLE chunk (
  segment INTEGER NOT NULL,
  "column" TEXT NOT NULL,
  first_step INTEGER NOT NULL,
  count INTEGER NOT NULL,
  finite INTEGER NOT NULL,
  non_finite INTEGER NOT NULL,
  minimum REAL,
  maximum REAL,
  data BLOB,
  PRIMARY KEY ("column", segment, first_step)
);
CREATE TABLE intervention (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  segment INTEGER NOT NULL,
  step INTEGER NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  sites TEXT NOT NULL,
  transfer TEXT NOT NULL,
  origin TEXT NOT NULL,
  outcome TEXT NOT NULL,
  undone INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL,
  matrix_jump REAL,
  unmatched REAL,
  matrix_jump_by_site TEXT NOT NULL,
  unmatched_by_site TEXT NOT NULL,
  time REAL NOT NULL
);
CREATE TABLE alert (
  number INTEGER PRIMARY KEY,
  segment INTEGER NOT NULL,
  step INTEGER NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  time REAL NOT NULL
);
CREATE TABLE checkpoint (
  number INTEGER PRIMARY KEY,
  segment INTEGER NOT NULL,
  step INTEGER NOT NULL,
  reason TEXT NOT NULL,
  time REAL NOT NULL,
  removed INTEGER NOT NULL DEFAULT 0
);
)sql";

// What every version has had; a record without them is not one.
struct RequiredTable {
  const char* name;
  std::vector<std::string> columns;
};

const std::vector<RequiredTable>& RequiredTables() {
  static const std::vector<RequiredTable> tables = {
      {"meta", {"key", "value"}},
      {"segment", {"id", "first_step", "reason", "time"}},
      {"step", {"segment", "step"}},
      {"snapshot", {"segment", "step", "kind", "shape", "data"}},
      {"chunk",
       {"segment", "column", "first_step", "count", "finite", "non_finite", "minimum", "maximum",
        "data"}},
      {"intervention",
       {"number", "id", "segment", "step", "kind", "value", "sites", "transfer", "origin",
        "outcome", "undone", "reason", "matrix_jump", "unmatched", "matrix_jump_by_site",
        "unmatched_by_site", "time"}},
      {"alert", {"number", "segment", "step", "kind", "text", "time"}},
      {"checkpoint", {"number", "segment", "step", "reason", "time", "removed"}},
  };
  return tables;
}

std::string StepTable() {
  std::string sql = "CREATE TABLE step (\n  segment INTEGER NOT NULL,\n  step INTEGER NOT NULL";
  for (const StepColumn& column : StepColumns()) {
    sql += fmt::format(",\n  {} REAL", SqlIdentifier(column.name));
  }
  return sql + ",\n  PRIMARY KEY (segment, step)\n) WITHOUT ROWID";
}

// For readers with plain SQL alone: ours look at the tables, since a stranger's view may be
// anything.
constexpr const char* kCurveView = R"sql(CREATE VIEW curve AS
SELECT step.* FROM step
WHERE NOT EXISTS (
  SELECT 1 FROM segment WHERE segment.id > step.segment AND segment.first_step < step.step
)
ORDER BY step.step)sql";

// Leaves a record with our view `curve`, unless something else that is no view has that name.
void EnsureCurveView(SQLite::Database& database) {
  {
    SQLite::Statement query(database,
                            "SELECT type, sql FROM sqlite_schema WHERE name = 'curve' COLLATE "
                            "NOCASE AND type IN ('table', 'view', 'index')");
    if (query.executeStep()) {
      if (query.getColumn(0).getString() != "view") return;
      if (query.getColumn(1).getString() == kCurveView) return;
      query.reset();
      database.exec("DROP VIEW curve");
    }
  }
  database.exec(kCurveView);
}

std::int64_t SchemaVersion(SQLite::Database& database) {
  SQLite::Statement query(database, "SELECT value FROM meta WHERE key = 'schema_version'");
  if (!query.executeStep()) ThrowDamaged("the record does not say its schema version");
  const std::string text = query.getColumn(0).getString();
  std::int64_t version = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), version);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || version < 1) {
    ThrowDamaged(fmt::format("the schema version is \"{}\", expected a number from 1 on",
                             text.substr(0, 100)));
  }
  return version;
}

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The chunks are by the column's name too.
void RenameStepColumn(SQLite::Database& database, const std::string& former,
                      const std::string& name) {
  database.exec(fmt::format("ALTER TABLE step RENAME COLUMN {} TO {}", SqlIdentifier(former),
                            SqlIdentifier(name)));
  SQLite::Statement chunks(database,
                           "UPDATE OR REPLACE chunk SET \"column\" = ? WHERE \"column\" = ?");
  chunks.bind(1, name);
  chunks.bind(2, former);
  chunks.exec();
}

// Ordinary columns only: a generated one would compute whatever a stranger wrote into it.
void CheckColumns(SQLite::Database& database, const RequiredTable& table) {
  SQLite::Statement query(database, "SELECT name, hidden FROM pragma_table_xinfo(?)");
  query.bind(1, table.name);
  std::vector<std::string> found;
  while (query.executeStep()) {
    if (query.getColumn(1).getInt() != 0) {
      ThrowDamaged(
          fmt::format("table {} has a column that is computed, expected stored ones", table.name));
    }
    found.push_back(query.getColumn(0).getString());
  }
  for (const std::string& column : table.columns) {
    if (!Contains(found, column)) {
      ThrowDamaged(fmt::format("table {} has no column {}", table.name, column));
    }
  }
}

void CheckTable(SQLite::Database& database, const RequiredTable& table) {
  SQLite::Statement query(database, "SELECT type, rootpage FROM sqlite_schema WHERE name = ?");
  query.bind(1, table.name);
  if (!query.executeStep()) ThrowDamaged(fmt::format("table {} is missing", table.name));
  // Virtual tables have no root page.
  if (query.getColumn(0).getString() != "table" || query.getColumn(1).getInt64() < 1) {
    ThrowDamaged(fmt::format("{} is not an ordinary table", table.name));
  }
  CheckColumns(database, table);
}

}  // namespace

void CreateSchema(SQLite::Database& database) {
  database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
  database.exec(kTables);
  database.exec(StepTable());
  EnsureCurveView(database);
  SQLite::Statement version(database, "INSERT INTO meta VALUES ('schema_version', ?)");
  version.bind(1, std::to_string(kSchemaVersion));
  version.exec();
}

void CheckSchema(SQLite::Database& database) {
  const std::int64_t id = database.execAndGet("PRAGMA application_id").getInt64();
  if (id != kApplicationId) {
    ThrowDamaged("this is the database of another program, not a record");
  }
  // Before the tables: a newer version may have others.
  CheckTable(database, RequiredTables().front());
  const std::int64_t version = SchemaVersion(database);
  if (version > kSchemaVersion) {
    ThrowDamaged(fmt::format(
        "the record has schema version {}, this program reads up to version {}: a newer mHC Lab "
        "opens it",
        version, kSchemaVersion));
  }
  for (const RequiredTable& table : RequiredTables()) CheckTable(database, table);
}

void UpgradeSchema(SQLite::Database& database) {
  for (const PresentColumn& column : PresentStepColumns(database)) {
    const std::string name(StepColumns()[static_cast<std::size_t>(column.index)].name);
    if (column.name != name) RenameStepColumn(database, column.name, name);
  }
  const std::vector<std::string> present = ColumnsOf(database, "step");
  for (const StepColumn& column : StepColumns()) {
    if (Contains(present, column.name)) continue;
    database.exec(fmt::format("ALTER TABLE step ADD COLUMN {} REAL", SqlIdentifier(column.name)));
  }
  EnsureCurveView(database);
  SQLite::Statement version(database, "UPDATE meta SET value = ? WHERE key = 'schema_version'");
  version.bind(1, std::to_string(kSchemaVersion));
  version.exec();
}

std::vector<PresentColumn> PresentStepColumns(SQLite::Database& database) {
  const std::vector<std::string> names = ColumnsOf(database, "step");
  std::vector<PresentColumn> present;
  for (std::size_t i = 0; i < StepColumns().size(); ++i) {
    const StepColumn& column = StepColumns()[i];
    for (const std::string_view name : {column.name, column.former_name}) {
      if (name.empty() || !Contains(names, name)) continue;
      present.push_back({static_cast<int>(i), std::string(name)});
      break;
    }
  }
  return present;
}

std::vector<std::string> ColumnsOf(SQLite::Database& database, const std::string& table) {
  SQLite::Statement query(database, "SELECT name FROM pragma_table_info(?)");
  query.bind(1, table);
  std::vector<std::string> names;
  while (query.executeStep()) names.push_back(query.getColumn(0).getString());
  return names;
}

}  // namespace mhc
