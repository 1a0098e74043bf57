#include "widgets/figures/figure_file.h"

#include <QBuffer>
#include <QImage>
#include <QPainter>
#include <QPdfWriter>
#include <QRegularExpression>
#include <QSvgGenerator>
#include <cmath>

#include "core/formats/csv.h"
#include "core/formats/output_file.h"
#include "widgets/frame/paper_type.h"

namespace mhc {
namespace {

constexpr double kPngDotsPerInch = 300.0;
constexpr int kPdfDotsPerInch = 1200;
// Other programs know one of these, and are told what kind of type it is.
const QString kFamilies = QStringLiteral("%1, Helvetica, Arial, sans-serif");

struct Points {
  double width, height;
};

double ToPoints(double millimetres) { return millimetres / kMillimetresPerInch * kPointsPerInch; }

Points ToPoints(const FigureSize& size) {
  return {ToPoints(size.width_mm), ToPoints(size.height_mm)};
}

Result<QByteArray> Drawn(bool drawn, const QByteArray& bytes) {
  if (!drawn || bytes.isEmpty()) return Fail("the figure could not be drawn");
  return bytes;
}

QString Escaped(const QString& text) { return text.toHtmlEscaped(); }

// Qt's own has neither the runs nor room for them.
QByteArray PdfMetadata(const View& view, const FigureOrigin& origin) {
  return QStringLiteral(
             "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>\n"
             "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
             "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
             "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
             "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">\n"
             "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">%1</rdf:li></rdf:Alt></dc:title>\n"
             "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">%2</rdf:li></rdf:Alt>"
             "</dc:description>\n"
             "<xmp:CreatorTool>%3</xmp:CreatorTool>\n"
             "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end='w'?>\n")
      .arg(Escaped(view.title()), Escaped(origin.RunsText()), Escaped(origin.program))
      .toUtf8();
}

// Qt writes a page of whole points, as so many digits as the exact ones have.
QByteArray WithExactPage(QByteArray pdf, const Points& points) {
  const QByteArray begin = "/MediaBox [0 0 ";
  const qsizetype from = pdf.indexOf(begin) + begin.size(), end = pdf.indexOf(']', from);
  for (int decimals = 6; from >= begin.size() && decimals >= 3; --decimals) {
    const QByteArray page = QByteArray::number(points.width, 'f', decimals) + ' ' +
                            QByteArray::number(points.height, 'f', decimals);
    if (page.size() > end - from) continue;
    return pdf.replace(from, end - from, page.leftJustified(end - from, ' '));
  }
  return pdf;
}

Result<QByteArray> Pdf(View& view, const FigureSize& size, const FigureOrigin& origin) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QPdfWriter writer(&buffer);
  writer.setResolution(kPdfDotsPerInch);
  writer.setPageSize(QPageSize(QSizeF(size.width_mm, size.height_mm), QPageSize::Millimeter));
  writer.setPageMargins(QMarginsF());
  writer.setCreator(origin.program + "; " + origin.RunsText());
  writer.setTitle(view.title());
  writer.setDocumentXmpMetadata(PdfMetadata(view, origin));
  QPainter painter;
  const bool begun = painter.begin(&writer);
  if (begun) {
    // Colours of single cells keep their edges.
    painter.setRenderHint(QPainter::LosslessImageRendering);
    const double scale = writer.resolution() / kPointsPerInch;
    painter.scale(scale, scale);
    const Points points = ToPoints(size);
    view.DrawFigure(painter, points.width, points.height);
    painter.end();
  }
  return Drawn(begun, WithExactPage(bytes, ToPoints(size)));
}

// Qt writes whole dots as the size, and the one family that it found.
QByteArray Corrected(const QByteArray& svg, const FigureSize& size) {
  QString text = QString::fromUtf8(svg);
  const auto replace = [&](const char* attribute, double millimetres) {
    const qsizetype end = text.indexOf('>', text.indexOf(QStringLiteral("<svg")));
    const QString name = QStringLiteral(" %1=\"").arg(QLatin1String(attribute));
    qsizetype from = text.indexOf(name);
    if (from < 0) from = text.indexOf('\n' + name.mid(1));
    if (from < 0 || from > end) return;
    from += name.size();
    text.replace(from, text.indexOf('"', from) - from,
                 QStringLiteral("%1mm").arg(millimetres, 0, 'f', 3));
  };
  replace("width", size.width_mm);
  replace("height", size.height_mm);
  static const QRegularExpression family(QStringLiteral("font-family=\"([^\",]+)\""));
  text.replace(family,
               QStringLiteral("font-family=\"%1\"").arg(kFamilies.arg(QStringLiteral("\\1"))));
  return text.toUtf8();
}

Result<QByteArray> Svg(View& view, const FigureSize& size, const FigureOrigin& origin) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  const Points points = ToPoints(size);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setResolution(static_cast<int>(kPointsPerInch));
  generator.setSize(QSizeF(points.width, points.height).toSize());
  generator.setViewBox(QRectF(0, 0, points.width, points.height));
  generator.setTitle(Escaped(view.title()));
  generator.setDescription(Escaped(origin.program + "; " + origin.RunsText()));
  QPainter painter;
  const bool begun = painter.begin(&generator);
  if (begun) {
    painter.setFont(PaperFont());
    view.DrawFigure(painter, points.width, points.height);
    painter.end();
  }
  return Drawn(begun, Corrected(bytes, size));
}

Result<QByteArray> Png(View& view, const FigureSize& size, const FigureOrigin& origin) {
  const Points points = ToPoints(size);
  const double scale = kPngDotsPerInch / kPointsPerInch;
  QImage image(static_cast<int>(std::lround(points.width * scale)),
               static_cast<int>(std::lround(points.height * scale)), QImage::Format_RGB32);
  if (image.isNull()) return Fail("the picture is too large");
  image.fill(Qt::white);
  const int dots_per_metre = static_cast<int>(std::lround(kPngDotsPerInch / 0.0254));
  QPainter painter(&image);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.scale(scale, scale);
  view.DrawFigure(painter, points.width, points.height);
  painter.end();
  image.setDotsPerMeterX(dots_per_metre);
  image.setDotsPerMeterY(dots_per_metre);
  image.setText(QStringLiteral("Title"), view.title());
  image.setText(QStringLiteral("Software"), origin.program);
  image.setText(QStringLiteral("Source"), origin.RunsText());
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

Result<FigureSize> SizeOfFigure(const View& view, const FigureSize& wanted) {
  const FigureHeights heights = view.HeightsOfFigure(ToPoints(wanted.width_mm));
  const auto to_millimetres = [](double points) {
    return std::ceil(points / kPointsPerInch * kMillimetresPerInch);
  };
  if (wanted.height_mm == 0.0) return FigureSize{wanted.width_mm, to_millimetres(heights.usual)};
  if (ToPoints(wanted.height_mm) < heights.least) {
    return Fail("found a height of {} mm, expected at least {} mm for what stands in it at {} mm",
                wanted.height_mm, to_millimetres(heights.least), wanted.width_mm);
  }
  return wanted;
}

bool IsFigureEnding(const std::string& ending) {
  return ending == ".pdf" || ending == ".svg" || ending == ".png" || ending == ".csv";
}

Result<QByteArray> FigureBytes(View& view, const FigureSize& wanted, const FigureOrigin& origin,
                               const std::string& ending) {
  if (ending == ".csv") return Csv(view);
  if (!IsFigureEnding(ending)) {
    return Fail("found the ending \"{}\", expected .pdf, .svg, .png or .csv", ending);
  }
  const Result<FigureSize> size = SizeOfFigure(view, wanted);
  if (!size) return tl::unexpected(size.error());
  if (ending == ".pdf") return Pdf(view, *size, origin);
  return ending == ".svg" ? Svg(view, *size, origin) : Png(view, *size, origin);
}

Status WriteFigure(View& view, const FigureSize& size, const FigureOrigin& origin,
                   const std::filesystem::path& file) {
  const Result<QByteArray> bytes = FigureBytes(view, size, origin, file.extension().string());
  if (!bytes) return FailWithin(file.string(), bytes.error());
  return ReplaceFile(file, [&](OutputFile& output) {
    return output.Append(
        std::string_view(bytes->constData(), static_cast<std::size_t>(bytes->size())));
  });
}

}  // namespace mhc
