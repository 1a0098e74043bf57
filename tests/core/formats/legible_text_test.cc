#include "core/formats/legible_text.h"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <optional>

namespace mhc {
namespace {

// The locale of the environment while it lives; nullptr: not set.
class Locale {
 public:
  Locale(const char* all, const char* type, const char* lang) {
    Set("LC_ALL", all, all_);
    Set("LC_CTYPE", type, type_);
    Set("LANG", lang, lang_);
  }
  ~Locale() {
    std::optional<std::string> ignored;
    Set("LC_ALL", all_ ? all_->c_str() : nullptr, ignored);
    Set("LC_CTYPE", type_ ? type_->c_str() : nullptr, ignored);
    Set("LANG", lang_ ? lang_->c_str() : nullptr, ignored);
  }

 private:
  static void Set(const char* name, const char* value, std::optional<std::string>& before) {
    if (const char* old = getenv(name)) before = old;
    if (value == nullptr) {
      unsetenv(name);
    } else {
      setenv(name, value, 1);
    }
  }
  std::optional<std::string> all_, type_, lang_;
};

bool IsUtf8(const char* all, const char* type, const char* lang) {
  const Locale locale(all, type, lang);
  return LocaleIsUtf8();
}

TEST(LegibleText, TheFirstLocaleThatIsSetSaysWhetherItIsUtf8) {
  EXPECT_TRUE(IsUtf8(nullptr, nullptr, "de_DE.UTF-8"));
  EXPECT_TRUE(IsUtf8(nullptr, "C.utf8", "C"));
  EXPECT_TRUE(IsUtf8("", "", "en_US.UTF-8"));
  EXPECT_FALSE(IsUtf8("C", "de_DE.UTF-8", "de_DE.UTF-8"));
  EXPECT_FALSE(IsUtf8(nullptr, nullptr, "de_DE.ISO-8859-1"));
  EXPECT_FALSE(IsUtf8(nullptr, nullptr, nullptr));
}

TEST(LegibleText, SignsAreWrittenInAsciiWhereTheLocaleHasNoUtf8) {
  EXPECT_EQ(AsciiText("3.0 × 10⁻⁴ ± 2"), "3.0 x 10^-4 +- 2");
  EXPECT_EQ(AsciiText("10¹⁶ n² λ₂ ≤ 1 …"), "10^16 n^2 lambda2 <= 1 ...");
  EXPECT_EQ(AsciiText("‖H − I‖"), "||H - I||");
  EXPECT_EQ(AsciiText("é 中"), "? ?");
  EXPECT_EQ(AsciiText("\xFF plain"), "? plain");
  {
    const Locale c("C", nullptr, nullptr);
    EXPECT_EQ(LegibleText("n×n"), "nxn");
  }
  const Locale utf8("C.UTF-8", nullptr, nullptr);
  EXPECT_EQ(LegibleText("n×n"), "n×n");
}

TEST(LegibleText, CountsTheCellsOfATerminal) {
  EXPECT_EQ(TerminalCells("plain"), 5u);
  EXPECT_EQ(TerminalCells("größe"), 5u);
  EXPECT_EQ(TerminalCells("e\u0301"), 1u);
  EXPECT_EQ(TerminalCells("中文"), 4u);
  EXPECT_EQ(TerminalCells("\xFF"), 1u);
}

}  // namespace
}  // namespace mhc
