// The threads of the emulated card.
#include <cuda_runtime.h>
#include <ucontext.h>

#include <array>
#include <cmath>
#include <csetjmp>
#include <memory>
#include <vector>

#include "core/model/kernels/cuda/numbers.cuh"

dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace mhc::kernels::cuda {
namespace {

constexpr std::size_t kStackBytes = 128 * 1024;
constexpr std::size_t kWords = 6;

// All who come wait for each other.
struct Meeting {
  unsigned arrived = 0, phase = 0;
};

// Runs threads to their ends, one after the other, and waits where they wait.
struct Fiber {
  ucontext_t start;
  std::jmp_buf place;
  std::unique_ptr<char[]> stack = std::make_unique<char[]>(kStackBytes);
  bool is_new = true, is_idle = false;
  unsigned thread = 0;
};

struct Warp {
  Meeting meeting;
  // Of two phases: who is ahead of another is so by one.
  std::array<std::array<std::array<std::uint32_t, kWords>, kWarp>, 2> words;
};

class Block {
 public:
  void Run(unsigned threads, const std::function<void()>& body) {
    body_ = &body;
    meeting_ = {};
    warps_.assign((threads + kWarp - 1) / kWarp, {});
    next_thread_ = 0;
    threads_ = threads;
    used_ = 0;
    // A fiber that waits leaves the threads that have not begun to the next one.
    while (next_thread_ < threads_) {
      if (used_ == fibers_.size()) fibers_.push_back(std::make_unique<Fiber>());
      Continue(*fibers_[used_++]);
    }
    for (bool runs = true; runs;) {
      runs = false;
      for (std::size_t k = 0; k < used_; ++k) {
        if (fibers_[k]->is_idle) continue;
        runs = true;
        Continue(*fibers_[k]);
      }
    }
  }

  // The words of the caller's warp, once each of its lanes has given its own.
  const std::array<std::array<std::uint32_t, kWords>, kWarp>& Exchange(
      const std::array<std::uint32_t, kWords>& words) {
    Warp& warp = warps_[threadIdx.x / kWarp];
    const unsigned phase = warp.meeting.phase;
    warp.words[phase % 2][threadIdx.x % kWarp] = words;
    Wait(warp.meeting, kWarp);
    return warp.words[phase % 2];
  }
  void WaitForAll() { Wait(meeting_, blockDim.x); }

 private:
  static void Enter();

  void Continue(Fiber& fiber) {
    current_ = &fiber;
    fiber.is_idle = false;
    threadIdx = dim3(fiber.thread);
    if (_setjmp(scheduler_) != 0) return;
    if (!fiber.is_new) _longjmp(fiber.place, 1);
    fiber.is_new = false;
    getcontext(&fiber.start);
    fiber.start.uc_stack.ss_sp = fiber.stack.get();
    fiber.start.uc_stack.ss_size = kStackBytes;
    fiber.start.uc_link = nullptr;
    makecontext(&fiber.start, Enter, 0);
    setcontext(&fiber.start);
  }
  void Leave() {
    if (_setjmp(current_->place) == 0) _longjmp(scheduler_, 1);
  }

  void Wait(Meeting& meeting, unsigned all) {
    const unsigned phase = meeting.phase;
    if (++meeting.arrived == all) {
      meeting.arrived = 0;
      ++meeting.phase;
    }
    while (meeting.phase == phase) Leave();
  }

  const std::function<void()>* body_ = nullptr;
  Meeting meeting_;
  std::vector<Warp> warps_;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::jmp_buf scheduler_;
  Fiber* current_ = nullptr;
  unsigned next_thread_ = 0, threads_ = 0;
  std::size_t used_ = 0;
};

Block block;
std::vector<float4> block_memory;

void Block::Enter() {
  for (;;) {
    while (block.next_thread_ < block.threads_) {
      block.current_->thread = block.next_thread_++;
      threadIdx = dim3(block.current_->thread);
      (*block.body_)();
    }
    block.current_->is_idle = true;
    block.Leave();
  }
}

// Towards zero.
float Cut(double value) {
  const auto nearest = static_cast<float>(value);
  return std::abs(double{nearest}) > std::abs(value) ? std::nextafter(nearest, 0.0f) : nearest;
}

float Half(std::uint32_t pair, int which) { return which == 0 ? LowOf(pair) : HighOf(pair); }

}  // namespace

void RunBlocks(dim3 grid, unsigned threads, std::size_t bytes, const std::function<void()>& body) {
  gridDim = grid;
  blockDim = dim3(threads);
  for (unsigned z = 0; z < grid.z; ++z) {
    for (unsigned y = 0; y < grid.y; ++y) {
      for (unsigned x = 0; x < grid.x; ++x) {
        blockIdx = dim3(x, y, z);
        // What was not written is to be seen.
        block_memory.assign((bytes + sizeof(float4) - 1) / sizeof(float4), {NAN, NAN, NAN, NAN});
        block.Run(threads, body);
      }
    }
  }
}

void* BlockMemory() { return block_memory.data(); }

void EmulateProduct(float (&sums)[4], const std::array<std::uint32_t, 6>& words, int depth) {
  const int lane = static_cast<int>(threadIdx.x % kWarp), g = lane / 4, q = lane % 4;
  const auto& all = block.Exchange(words);
  for (int s = 0; s < 4; ++s) {
    const int row = g + s / 2 * 8, column = 2 * q + s % 2;
    double sum = sums[s];
    for (int k = 0; k < depth; ++k) {
      const auto of = static_cast<std::size_t>(k % 8 / 2);
      const auto a = static_cast<std::size_t>(k / 8 * 2 + row / 8);
      const auto b = static_cast<std::size_t>(4 + k / 8);
      sum += double{Half(all[static_cast<std::size_t>(row % 8) * 4 + of][a], k % 2)} *
             double{Half(all[static_cast<std::size_t>(column) * 4 + of][b], k % 2)};
    }
    // Tensor cores cut what float32 does not hold, by what has been seen of them.
    sums[s] = Cut(sum);
  }
}

std::uint32_t EmulateTranspose(std::uint32_t pair) {
  const int lane = static_cast<int>(threadIdx.x % kWarp), g = lane / 4, q = lane % 4;
  const auto& all = block.Exchange({pair});
  const auto entry = [&](int row, int column) {
    const std::uint32_t word = all[static_cast<std::size_t>(row * 4 + column / 2)][0];
    return column % 2 == 0 ? word & 0xFFFFu : word >> 16;
  };
  return entry(2 * q, g) | entry(2 * q + 1, g) << 16;
}

}  // namespace mhc::kernels::cuda

void __syncthreads() { mhc::kernels::cuda::block.WaitForAll(); }

float __shfl_xor_sync(unsigned, float value, int step) {
  const auto other = (threadIdx.x % mhc::kernels::cuda::kWarp) ^ static_cast<unsigned>(step);
  const auto& all = mhc::kernels::cuda::block.Exchange({std::bit_cast<std::uint32_t>(value)});
  return std::bit_cast<float>(all[other][0]);
}
