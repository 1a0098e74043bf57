#include "widgets/frame/paper_sheet.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "widgets/frame/paper_axes.h"
#include "widgets/frame/paper_drawing.h"
#include "widgets/frame/paper_legend.h"
#include "widgets/frame/paper_type.h"
#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr double kPaperEdge = 2.0;  // of the paper, left blank
constexpr double kRightRoom = 5.0;  // beside the axes at least
constexpr double kLetterHeight = 14.0;
constexpr double kPlainTop = 6.0;         // above axes without a letter: half a number
constexpr double kPanelGap = 4.0;         // panels that stand above one another
constexpr double kPaperColumnGap = 10.0;  // panels beside one another
constexpr double kColorsHeight = 13.0, kColorsLength = 60.0;
constexpr double kLegendGap = 2.0;
constexpr double kLeastPanel = 34.0;  // height inside the axes
constexpr double kTallestOwnLegend = 84.0;

// How the figure is parted, before anything has its place.
class SheetLayout {
 public:
  SheetLayout(const PaperSheet& sheet, const Look& look, double width)
      : sheet_(sheet), look_(look), width_(width - 2.0 * kPaperEdge) {
    const bool is_wide = width >= kWideFigure;
    columns_ = is_wide ? std::max<std::size_t>(sheet.panels.size(), 1) : 1;
    rows_ = std::max<std::size_t>(sheet.panels.size(), 1) / columns_;
    MakeLegends(/*is_brief=*/false);
  }

  FigureHeights Heights() const {
    const double wide = ColumnWidth() - 40.0;
    const double usual =
        rows_ > 1 ? std::clamp(0.42 * wide, 64.0, 150.0) : std::clamp(0.62 * wide, 85.0, 200.0);
    SheetLayout brief = *this;
    brief.MakeLegends(/*is_brief=*/true);
    const double rows = static_cast<double>(rows_);
    return {std::min(Furniture(), brief.Furniture()) + rows * kLeastPanel,
            Furniture() + rows * (IsSquare() ? 0.85 * wide : usual)};
  }

  void Draw(QPainter& painter, const QRectF& area) {
    if (Furniture() + static_cast<double>(rows_) * kLeastPanel > area.height()) {
      MakeLegends(/*is_brief=*/true);
    }
    painter.save();
    painter.translate(area.topLeft() + QPointF(kPaperEdge, 0.0));
    DrawLegends(painter);
    DrawBar(painter);
    DrawPanels(painter, area.height());
    painter.restore();
  }

 private:
  bool IsSquare() const {
    if (sheet_.panels.empty()) return false;
    const PaperPanel& panel = sheet_.panels.front();
    return panel.has_equal_units ||
           (!panel.map.isNull() && panel.map_area.width() == panel.map_area.height());
  }
  bool HasLetters() const { return sheet_.panels.size() > 1; }
  double ColumnWidth() const {
    return (width_ - kPaperColumnGap * static_cast<double>(columns_ - 1)) /
           static_cast<double>(columns_);
  }

  void MakeLegends(bool is_brief) {
    legends_.clear();
    std::vector<const PaperPanel*> all;
    for (const PaperPanel& panel : sheet_.panels) all.push_back(&panel);
    const auto legend = [&](const std::vector<const PaperPanel*>& panels, double width) {
      std::vector<PaperKey> keys = KeysOf(panels, look_, is_brief);
      keys.insert(keys.end(), sheet_.keys.begin(), sheet_.keys.end());
      const bool is_needed = keys.size() > 1 || (keys.size() == 1 && !keys[0].name.isEmpty());
      return PaperLegend(is_needed ? keys : std::vector<PaperKey>(), width);
    };
    // Panels beside one another name their own lines where the names have room.
    if (columns_ > 1) {
      for (const PaperPanel* panel : all) legends_.push_back(legend({panel}, ColumnWidth()));
      if (LegendHeight() <= kTallestOwnLegend) return;
      legends_.clear();
    }
    legends_.push_back(legend(all, width_));
  }

  double LegendHeight() const {
    double height = 0.0;
    for (const PaperLegend& legend : legends_) height = std::max(height, legend.height());
    return height;
  }
  double Above() const {
    const double height = LegendHeight() > 0.0 ? LegendHeight() + kLegendGap : 0.0;
    return kPaperEdge + height + (sheet_.colors ? kColorsHeight : 0.0);
  }
  double PanelTop() const {
    const bool has_numbers =
        std::any_of(sheet_.panels.begin(), sheet_.panels.end(),
                    [](const PaperPanel& panel) { return !panel.changes.empty(); });
    return (HasLetters() ? kLetterHeight : kPlainTop) + (has_numbers ? kPaperNumbersHeight : 0.0);
  }
  // All height but that inside the axes.
  double Furniture() const {
    const double gaps =
        static_cast<double>(rows_ - 1) * (PaperAxes::HeightBelow(false) + kPanelGap);
    return Above() + static_cast<double>(rows_) * PanelTop() + gaps + PaperAxes::HeightBelow(true) +
           kPaperEdge;
  }

  void DrawLegends(QPainter& painter) const {
    double left = 0.0;
    for (const PaperLegend& legend : legends_) {
      legend.Draw(painter, look_, {left, kPaperEdge});
      left += ColumnWidth() + kPaperColumnGap;
    }
  }

  void DrawBar(QPainter& painter) const {
    if (!sheet_.colors) return;
    painter.setFont(PaperFont());
    const double bar = ColorBarWidth(*sheet_.colors, PaperFont(), kColorsLength);
    PaintColorBar(painter, {std::max(0.0, 0.5 * (width_ - bar)), Above() - 0.5 * kColorsHeight},
                  *sheet_.colors, look_, kColorsLength);
  }

  void DrawPanels(QPainter& painter, double height) {
    const PaperRange x_range = WidthRange(sheet_);
    std::vector<PaperAxes> axes;
    for (const PaperPanel& panel : sheet_.panels) axes.emplace_back(sheet_, panel, x_range);
    const double panel_height = std::max(1.0, (height - Furniture()) / static_cast<double>(rows_));
    // Labels are as wide as their ticks ask for, which depend on the room that labels leave.
    double left = 30.0, right = kRightRoom;
    for (int pass = 0; pass < 3; ++pass) {
      // The titles of panels above one another stand in one line, left of the widest labels.
      double labels = 0.0, title = 0.0, overhang = kRightRoom;
      for (std::size_t i = 0; i < axes.size(); ++i) {
        axes[i].Place(Rect(i, left, right, panel_height));
        labels = std::max(labels, axes[i].LabelsWidth());
        title = std::max(title, axes[i].TitleWidth());
        overhang = std::max(overhang, axes[i].OverhangRight() + 1.0);
      }
      left = labels + title;
      right = overhang;
    }
    for (std::size_t i = 0; i < axes.size(); ++i) DrawPanel(painter, i, axes[i], axes);
  }

  QRectF Rect(std::size_t panel, double left, double right, double height) const {
    const std::size_t column = panel % columns_, row = panel / columns_;
    const double x = static_cast<double>(column) * (ColumnWidth() + kPaperColumnGap);
    const double each = PanelTop() + height + PaperAxes::HeightBelow(false) + kPanelGap;
    const double y = Above() + static_cast<double>(row) * each + PanelTop();
    return {x + left, y, std::max(1.0, ColumnWidth() - left - right), height};
  }

  void DrawPanel(QPainter& painter, std::size_t place, const PaperAxes& axes,
                 const std::vector<PaperAxes>& all) const {
    const PaperPanel& panel = sheet_.panels[place];
    const bool is_lowest = place / columns_ + 1 == rows_;
    if (panel.map.isNull()) axes.DrawGrid(painter, look_);
    DrawPaperPanel(painter, panel, axes, look_);
    double labels = 0.0;
    for (const PaperAxes& other : all) labels = std::max(labels, other.LabelsWidth());
    axes.Draw(painter, look_, labels, is_lowest);
    DrawPaperNumbers(painter, panel, axes, look_);
    if (!HasLetters()) return;
    const double column = static_cast<double>(place % columns_) * (ColumnWidth() + kPaperColumnGap);
    const QString letter = QStringLiteral("(%1)").arg(QChar('a' + static_cast<char>(place)));
    DrawPaperText(painter, {column, axes.rect().top() - PanelTop() + 0.5 * PaperLineHeight()}, 0.0,
                  letter, true);
  }

  const PaperSheet& sheet_;
  const Look& look_;
  const double width_;
  std::size_t columns_ = 1, rows_ = 1;
  std::vector<PaperLegend> legends_;
};

}  // namespace

FigureHeights HeightsOf(const PaperSheet& sheet, const Look& look, double width) {
  return SheetLayout(sheet, look, width).Heights();
}

void DrawPaperSheet(QPainter& painter, const PaperSheet& sheet, const Look& look,
                    const QRectF& area) {
  SheetLayout(sheet, look, area.width()).Draw(painter, area);
}

}  // namespace mhc
