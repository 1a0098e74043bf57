#include "widgets/look/look.h"

#include <QApplication>
#include <QFontDatabase>
#include <QPalette>
#include <array>
#include <cmath>

#include "widgets/look/field_style.h"

namespace mhc {
namespace {

struct Row {
  Role role;
  const char* light;
  const char* dark;
};

constexpr std::array kRows = {
    Row{Role::kWindow, "#F6F6F4", "#15171B"},    Row{Role::kSurface, "#FFFFFF", "#1C1F24"},
    Row{Role::kBorder, "#DFDFDA", "#2F343B"},    Row{Role::kText, "#1E2227", "#E5E8EB"},
    Row{Role::kQuietText, "#636A73", "#98A1AB"}, Row{Role::kAccent, "#2F6FDE", "#7AA7FF"},
    Row{Role::kOnAccent, "#FFFFFF", "#15171B"},  Row{Role::kGood, "#2E7D32", "#6CCB7A"},
    Row{Role::kWarning, "#A85B00", "#F0A94B"},   Row{Role::kBad, "#C62828", "#FF7B72"},
    Row{Role::kHover, "#EDEDEA", "#262A31"},     Row{Role::kAccentText, "#2B66CC", "#7AA7FF"},
    Row{Role::kGoodText, "#2C7830", "#6CCB7A"},  Row{Role::kWarningText, "#A15700", "#F0A94B"},
};
constexpr double kTint = 0.12;  // of the accent, on the surface

// Okabe and Ito's colours that can be told apart on both surfaces.
struct RunColor {
  const char* light;
  const char* dark;
};
constexpr std::array kRunColors = {
    RunColor{"#0072B2", "#56B4E9"}, RunColor{"#D55E00", "#E8853A"}, RunColor{"#009E73", "#2BC79A"},
    RunColor{"#CC79A7", "#E09CC3"}, RunColor{"#E69F00", "#E69F00"}, RunColor{"#56B4E9", "#4E8FD0"},
    RunColor{"#8A8000", "#F0E442"}, RunColor{"#1E2227", "#E5E8EB"},
};
constexpr std::array kDashes = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};

bool SystemIsDark() { return QPalette().color(QPalette::Window).lightness() < 128; }

}  // namespace

Look::Look(Mode mode, QObject* parent) : QObject(parent), mode_(mode) {}

void Look::SetMode(Mode mode) {
  if (mode == mode_) return;
  mode_ = mode;
  ApplyToApplication();
  Q_EMIT changed();
}

bool Look::dark() const {
  static const bool system_is_dark = SystemIsDark();  // before our own palette is set
  return mode_ == Mode::kDark || (mode_ == Mode::kSystem && system_is_dark);
}

QColor Look::Color(Role role) const {
  for (const Row& row : kRows) {
    if (row.role == role) return QColor(dark() ? row.dark : row.light);
  }
  return {};
}

QColor Look::CurrentRow() const {
  const QColor surface = Color(Role::kSurface), accent = Color(Role::kAccent);
  const auto mix = [](int from, int to) {
    return static_cast<int>(std::lround(from + kTint * (to - from)));
  };
  return {mix(surface.red(), accent.red()), mix(surface.green(), accent.green()),
          mix(surface.blue(), accent.blue())};
}

int Look::RunColorCount() { return static_cast<int>(kRunColors.size()); }

QPen Look::RunPen(int index, double width) const {
  const auto count = static_cast<int>(kRunColors.size());
  const RunColor& color = kRunColors[static_cast<std::size_t>(index % count)];
  const auto dash = static_cast<std::size_t>(index / count) % kDashes.size();
  QPen pen(QColor(dark() ? color.dark : color.light), width, kDashes[dash]);
  pen.setCosmetic(false);
  return pen;
}

QFont Look::LabelFont() const {
  QFont font = QApplication::font();
  font.setPointSizeF(9);
  font.setCapitalization(QFont::AllUppercase);
  font.setLetterSpacing(QFont::AbsoluteSpacing, 0.8);
  font.setWeight(QFont::DemiBold);
  return font;
}

QFont Look::NumberFont() const { return QApplication::font(); }

QFont Look::MatrixFont() const {
  QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
  font.setPointSizeF(9);
  return font;
}

void Look::ApplyToApplication() const {
  QApplication::setStyle(new FieldStyle());
  QPalette palette;
  palette.setColor(QPalette::Window, Color(Role::kWindow));
  palette.setColor(QPalette::WindowText, Color(Role::kText));
  palette.setColor(QPalette::Base, Color(Role::kSurface));
  palette.setColor(QPalette::AlternateBase, Color(Role::kWindow));
  palette.setColor(QPalette::Text, Color(Role::kText));
  palette.setColor(QPalette::PlaceholderText, Color(Role::kQuietText));
  palette.setColor(QPalette::Button, Color(Role::kWindow));
  palette.setColor(QPalette::ButtonText, Color(Role::kText));
  palette.setColor(QPalette::Highlight, Color(Role::kAccent));
  palette.setColor(QPalette::HighlightedText, Color(Role::kOnAccent));
  palette.setColor(QPalette::ToolTipBase, Color(Role::kSurface));
  palette.setColor(QPalette::ToolTipText, Color(Role::kText));
  palette.setColor(QPalette::Link, Color(Role::kAccentText));
  palette.setColor(QPalette::Light, Color(Role::kSurface));
  palette.setColor(QPalette::Midlight, Color(Role::kHover));
  palette.setColor(QPalette::Mid, Color(Role::kBorder));
  palette.setColor(QPalette::Dark, Color(Role::kBorder));
  palette.setColor(QPalette::Shadow, Color(Role::kBorder));
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, Color(Role::kQuietText));
  }
  QApplication::setPalette(palette);
  const auto name = [this](Role role) { return Color(role).name(); };
  qApp->setStyleSheet(
      QStringLiteral(
          "QToolTip { color: %1; background: %2; border: 1px solid %3; padding: 4px; }"
          "QMenuBar, QMenu { background: %4; color: %1; }"
          "QMenu { border: 1px solid %3; }"
          "QMenu::item:selected, QMenuBar::item:selected { background: %5; color: %1; }"
          "QMenu::item:disabled { color: %6; }"
          "QToolBar { border: none; border-bottom: 1px solid %3; spacing: 4px; padding: 4px 12px "
          "4px 4px; }"
          "QToolBar::separator { background: %3; width: 1px; margin: 6px 4px; }"
          "QToolButton { border: none; border-radius: 4px; padding: 4px 8px; color: %1; }"
          "QToolButton:hover { background: %5; }"
          "QToolButton:disabled { color: %6; }"
          "QPushButton { border: 1px solid %3; border-radius: 4px; padding: 4px 12px;"
          " background: %2; color: %1; }"
          "QPushButton[line=\"true\"] { border-color: transparent; background: transparent;"
          " text-align: left; padding: 3px 12px; }"
          "QPushButton:hover, QPushButton[line=\"true\"]:hover { background: %5; }"
          "QPushButton:disabled { color: %6; background: %4; }"
          "QPushButton[primary=\"true\"] { background: %7; color: %8; border-color: %7; }"
          "QPushButton[primary=\"true\"]:disabled { background: %5; color: %6; border-color: %3; }"
          "QPushButton:focus { border: 1px solid %7; }"
          "QScrollBar:vertical { width: 8px; background: transparent; }"
          "QScrollBar:horizontal { height: 8px; background: transparent; }"
          "QScrollBar::handle { background: %3; border-radius: 3px; margin: 1px; }"
          "QScrollBar::handle:vertical { min-height: 24px; }"
          "QScrollBar::handle:horizontal { min-width: 24px; }"
          "QScrollBar::handle:hover { background: %6; }"
          "QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }"
          "QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }"
          "QHeaderView::section { background: %2; color: %6; border: none; padding: 2px 6px; }"
          "QTableView { border: none; gridline-color: %2; background: %2; }"
          "#actionPaletteDialog { border: 1px solid %3; background: %2; }"
          "QTreeView { border: none; background: %2; }"
          "QTreeView::item:selected { background: %7; color: %8; }"
          "QStatusBar { border-top: 1px solid %3; }"
          "QSplitter::handle { background: %3; }")
          .arg(name(Role::kText), name(Role::kSurface), name(Role::kBorder), name(Role::kWindow),
               name(Role::kHover), name(Role::kQuietText), name(Role::kAccent),
               name(Role::kOnAccent)));
}

}  // namespace mhc
