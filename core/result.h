// How everything in mHC Lab reports what a person, a disk or a stranger's file can cause: as a
// value.
//
// An `Error` is one clear sentence that names the file, key or offset, what was found and what was
// expected. Our own bugs are assertions, not errors. Thread rule: plain values, no shared state.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace mhc {

struct Error {
  std::string message;
  // What is in the way may go away, as a full disk does: the same may succeed later.
  bool may_pass = false;
};

template <class T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

// Fail("{}: found {}, expected {}", ...) returns from any function that returns a Result.
template <class... Args>
tl::unexpected<Error> Fail(fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(Error{fmt::format(format, std::forward<Args>(args)...)});
}

// Passes an error on, with what was being done in front of it.
inline tl::unexpected<Error> FailWithin(std::string_view where, const Error& error) {
  return tl::unexpected<Error>(Error{std::string(where) + ": " + error.message, error.may_pass});
}

}  // namespace mhc
