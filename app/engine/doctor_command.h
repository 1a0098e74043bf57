// `doctor`: what this machine and this LibTorch are, and what is wrong with them.
#pragma once

namespace mhc {

// 0 where there are no problems, else 1.
int Doctor(bool json);

}  // namespace mhc
