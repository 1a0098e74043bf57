// Measures along the depth that are numbers of one n×n matrix a site: of H_res (its token mean) or
// of a composite. They are those of `mhc matrix`; meant for SiteMeasures().
//
// Thread rule: the window's thread.
#pragma once

#include <QString>
#include <complex>
#include <vector>

#include "core/manifold/diagnostics/matrix_diagnostics.h"
#include "widgets/document/run_document.h"

namespace mhc {

class RunSnapshots;

// The n×n matrix of a site of a snapshot L,n,n.
Matrix MatrixOfSite(const Snapshot& snapshot, int site);

// By line, then site: these members of the diagnostics of every site's matrix.
std::vector<std::vector<double>> DiagnosticsBySite(
    const Snapshot& matrices, const std::vector<double MatrixDiagnostics::*>& members);

template <auto... Members>
std::vector<std::vector<double>> MatrixMeasures(RunDocument&, RunSnapshots&,
                                                const FetchedSnapshot& found) {
  return DiagnosticsBySite(found.snapshot, {Members...});
}

// Those of every site's matrix, by falling modulus.
std::vector<std::vector<std::complex<double>>> EigenvaluesBySite(const Snapshot& matrices);

// The eigenvalues of a site's matrix, and what is read off the second: its gap and mixing time.
QString EigenvaluesOfSite(const Snapshot& matrices, int site);

}  // namespace mhc
