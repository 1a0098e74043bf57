// The bytes of a text file: whether they are UTF-8, and what they are where they are not.
//
// Thread rule: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace mhc {

// Length of the byte order mark of UTF-8 that editors put in front: 3, or 0 where there is none.
std::size_t ByteOrderMark(std::string_view bytes);

// Why a file that begins with these bytes holds no UTF-8 whatever follows: "compressed with gzip,
// …", an archive, a table, UTF-16. No error here has a path in front.
Status CheckSignature(std::string_view bytes);

// The first byte that is no UTF-8, or a NUL, with its offset: its place in `text` plus `offset`.
Status CheckUtf8(std::string_view text, std::size_t offset = 0);

// The code points of UTF-8; a NUL is one. The error gives the offset of the first malformed byte.
Result<std::vector<std::uint32_t>> DecodeUtf8(std::string_view text);

}  // namespace mhc
