#include "core/formats/toml_depth.h"

#include <gmock/gmock.h>

namespace mhc {
namespace {

using testing::HasSubstr;

std::string Dotted(int parts) {
  std::string key = "a";
  for (int i = 1; i < parts; ++i) key += ".a";
  return key;
}

TEST(TomlDepth, KeysOfManyPartsAreRefusedWithTheirLine) {
  const std::string deep[] = {"\n[" + Dotted(50'000) + "]", "\n" + Dotted(33) + " = 1",
                              "\nx = {" + Dotted(33) + " = 1}", "\nx = 1\n[[" + Dotted(33) + "]]"};
  for (const std::string& text : deep) {
    const Status checked = CheckTomlDepth(text, "run.toml");
    ASSERT_FALSE(checked) << text.substr(0, 60);
    EXPECT_THAT(checked.error().message, HasSubstr("run.toml:")) << text.substr(0, 60);
  }
}

TEST(TomlDepth, DotsThatPartNoKeyAreNone) {
  const std::string dots(200, '.');
  const std::string fine[] = {Dotted(32) + " = 1",
                              "x = \"" + dots + "\"",
                              "x = '" + dots + "'",
                              "# " + dots,
                              "x = \"\"\"\n" + dots + "\n\"\"\"",
                              "x =  + dots + ",
                              "x = \"a\\\"" + dots + "\" # " + dots,
                              std::string("x = [1.5, 2.5, 3.5]\ny = 1.5")};
  for (const std::string& text : fine) {
    EXPECT_TRUE(CheckTomlDepth(text, "run.toml")) << text.substr(0, 60);
  }
}

}  // namespace
}  // namespace mhc
