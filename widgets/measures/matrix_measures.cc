#include "widgets/measures/matrix_measures.h"

#include <QCoreApplication>
#include <cmath>

#include "core/formats/person_text.h"
#include "widgets/document/run_snapshots.h"

namespace mhc {
namespace {

QString Number(double value) { return QString::fromStdString(MeasureText(value)); }

// "0.998", or "0.998 ± 0.050 i" for a conjugate pair.
QString EigenvalueText(const std::complex<double>& value) {
  QString real = Number(value.real());
  if (value.imag() == 0.0) return real;
  return QStringLiteral("%1 ± %2 i").arg(real, Number(std::abs(value.imag())));
}

}  // namespace

Matrix MatrixOfSite(const Snapshot& snapshot, int site) {
  const std::vector<double> entries = MatrixEntries(snapshot, site);
  const Eigen::Index n = snapshot.shape.back();
  return Eigen::Map<const Matrix>(entries.data(), n, n);
}

std::vector<std::vector<double>> DiagnosticsBySite(
    const Snapshot& matrices, const std::vector<double MatrixDiagnostics::*>& members) {
  std::vector<std::vector<double>> lines(members.size());
  for (int site = 0; site < matrices.shape.front(); ++site) {
    const MatrixDiagnostics diagnostics = Diagnose(MatrixOfSite(matrices, site));
    for (std::size_t i = 0; i < members.size(); ++i) {
      lines[i].push_back(diagnostics.*members[i]);
    }
  }
  return lines;
}

std::vector<std::vector<std::complex<double>>> EigenvaluesBySite(const Snapshot& matrices) {
  std::vector<std::vector<std::complex<double>>> by_site;
  by_site.reserve(static_cast<std::size_t>(matrices.shape.front()));
  for (int site = 0; site < matrices.shape.front(); ++site) {
    by_site.push_back(Diagnose(MatrixOfSite(matrices, site)).eigenvalues);
  }
  return by_site;
}

QString EigenvaluesOfSite(const Snapshot& matrices, int site) {
  const MatrixDiagnostics diagnostics = Diagnose(MatrixOfSite(matrices, site));
  QStringList values;
  for (const std::complex<double>& value : diagnostics.eigenvalues) {
    if (value.imag() >= 0.0 || std::isnan(value.imag())) values << EigenvalueText(value);
  }
  return QCoreApplication::translate("SiteMeasure", "λ: %1\ngap: %2\nmixing time: %3 layers")
      .arg(values.join(QStringLiteral(", ")), Number(diagnostics.spectral_gap),
           Number(diagnostics.mixing_time));
}

}  // namespace mhc
