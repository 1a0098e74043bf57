// Singular values and composites with a matrix in each lane.
#if defined(MHC_KERNELS_DEPTH_WALK_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MHC_KERNELS_DEPTH_WALK_INL_H
#undef MHC_KERNELS_DEPTH_WALK_INL_H
#else
#define MHC_KERNELS_DEPTH_WALK_INL_H
#endif

#include "core/model/kernels/depth_kernels.h"
#include "core/model/kernels/lanes/spectra-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mhc::kernels {
namespace HWY_NAMESPACE {

// `count` numbers of each of some rows <-> lanes; lanes without a row hold the last one again.
HWY_NOINLINE void RowsToLanes(const double* rows, int count, int present, double* lanes) {
  for (int lane = 0; lane < kDoubleLanes; ++lane) {
    const double* row = rows + (lane < present ? lane : present - 1) * count;
    for (int k = 0; k < count; ++k) lanes[k * kDoubleLanes + lane] = row[k];
  }
}
HWY_NOINLINE void LanesToRows(const double* lanes, int count, int present, double* rows) {
  for (int lane = 0; lane < present; ++lane) {
    for (int k = 0; k < count; ++k) rows[lane * count + k] = lanes[k * kDoubleLanes + lane];
  }
}

// One turn of columns p and q; true where they were at right angles to what a double tells.
template <int N>
HWY_INLINE bool TurnColumns(double* matrix, int p, int q) {
  Doubles pp = hn::Zero(dd), qq = hn::Zero(dd), pq = hn::Zero(dd);
  for (int i = 0; i < N; ++i) {
    const Doubles a = LoadAt(matrix, i * N + p), b = LoadAt(matrix, i * N + q);
    pp = hn::MulAdd(a, a, pp);
    qq = hn::MulAdd(b, b, qq);
    pq = hn::MulAdd(a, b, pq);
  }
  const Doubles rounding = hn::Set(dd, 1e-30);
  const auto is_right = hn::Le(hn::Mul(pq, pq), hn::Mul(rounding, hn::Mul(pp, qq)));
  if (hn::AllTrue(dd, is_right)) return true;
  TurnOf(pp, qq, pq)(matrix + p * kDoubleLanes, matrix + q * kDoubleLanes, N, N);
  return false;
}

template <int N>
HWY_NOINLINE void FindSingularValues(double* matrix, double* values) {
  constexpr int kMostSweeps = 20;  // of matrices of numbers 5 or 6 are enough
  const Doubles zero = hn::Zero(dd), one = hn::Set(dd, 1.0);
  // 0 · x is 0 of what is finite.
  Doubles largest = zero, nothing = zero;
  for (int k = 0; k < N * N; ++k) {
    const Doubles entry = LoadAt(matrix, k);
    largest = hn::Max(largest, hn::Abs(entry));
    nothing = hn::MulAdd(zero, entry, nothing);
  }
  // Squares neither overflow nor vanish.
  const auto is_zero = hn::Eq(largest, zero);
  const Doubles unit = hn::IfThenElse(is_zero, one, largest);
  for (int k = 0; k < N * N; ++k) {
    const Doubles scaled = hn::Div(LoadAt(matrix, k), unit);
    // A lane that is not finite must not keep the others turning.
    StoreAt(hn::IfThenElse(hn::Eq(nothing, zero), scaled, zero), matrix, k);
  }
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    bool is_done = true;
    for (int p = 0; p < N; ++p) {
      for (int q = p + 1; q < N; ++q) is_done &= TurnColumns<N>(matrix, p, q);
    }
    if (is_done) break;
  }
  for (int j = 0; j < N; ++j) {
    Doubles square = zero;
    for (int i = 0; i < N; ++i) {
      const Doubles entry = LoadAt(matrix, i * N + j);
      square = hn::MulAdd(entry, entry, square);
    }
    StoreAt(hn::MulAdd(unit, hn::Sqrt(square), nothing), values, j);
  }
  for (int last = N - 1; last > 0; --last) {
    for (int j = 0; j < last; ++j) {
      const Doubles a = LoadAt(values, j), b = LoadAt(values, j + 1);
      StoreAt(hn::Max(a, b), values, j);
      StoreAt(hn::Min(a, b), values, j + 1);
    }
  }
}

template <int N>
HWY_NOINLINE void FindSpectra(const MatrixSpectra& m, std::int64_t begin, std::int64_t end) {
  HWY_ALIGN double matrix[N * N * kDoubleLanes];
  HWY_ALIGN double values[N * kDoubleLanes];
  for (std::int64_t first = begin; first < end; first += kDoubleLanes) {
    const std::int64_t left = end - first;
    const int present = left < kDoubleLanes ? static_cast<int>(left) : kDoubleLanes;
    RowsToLanes(m.matrices + first * N * N, N * N, present, matrix);
    FindSingularValues<N>(matrix, values);
    LanesToRows(values, N, present, m.values + first * N);
  }
}

// The smallest and largest of what is met; NaN once one of it is.
struct Ends {
  Doubles smallest, largest;
  hn::Mask<DoubleTag> is_nan;
  HWY_INLINE void Meet(Doubles value) {
    smallest = hn::Min(smallest, value);
    largest = hn::Max(largest, value);
    is_nan = hn::Or(is_nan, hn::IsNaN(value));
  }
  HWY_INLINE void Store(double* to) const {
    const Doubles nan = hn::Set(dd, std::nan(""));
    StoreAt(hn::IfThenElse(is_nan, nan, smallest), to, 0);
    StoreAt(hn::IfThenElse(is_nan, nan, largest), to, 1);
  }
};

template <int N>
HWY_NOINLINE void FindSums(const double* matrix, double* ends) {
  Doubles columns[N];
  const auto add = [&](int j, Doubles entry, bool is_first) {
    columns[j] = is_first ? entry : hn::Add(columns[j], entry);
  };
  Ends rows{}, of_columns{};
  for (int i = 0; i < N; ++i) {
    Doubles sum = LoadAt(matrix, i * N);
    add(0, sum, i == 0);
    for (int j = 1; j < N; ++j) {
      const Doubles entry = LoadAt(matrix, i * N + j);
      sum = hn::Add(sum, entry);
      add(j, entry, i == 0);
    }
    if (i == 0) rows = {sum, sum, hn::IsNaN(sum)};
    rows.Meet(sum);
  }
  of_columns = {columns[0], columns[0], hn::IsNaN(columns[0])};
  for (int j = 1; j < N; ++j) of_columns.Meet(columns[j]);
  rows.Store(ends);
  of_columns.Store(ends + 2 * kDoubleLanes);
}

// What a walk leaves of one vector of tokens at one site.
template <int N>
HWY_INLINE void Leave(const double* matrix, std::int64_t place, int present, double* matrices,
                      double* sums) {
  HWY_ALIGN double ends[kEndsOfSums * kDoubleLanes];
  if (matrices) LanesToRows(matrix, N * N, present, matrices + place * N * N);
  if (sums == nullptr) return;
  FindSums<N>(matrix, ends);
  LanesToRows(ends, kEndsOfSums, present, sums + place * kEndsOfSums);
}

template <int N>
HWY_NOINLINE void WalkTokens(const DepthWalk& w, std::int64_t begin, std::int64_t end) {
  constexpr int kEntries = N * N;
  HWY_ALIGN double map[kEntries * kDoubleLanes];
  HWY_ALIGN double one[kEntries * kDoubleLanes];
  HWY_ALIGN double other[kEntries * kDoubleLanes];
  const bool goes_forward = w.prefix || w.prefix_sums || w.composite;
  const bool goes_back = w.suffix || w.suffix_sums;
  for (std::int64_t first = begin; first < end; first += kDoubleLanes) {
    const std::int64_t left = end - first;
    const int present = left < kDoubleLanes ? static_cast<int>(left) : kDoubleLanes;
    double *product = one, *next = other;
    for (std::int64_t site = 0; site < w.sites; ++site) {
      const std::int64_t place = site * w.tokens + first;
      RowsToLanes(w.maps + place * kEntries, kEntries, present, map);
      Leave<N>(map, place, present, nullptr, w.sums);
      if (!goes_forward) continue;
      if (site == 0) {
        std::memcpy(product, map, sizeof(map));
      } else {
        Multiply(N, AsIs(map, N), AsIs(product, N), next);
        double* const kept = product;
        product = next;
        next = kept;
      }
      Leave<N>(product, place, present, w.prefix, w.prefix_sums);
    }
    if (w.composite) LanesToRows(product, kEntries, present, w.composite + first * kEntries);
    for (std::int64_t site = w.sites - 1; site >= 0 && goes_back; --site) {
      const std::int64_t place = site * w.tokens + first;
      RowsToLanes(w.maps + place * kEntries, kEntries, present, map);
      if (site == w.sites - 1) {
        std::memcpy(product, map, sizeof(map));
      } else {
        Multiply(N, AsIs(product, N), AsIs(map, N), next);
        double* const kept = product;
        product = next;
        next = kept;
      }
      Leave<N>(product, place, present, w.suffix, w.suffix_sums);
    }
  }
}

// Numbers c … of a row, in doubles; zeros past its end.
HWY_INLINE Doubles LoadRowWide(const float* row, std::int64_t c, std::int64_t length) {
  const hn::Rebind<float, DoubleTag> narrow;
  if (length - c >= kDoubleLanes) return hn::PromoteTo(dd, hn::LoadU(narrow, row + c));
  HWY_ALIGN float part[kDoubleLanes] = {};
  std::memcpy(part, row + c, static_cast<std::size_t>(length - c) * sizeof(float));
  return hn::PromoteTo(dd, hn::Load(narrow, part));
}

HWY_INLINE double SumOfDoubles(Doubles v) {
#if HWY_TARGET == HWY_SCALAR
  return hn::GetLane(v);
#else
  return hn::GetLane(hn::SumOfLanes(dd, v));
#endif
}

template <int N>
HWY_NOINLINE void MakeTokenGrams(const StateGrams& g, std::int64_t begin, std::int64_t end) {
  for (std::int64_t token = begin; token < end; ++token) {
    const float* x = g.state + token * N * g.channels;
    const float* before = g.products ? g.before + token * N * g.channels : nullptr;
    Doubles sums[N * N], product = hn::Zero(dd);
    for (int k = 0; k < N * N; ++k) sums[k] = hn::Zero(dd);
    for (std::int64_t c = 0; c < g.channels; c += kDoubleLanes) {
      Doubles row[N];
      for (int i = 0; i < N; ++i) row[i] = LoadRowWide(x + i * g.channels, c, g.channels);
      for (int i = 0; i < N; ++i) {
        for (int j = 0; j <= i; ++j) sums[i * N + j] = hn::MulAdd(row[i], row[j], sums[i * N + j]);
      }
      if (before == nullptr) continue;
      for (int i = 0; i < N; ++i) {
        product = hn::MulAdd(row[i], LoadRowWide(before + i * g.channels, c, g.channels), product);
      }
    }
    if (g.products) g.products[token] = SumOfDoubles(product);
    for (int i = 0; i < N && g.grams; ++i) {
      for (int j = 0; j <= i; ++j) {
        const double sum = SumOfDoubles(sums[i * N + j]);
        g.grams[(token * N + i) * N + j] = g.grams[(token * N + j) * N + i] = sum;
      }
    }
  }
}

void GramsPart(const StateGrams& g, std::int64_t begin, std::int64_t end) {
  MHC_OF_STREAMS(g.streams, MakeTokenGrams, g, begin, end)
}
void SpectraPart(const MatrixSpectra& m, std::int64_t begin, std::int64_t end) {
  MHC_OF_STREAMS(m.size, FindSpectra, m, begin, end)
}
void WalkPart(const DepthWalk& w, std::int64_t begin, std::int64_t end) {
  MHC_OF_STREAMS(w.streams, WalkTokens, w, begin, end)
}

}  // namespace HWY_NAMESPACE
}  // namespace mhc::kernels
HWY_AFTER_NAMESPACE();

#endif  // MHC_KERNELS_DEPTH_WALK_INL_H
