// Where a figure comes from: the program, and the runs with the fingerprint of their
// configurations. It stands in the figure's file, so that a picture leads back to its numbers.
//
// Thread rule: the window's thread.
#pragma once

#include <QString>
#include <vector>

namespace mhc {

class RunSelection;

struct FigureRun {
  QString id, name;
  QString configuration_hash;  // SHA-256 of run.toml, hexadecimal; empty where it cannot be read
};

struct FigureOrigin {
  QString program;  // "mHC Lab 0.1.0"
  std::vector<FigureRun> runs;

  // "run 4be… (name), configuration sha256:…; run …".
  QString RunsText() const;
};

// Of the runs that are shown.
FigureOrigin OriginOf(const RunSelection& runs);

}  // namespace mhc
