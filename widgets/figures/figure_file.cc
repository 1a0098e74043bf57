#include "widgets/figures/figure_file.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QImage>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <cmath>

#include "core/formats/csv.h"
#include "core/formats/output_file.h"

namespace mhc {
namespace {

constexpr double kUnitsPerInch = 96.0;  // of DrawFigure
constexpr double kPngDotsPerInch = 300.0;
constexpr double kMillimetresPerInch = 25.4;

struct Units {
  double width, height;
};

Units ToUnits(const FigureSize& size) {
  return {size.width_mm / kMillimetresPerInch * kUnitsPerInch,
          size.height_mm / kMillimetresPerInch * kUnitsPerInch};
}

Result<QByteArray> Drawn(bool drawn, const QByteArray& bytes) {
  if (!drawn || bytes.isEmpty()) return Fail("the figure could not be drawn");
  return bytes;
}

Result<QByteArray> Pdf(View& view, const FigureSize& size) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QPdfWriter writer(&buffer);
  writer.setResolution(1200);
  writer.setPageSize(QPageSize(QSizeF(size.width_mm, size.height_mm), QPageSize::Millimeter));
  writer.setPageMargins(QMarginsF());
  writer.setCreator(QCoreApplication::applicationName() + ' ' +
                    QCoreApplication::applicationVersion());
  writer.setTitle(view.title());
  QPainter painter;
  const bool begun = painter.begin(&writer);
  if (begun) {
    const double scale = writer.resolution() / kUnitsPerInch;
    painter.scale(scale, scale);
    const Units units = ToUnits(size);
    view.DrawFigure(painter, units.width, units.height);
    painter.end();
  }
  return Drawn(begun, bytes);
}

Result<QByteArray> Svg(View& view, const FigureSize& size) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  const Units units = ToUnits(size);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setResolution(static_cast<int>(kUnitsPerInch));
  generator.setSize(QSizeF(units.width, units.height).toSize());
  generator.setViewBox(QRectF(0, 0, units.width, units.height));
  generator.setTitle(view.title());
  QPainter painter;
  const bool begun = painter.begin(&generator);
  if (begun) {
    view.DrawFigure(painter, units.width, units.height);
    painter.end();
  }
  return Drawn(begun, bytes);
}

Result<QByteArray> Png(View& view, const FigureSize& size) {
  const Units units = ToUnits(size);
  const double scale = kPngDotsPerInch / kUnitsPerInch;
  QImage image(static_cast<int>(std::lround(units.width * scale)),
               static_cast<int>(std::lround(units.height * scale)), QImage::Format_RGB32);
  if (image.isNull()) return Fail("the picture is too large");
  image.fill(Qt::white);
  const int dots_per_metre = static_cast<int>(std::lround(kPngDotsPerInch / 0.0254));
  QPainter painter(&image);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.scale(scale, scale);
  view.DrawFigure(painter, units.width, units.height);
  painter.end();
  image.setDotsPerMeterX(dots_per_metre);
  image.setDotsPerMeterY(dots_per_metre);
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  return Drawn(image.save(&buffer, "PNG"), bytes);
}

Result<QByteArray> Csv(const View& view) {
  std::string text;
  for (const std::vector<std::string>& row : view.FigureTable()) AppendCsvRow(row, text);
  return QByteArray::fromStdString(text);
}

}  // namespace

Status WriteFigure(View& view, const FigureSize& size, const std::filesystem::path& file) {
  const std::string ending = file.extension().string();
  Result<QByteArray> bytes =
      Fail("found the ending \"{}\", expected .pdf, .svg, .png or .csv", ending);
  if (ending == ".pdf") bytes = Pdf(view, size);
  if (ending == ".svg") bytes = Svg(view, size);
  if (ending == ".png") bytes = Png(view, size);
  if (ending == ".csv") bytes = Csv(view);
  if (!bytes) return FailWithin(file.string(), bytes.error());
  return ReplaceFile(file, [&](OutputFile& output) {
    return output.Append(
        std::string_view(bytes->constData(), static_cast<std::size_t>(bytes->size())));
  });
}

}  // namespace mhc
