// What tests of the kernels share: threads, and each instruction set in turn.
#pragma once

#include <gtest/gtest.h>

#include <hwy/highway.h>

#include <thread>
#include <vector>

#include "array_error.h"
#include "core/model/kernels/site_kernels.h"

namespace mhc {

// Whole threads, so that the parts of a kernel truly run beside each other.
inline void ShareAmongThreads(int parts, void (*body)(void* context, int part), void* context) {
  std::vector<std::thread> threads;
  for (int part = 1; part < parts; ++part) threads.emplace_back(body, context, part);
  body(context, 0);
  for (std::thread& thread : threads) thread.join();
}

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
