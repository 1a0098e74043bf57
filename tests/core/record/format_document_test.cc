// FORMAT.md is made by hand; this holds it to the declarations.
#include <gmock/gmock.h>

#include <fstream>

#include "core/record/record/snapshot_kinds.h"
#include "core/record/record/step_record.h"

namespace mhc {
namespace {

std::string Document() {
  std::ifstream file(std::string(MHC_SOURCE_DIR) + "/core/record/FORMAT.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

// As a cell of a Markdown table.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) cell += c == '|' ? std::string("\\|") : std::string(1, c);
  return cell;
}

TEST(FormatDocument, SaysWhatEveryColumnAndEveryKindOfSnapshotMeans) {
  const std::string document = Document();
  for (const StepColumn& column : StepColumns()) {
    EXPECT_THAT(document,
                ::testing::HasSubstr("| `" + std::string(column.name) + "` | " +
                                     std::string(column.unit) + " | " + Cell(column.text) + " |"));
  }
  for (const SnapshotKind& kind : SnapshotKinds()) {
    EXPECT_THAT(document, ::testing::HasSubstr("| `" + std::string(kind.name) + "` | " +
                                               std::string(kind.shape) + " | " +
                                               std::string(kind.text) + " |"));
  }
}

}  // namespace
}  // namespace mhc
