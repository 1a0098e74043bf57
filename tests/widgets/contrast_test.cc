// Words are read on whatever is behind them: a ratio of 4.5 at least, light and dark.
#include <gtest/gtest.h>

#include <QApplication>
#include <QPalette>
#include <cmath>
#include <limits>
#include <vector>

#include "widgets/frame/color_scale.h"
#include "widgets/look/color_map.h"
#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr double kLeast = 4.5;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class ContrastTest : public testing::TestWithParam<Look::Mode> {
 protected:
  Look look_{GetParam()};
};

TEST(Contrast, IsThatOfTheWebsGuidelines) {
  EXPECT_NEAR(Contrast(QColor("#000000"), QColor("#FFFFFF")), 21.0, 1e-12);
  EXPECT_NEAR(Contrast(QColor("#777777"), QColor("#FFFFFF")), 4.478, 1e-3);
  EXPECT_EQ(Contrast(QColor("#123456"), QColor("#123456")), 1.0);
}

TEST_P(ContrastTest, EveryWordIsReadOnEverySurface) {
  const std::vector<QColor> surfaces = {look_.Color(Role::kWindow), look_.Color(Role::kSurface),
                                        look_.Color(Role::kHover), look_.CurrentRow()};
  for (const Role role : {Role::kText, Role::kQuietText, Role::kAccentText, Role::kGoodText,
                          Role::kWarningText, Role::kBad}) {
    for (const QColor& surface : surfaces) {
      EXPECT_GE(Contrast(look_.Color(role), surface), kLeast)
          << look_.Color(role).name().toStdString() << " on " << surface.name().toStdString();
    }
  }
  EXPECT_GE(Contrast(look_.Color(Role::kOnAccent), look_.Color(Role::kAccent)), kLeast);
}

// What Qt draws by itself, disabled and selected too.
TEST_P(ContrastTest, EveryGroupOfThePaletteIsRead) {
  look_.ApplyToApplication();
  const QPalette palette = QApplication::palette();
  const std::vector<std::pair<QPalette::ColorRole, QPalette::ColorRole>> pairs = {
      {QPalette::WindowText, QPalette::Window},
      {QPalette::Text, QPalette::Base},
      {QPalette::ButtonText, QPalette::Button},
      {QPalette::PlaceholderText, QPalette::Base},
      {QPalette::Text, QPalette::AlternateBase},
      {QPalette::HighlightedText, QPalette::Highlight},
      {QPalette::ToolTipText, QPalette::ToolTipBase},
      {QPalette::Link, QPalette::Window},
      {QPalette::Link, QPalette::Base}};
  for (const auto group : {QPalette::Active, QPalette::Inactive, QPalette::Disabled}) {
    for (const auto& [text, behind] : pairs) {
      EXPECT_GE(Contrast(palette.color(group, text), palette.color(group, behind)), kLeast)
          << "group " << group << ", " << text << " on " << behind;
    }
  }
  Look(Look::Mode::kLight).ApplyToApplication();
}

TEST_P(ContrastTest, EveryCellOfAMatrixIsReadWhateverItsNumber) {
  std::vector<double> values = {std::nan(""), kInfinity, -kInfinity};
  for (int i = -300; i <= 300; ++i) values.push_back(i / 100.0);
  for (const auto kind :
       {ColorScale::Kind::kNonNegative, ColorScale::Kind::kSigned, ColorScale::Kind::kSum}) {
    ColorScale scale;
    scale.kind = kind;
    for (const double value : values) {
      const QColor cell = scale.ColorOf(value, look_);
      EXPECT_GE(Contrast(TextOn(cell), cell), kLeast) << value << " " << cell.name().toStdString();
    }
  }
}

TEST_P(ContrastTest, ThereIsATextForEveryColor) {
  for (int red = 0; red < 256; red += 15) {
    for (int green = 0; green < 256; green += 15) {
      for (int blue = 0; blue < 256; blue += 15) {
        const QColor color(red, green, blue);
        ASSERT_GE(Contrast(TextOn(color), color), kLeast) << color.name().toStdString();
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Looks, ContrastTest,
                         testing::Values(Look::Mode::kLight, Look::Mode::kDark),
                         [](const auto& given) {
                           return given.param == Look::Mode::kLight ? "Light" : "Dark";
                         });

}  // namespace
}  // namespace mhc
