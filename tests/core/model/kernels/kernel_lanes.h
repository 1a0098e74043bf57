// Each instruction set in turn, and what else tests of the kernels share.
#pragma once

#include <gtest/gtest.h>

#include <hwy/highway.h>

#include "array_error.h"
#include "core/model/kernels/site_kernels.h"
#include "thread_share.h"

namespace mhc {

// Every instruction set that was compiled and that this processor has, one after the other.
template <class Body>
void OnEveryInstructionSet(const Body& body) {
  for (const std::int64_t target : {HWY_AVX3, HWY_AVX2, HWY_SCALAR}) {
    if ((hwy::SupportedTargets() & target) == 0) continue;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    {
      SCOPED_TRACE(kernels::InstructionSet());
      body();
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
}

}  // namespace mhc
