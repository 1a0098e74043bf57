// A run's description as rows of table `meta`. Internal to core/record; throws SQLite::Exception.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>

#include "core/record/record/run_description.h"

namespace mhc {

void WriteMeta(SQLite::Database& database, const std::string& key, const std::string& value);
std::optional<std::string> ReadMeta(SQLite::Database& database, const std::string& key);

void WriteDescription(SQLite::Database& database, const RunDescription& description);
// Keys that an older record lacks keep their defaults.
RunDescription ReadDescription(SQLite::Database& database);

}  // namespace mhc
