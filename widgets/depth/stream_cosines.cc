#include "widgets/depth/stream_cosines.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "widgets/document/run_snapshots.h"
#include "widgets/words/number_words.h"

namespace mhc {
namespace {

QString Tr(const char* text) { return QCoreApplication::translate("StreamCosines", text); }

std::vector<std::vector<double>> ByPosition(const Snapshot& cosines) {
  std::vector<std::vector<double>> matrices;
  matrices.reserve(static_cast<std::size_t>(cosines.shape.front()));
  for (int position = 0; position < cosines.shape.front(); ++position) {
    matrices.push_back(MatrixEntries(cosines, position));
  }
  return matrices;
}

}  // namespace

bool StreamCosines::Read(RunSnapshots& snapshots, std::int64_t step) {
  const auto [found, spread] = snapshots.WithDeviationAt("stream_cosine", step);
  if (found == nullptr) return false;
  step_ = found->step;
  streams_ = static_cast<int>(found->snapshot.shape.back());
  means_ = ByPosition(found->snapshot);
  deviations_.clear();
  if (spread != nullptr) deviations_ = ByPosition(spread->snapshot);
  return true;
}

StreamCosines::Pairs StreamCosines::OfPairs() const {
  Pairs pairs;
  const auto n = static_cast<std::size_t>(streams_);
  for (const std::vector<double>& matrix : means_) {
    double sum = 0.0, least = INFINITY, most = -INFINITY;
    for (std::size_t i = 0; i < matrix.size(); ++i) {
      if (i / n == i % n) continue;
      sum += matrix[i];
      least = std::min(least, matrix[i]);
      most = std::max(most, matrix[i]);
    }
    pairs.mean.push_back(sum / static_cast<double>(n * (n - 1)));
    pairs.least.push_back(least);
    pairs.most.push_back(most);
  }
  return pairs;
}

MatrixContent StreamCosines::MatrixAt(int position, const QString& where) const {
  const auto at = static_cast<std::size_t>(position);
  MatrixContent matrix;
  matrix.entries = means_[at];
  matrix.size = streams_;
  matrix.caption = Tr("position %1").arg(position);
  matrix.scale = {ColorScale::Kind::kSigned, 1.0, Tr("cosine"), false};
  matrix.has_sums = false;
  const std::vector<double> deviations =
      at < deviations_.size() ? deviations_[at] : std::vector<double>();
  matrix.describe = [matrix, deviations, where](const MatrixPlace& place) {
    const std::size_t entry = matrix.IndexOf(place.row, place.column);
    const QString value = entry < deviations.size()
                              ? ValueWithSpread(matrix.At(place), deviations[entry])
                              : ValueText(matrix.At(place));
    return Tr("Cosine of streams %1 and %2 %3: %4, mean over tokens")
        .arg(place.row)
        .arg(place.column)
        .arg(where, value);
  };
  return matrix;
}

}  // namespace mhc
