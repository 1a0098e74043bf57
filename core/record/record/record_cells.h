// Numbers and arrays as cells of a record: NaN is the text 'nan' (SQLite would turn a NaN into
// NULL), NULL means "not measured", arrays are float32 blobs with their shape as a text. Internal
// to core/record; functions throw SQLite::Exception where a cell is not what it must be.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>
#include <vector>

#include "core/record/record/step_record.h"

namespace mhc {

void BindNumber(SQLite::Statement& statement, int index, const std::optional<double>& value);
std::optional<double> NumberCell(const SQLite::Column& cell);
std::int64_t IntegerCell(const SQLite::Column& cell);
std::string TextCell(const SQLite::Column& cell);

// "8,4,4"; a number alone has the shape "".
std::string ShapeText(const std::vector<std::int64_t>& shape);
// kind, shape, data are the columns from `first` on; the size is checked against the shape.
Snapshot SnapshotCells(SQLite::Statement& row, int first);

// Doubles as a blob and back.
std::vector<double> DoublesCell(const SQLite::Column& cell);

// [0.5,"nan",1e-09]
std::string NumbersText(const std::vector<double>& numbers);
std::vector<double> NumbersCell(const SQLite::Column& cell);

}  // namespace mhc
