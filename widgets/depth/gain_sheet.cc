#include "widgets/depth/gain_sheet.h"

#include <QObject>
#include <algorithm>

#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr double kPaperLow = 0.8, kPaperHigh = 1.25;  // always seen around the ideal gain
constexpr std::size_t kMostSiteDots = 40;
constexpr int kStrongOpacity = 45, kPaleOpacity = 22;

QString GainWord(const char* text) { return QObject::tr(text); }

// Nothing but a band.
PaperLine GainExtremes(const std::vector<SiteGain>& gains, const QPen& pen) {
  PaperLine band;
  band.pen = pen;
  band.band_opacity = kPaleOpacity;
  for (std::size_t site = 0; site < gains.size(); ++site) {
    band.x.push_back(static_cast<double>(site));
    band.low.push_back(gains[site].minimum);
    band.high.push_back(gains[site].maximum);
  }
  return band;
}

PaperLine GainMean(const GainLines& run, const std::vector<SiteGain>& gains, const QPen& pen) {
  PaperLine line;
  line.run = run.name;
  line.pen = pen;
  line.has_dots = gains.size() <= kMostSiteDots;
  line.band_opacity = kStrongOpacity;
  for (std::size_t site = 0; site < gains.size(); ++site) {
    const SiteGain& gain = gains[site];
    line.x.push_back(static_cast<double>(site));
    line.y.push_back(gain.mean);
    if (!run.has_band) continue;
    line.low.push_back(std::max(gain.mean - gain.deviation, gain.minimum));
    line.high.push_back(std::min(gain.mean + gain.deviation, gain.maximum));
  }
  return line;
}

}  // namespace

PaperPanel GainPanel(const std::vector<GainLines>& runs, const QString& title,
                     bool is_logarithmic) {
  PaperPanel panel;
  panel.y_title = title;
  panel.is_logarithmic = is_logarithmic;
  panel.ideal = 1.0;
  panel.ideal_name = GainWord("ideal");
  panel.seen = {kPaperLow, kPaperHigh};
  for (const GainLines& run : runs) {
    if (!run.has_band) continue;
    panel.lines.push_back(GainExtremes(run.forward, run.pen));
    panel.lines.push_back(GainExtremes(run.backward, run.pen));
  }
  for (const GainLines& run : runs) {
    // A run whose colour another one has is dashed already.
    const bool is_dashed = run.pen.style() != Qt::SolidLine;
    QPen pen = run.pen;
    pen.setStyle(is_dashed ? Qt::DashDotLine : Qt::SolidLine);
    panel.lines.push_back(GainMean(run, run.forward, pen));
    panel.lines.back().kind = GainWord("forward");
    pen.setStyle(is_dashed ? Qt::DotLine : Qt::DashLine);
    panel.lines.push_back(GainMean(run, run.backward, pen));
    panel.lines.back().kind = GainWord("backward");
  }
  return panel;
}

std::vector<PaperKey> GainKeys(const std::vector<GainLines>& runs, const Look& look) {
  const auto has_band = [](const GainLines& run) { return run.has_band; };
  if (std::none_of(runs.begin(), runs.end(), has_band)) return {};
  const auto key = [&](const QString& name, int opacity) {
    QColor color = runs.size() == 1 ? runs.front().pen.color() : look.Color(Role::kQuietText);
    color.setAlpha(opacity);
    return PaperKey{name, QPen(color), PaperKey::Mark::kBand};
  };
  return {key(GainWord("± deviation"), kStrongOpacity + kPaleOpacity),
          key(GainWord("least to most"), kPaleOpacity)};
}

}  // namespace mhc
