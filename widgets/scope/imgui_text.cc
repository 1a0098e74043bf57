#include "widgets/scope/imgui_text.h"

#include <imgui.h>

#include <QFontMetricsF>
#include <QGlyphRun>
#include <QRawFont>
#include <QTextLayout>
#include <QtEndian>
#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace mhc {
namespace {

struct Table {
  const char* tag;
  QByteArray bytes;
};

void Append16(QByteArray& bytes, quint32 value) {
  const auto big = qToBigEndian(static_cast<quint16>(value));
  bytes.append(reinterpret_cast<const char*>(&big), sizeof(big));
}

void Append32(QByteArray& bytes, quint32 value) {
  const auto big = qToBigEndian(value);
  bytes.append(reinterpret_cast<const char*>(&big), sizeof(big));
}

// Qt hands out a font's tables but not its file: puts them together again as an OpenType file
// (sorted by tag, each at a multiple of four; ImGui's reader looks at no check sums). Empty where
// the font has no outlines.
QByteArray FontFile(const QRawFont& font) {
  constexpr std::array kTags = {"CFF ", "OS/2", "cmap", "glyf", "head", "hhea",
                                "hmtx", "kern", "loca", "maxp", "name", "post"};
  constexpr quint32 kHeader = 12, kEntry = 16;
  std::vector<Table> tables;
  bool has_outlines = false;
  for (const char* tag : kTags) {
    QByteArray bytes = font.fontTable(tag);
    if (bytes.isEmpty()) continue;
    has_outlines = has_outlines || std::strcmp(tag, "glyf") == 0 || std::strcmp(tag, "CFF ") == 0;
    tables.push_back({tag, std::move(bytes)});
  }
  if (!has_outlines) return {};
  const bool is_cff = std::strcmp(tables.front().tag, "CFF ") == 0;
  QByteArray file;
  Append32(file, is_cff ? 0x4F54544F : 0x00010000);
  Append16(file, static_cast<quint32>(tables.size()));
  for (int i = 0; i < 3; ++i) Append16(file, 0);  // for binary search, which nobody does
  quint32 offset = kHeader + kEntry * static_cast<quint32>(tables.size());
  for (const Table& table : tables) {
    const auto length = static_cast<quint32>(table.bytes.size());
    file.append(table.tag, 4);
    Append32(file, 0);
    Append32(file, offset);
    Append32(file, length);
    offset += (length + 3) / 4 * 4;
  }
  for (const Table& table : tables) {
    file.append(table.bytes);
    file.append(QByteArray((4 - table.bytes.size() % 4) % 4, '\0'));
  }
  return file;
}

// What ImGui calls a font's size: from its highest to its lowest point, px.
double LineHeight(const QRawFont& font) {
  const QByteArray table = font.fontTable("hhea");
  if (table.size() < 8) return font.ascent() + font.descent();
  const auto ascent = qFromBigEndian<qint16>(table.constData() + 4);
  const auto descent = qFromBigEndian<qint16>(table.constData() + 6);
  return font.pixelSize() * (ascent - descent) / font.unitsPerEm();
}

// The fonts that Qt takes for these characters, the main one first.
std::vector<QRawFont> FontsFor(const QFont& font, const QString& characters) {
  std::vector<QRawFont> fonts;
  QTextLayout layout(characters, font);
  layout.beginLayout();
  layout.createLine();
  layout.endLayout();
  for (const QGlyphRun& run : layout.glyphRuns()) {
    const QRawFont raw = run.rawFont();
    if (std::find(fonts.begin(), fonts.end(), raw) == fonts.end()) fonts.push_back(raw);
  }
  const QRawFont main = QRawFont::fromFont(font);
  const auto is_main = std::find(fonts.begin(), fonts.end(), main);
  if (is_main != fonts.end()) std::rotate(fonts.begin(), is_main, is_main + 1);
  return fonts;
}

}  // namespace

void FillFontAtlas(ImFontAtlas& atlas, const QFont& font, const QString& characters, double scale) {
  atlas.Clear();
  ImFontGlyphRangesBuilder builder;
  builder.AddText(characters.toUtf8().constData());
  ImVector<ImWchar> ranges;
  builder.BuildRanges(&ranges);
  std::vector<QByteArray> files;  // until the atlas is built
  for (const QRawFont& raw : FontsFor(font, characters)) {
    files.push_back(FontFile(raw));
    if (files.back().isEmpty()) continue;
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false;
    config.MergeMode = !atlas.Fonts.empty();
    config.OversampleH = 2;
    config.GlyphRanges = ranges.Data;
    atlas.AddFontFromMemoryTTF(files.back().data(), static_cast<int>(files.back().size()),
                               static_cast<float>(LineHeight(raw) * scale), &config);
  }
  if (atlas.Fonts.empty()) {
    ImFontConfig config;
    config.SizePixels = static_cast<float>(QFontMetricsF(font).height() * scale);
    atlas.AddFontDefault(&config);
  }
  atlas.Build();
  atlas.ClearInputData();
}

}  // namespace mhc
