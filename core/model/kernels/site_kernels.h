// The fused kernels of one hyper-connection site: plain pointers and sizes in and out, no LibTorch,
// no allocation.
//
//   v = vec(x), u = v W / rms(v)      raw = α u + b
//   pre, post, res = gates and constraint of raw      z = pre · x      (MapsAndRead)
//   y = res · x + postᵀ f                                             (WriteAndMix)
//
// (mHC, arXiv 2512.24880, Eqs. 3 and 7-19; Hyper-Connections, arXiv 2409.19606, Eq. 5, where each
// stream is normalised alone.) Shapes: P tokens, N streams, C channels; every array is row-major.
// Streams are float32 or bfloat16; on a card so may be what is between read and write (z, f), where
// the streams are bfloat16. Everything else is float32.
//
// Thread rule: each function shares its tokens among `place.threads` parts of fixed bounds, so that
// its results are the same, bit for bit, from call to call for one number of threads and one
// instruction set, or on one card. Different calls may run at once where their arrays differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "core/model/kernels/place.h"

namespace mhc::kernels {

constexpr int kMostStreams = 8;
// Rows of the matrices that the arithmetic in lanes inverts.
constexpr int kMostRows = 16;

// How H_res is made of a token's logits. What a family's arithmetic in lanes does not reach is
// asked of the constraint's oracle, a token at a time.
enum class Family {
  kIdentity,
  kUnconstrained,
  kRowSoftmax,
  kSinkhorn,
  kPermutationMix,
  kKronecker,
  kTransportFill,
  kCirculant,
  kQuaternion,
  kIdentityMix,
  kHarmonized,
  kCayley,
  kBlockEnergies,
  kHouseholder,
  kSpectralSphere,
  kSpectralClip,
  kOracle,  // every token
};

struct Constraint {
  Family family = Family::kIdentity;
  int logits = 0;
  bool transpose = false;
  std::int64_t iterations = 0;  // Sinkhorn's, also inside of identity_mix
  bool columns_first = true;
  float epsilon = 0.0f;
  float scale =
      1.0f;       // of harmonized: what stands before Z; of circulant: the share of the softmax
  int block = 1;  // of block energies: the rows of a block

  // logits -> res [N,N], and the cotangent of the logits for that of res. Both know `transpose`.
  void (*map)(const void* oracle, int streams, const float* logits, float* res) = nullptr;
  void (*pull)(const void* oracle, int streams, const float* logits, const float* grad_res,
               float* grad_logits) = nullptr;
  const void* oracle = nullptr;
};

// What a raw value is made from beside its static part b.
enum class Source {
  kStatic,      // nothing
  kFlattened,   // α · u of the flattened streams
  kEachStream,  // α · tanh(u), value r·N + s of row r of θ and stream s
};

// The raw values of one map.
struct Predictor {
  Source source = Source::kStatic;
  int values = 0;                // 0: the map is fixed
  int columns = 0;               // of its weights: `values`, or the rows of θ
  const float* alpha = nullptr;  // [1]; null where it is static
  const float* bias = nullptr;   // [values]
};

enum class Gate { kFixed, kPlain, kSigmoid };

// Numbers from one column of weights to the next. Columns that lay a power of two apart, as N·C
// mostly is, would meet in the same few places of the cache and drive each other out.
constexpr std::int64_t ColumnStride(std::int64_t length) {
  constexpr std::int64_t kLine = 16;
  return ((length + kLine - 1) / kLine | 1) * kLine;  // an odd number of lines
}

// One site. Its raw values follow each other: of pre, post, res, and of the map that a blend
// leaves.
struct Site {
  int streams = 0;
  std::int64_t channels = 0;
  float eps_norm = 0.0f;

  // The weights of all predictors of that source, column after column, each ColumnStride of its
  // length behind the one before; null where there is none.
  const float* flat_weights = nullptr;    // [Σ columns] of N·C numbers
  const float* stream_weights = nullptr;  // [Σ columns] of C numbers

  Predictor pre, post, res, old;
  Gate pre_gate = Gate::kSigmoid, post_gate = Gate::kSigmoid;
  float eps_pre = 0.0f;      // added to σ
  float pre_value = 0.0f;    // of a fixed read
  float post_factor = 2.0f;  // before σ, and the value of a fixed write is 1
  Constraint constraint, old_constraint;
  bool blends = false;
  float blend = 1.0f;  // λ: H = (1 − λ) old + λ new

  constexpr int Values() const { return pre.values + post.values + res.values + old.values; }
  constexpr int Columns(Source source) const {
    int columns = 0;
    for (const Predictor* predictor : {&pre, &post, &res, &old}) {
      if (predictor->source == source) columns += predictor->columns;
    }
    return columns;
  }
};

// What MapsAndRead leaves for the way back: u [P, Values()] and 1/rms of the flattened streams [P]
// or of each stream [P,N] (either may be null where no predictor has that source).
struct Kept {
  float* u = nullptr;
  float* flat_scale = nullptr;
  float* stream_scale = nullptr;
};

// Where the time of a pass of MapsAndRead goes, in seconds of its first part.
struct Timing {
  double constraint = 0.0, read = 0.0;
};

struct MapsForward {
  std::int64_t tokens = 0;
  const void* x = nullptr;  // [P,N,C]
  bool x_is_bfloat16 = false;
  const float* read = nullptr;  // [P,N]: what reads in place of pre; null: pre does
  float* pre = nullptr;         // [P,N]
  float* post = nullptr;        // [P,N]
  float* res = nullptr;         // [P,N,N]
  void* z = nullptr;            // [P,C]; null: nothing is read
  bool z_is_bfloat16 = false;   // on a card
  Kept kept;
  Timing* timing = nullptr;  // null: nothing is timed
};

struct MapsBackward {
  std::int64_t tokens = 0;
  const void* x = nullptr;
  bool x_is_bfloat16 = false;
  const float* read = nullptr;
  const float* pre = nullptr;  // as MapsAndRead left it
  Kept kept;                   // the same
  // Cotangents; null counts as zeros.
  const void* grad_z = nullptr;      // [P,C]
  bool z_is_bfloat16 = false;        // on a card
  const float* grad_pre = nullptr;   // [P,N]
  const float* grad_post = nullptr;  // [P,N]
  const float* grad_res = nullptr;   // [P,N,N]
  const void* grad_pass = nullptr;   // [P,N,C] in the type of x: of x itself, from elsewhere
  // Results. grad_x may be the same memory as grad_pass.
  void* grad_x = nullptr;                // [P,N,C] in the type of x
  float* grad_read = nullptr;            // [P,N], where `read` was given
  float* grad_flat_weights = nullptr;    // [Σ columns, N·C]
  float* grad_stream_weights = nullptr;  // [Σ columns, C]
  float* grad_alpha = nullptr;           // [4]: pre, post, res, old
  float* grad_bias = nullptr;            // [Values()]
  Timing* timing = nullptr;
};

struct MixForward {
  std::int64_t tokens = 0;
  int streams = 0;
  std::int64_t channels = 0;
  bool is_bfloat16 = false;     // x and y
  const void* x = nullptr;      // [P,N,C]
  const void* f = nullptr;      // [P,C]
  bool f_is_bfloat16 = false;   // on a card
  const float* post = nullptr;  // [P,N]
  const float* res = nullptr;   // [P,N,N]
  void* y = nullptr;            // [P,N,C]
};

struct MixBackward {
  std::int64_t tokens = 0;
  int streams = 0;
  std::int64_t channels = 0;
  bool is_bfloat16 = false;  // x, grad_y and grad_x
  const void* x = nullptr;
  const void* f = nullptr;
  bool f_is_bfloat16 = false;  // on a card
  const float* post = nullptr;
  const float* res = nullptr;
  const void* grad_y = nullptr;  // [P,N,C]
  void* grad_x = nullptr;        // [P,N,C]; may be the same memory
  void* grad_f = nullptr;        // [P,C], in the type of f
  float* grad_post = nullptr;    // [P,N]
  float* grad_res = nullptr;     // [P,N,N]
};

// Floats of scratch memory that a pass of MapsAndRead and its way back take at that place.
std::size_t ScratchFloats(const Site& site, std::int64_t tokens, const Place& place);

void MapsAndRead(const Site& site, const MapsForward& arrays, float* scratch, const Place& place);
void MapsAndReadBackward(const Site& site, const MapsBackward& arrays, float* scratch,
                         const Place& place);
void WriteAndMix(const MixForward& arrays, const Place& place);
void WriteAndMixBackward(const MixBackward& arrays, const Place& place);

// What these functions call where their place is a card.
struct CardKernels {
  std::size_t (*scratch_floats)(const Site& site, std::int64_t tokens);
  void (*maps_and_read)(const Site& site, const MapsForward& arrays, float* scratch, void* stream);
  void (*maps_and_read_backward)(const Site& site, const MapsBackward& arrays, float* scratch,
                                 void* stream);
  void (*write_and_mix)(const MixForward& arrays, void* stream);
  void (*write_and_mix_backward)(const MixBackward& arrays, void* stream);
};

// The instruction set that these functions run with on this processor: "AVX3", "AVX2", …
const char* InstructionSet();
// From now on no wider vectors than those of AVX2, as on a processor that has no others. Before the
// first kernel of the process runs.
void KeepToAvx2();

}  // namespace mhc::kernels
