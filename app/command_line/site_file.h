// The tensors that `mhc site` reads and writes (safetensors).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/formats/element_type.h"
#include "core/formats/output_file.h"
#include "core/formats/safetensors.h"
#include "core/manifold/hyper_connection_site.h"
#include "core/result.h"

namespace mhc {

struct SiteFile {
  std::int64_t batch = 0;     // B
  std::int64_t sequence = 0;  // T, so that inputs.tokens = B·T
  std::int64_t logits = 0;    // k of the constraint
  SiteInputs inputs;
};

// Needs x [B,T,n,C], phi [nC, 2n+k], alpha [3], bias [2n+k] and f [B,T,C], of any element type and
// finite; takes gy [B,T,n,C] and gz [B,T,C] where they are there; leaves other tensors alone.
// Errors begin with the path and name the tensor, the shape found and the shape expected.
Result<SiteFile> ReadSiteFile(const Safetensors& file, const ConstraintChoice& choice);

// Shapes by name of what a site gives, in the order of the computation; the gradients only where
// they were computed.
std::vector<std::pair<std::string, std::vector<std::int64_t>>> SiteOutputShapes(
    const SiteFile& site, const SiteOutputs& outputs);

// As kF32 or kF64, with `metadata` beside the tensors.
Status AppendSiteOutputs(OutputFile& file, const SiteFile& site, const SiteOutputs& outputs,
                         ElementType type, const std::map<std::string, std::string>& metadata);

}  // namespace mhc
