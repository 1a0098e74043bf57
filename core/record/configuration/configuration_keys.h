// The declarations of the configuration's keys, one row a key, each bound to its member.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "core/record/configuration/configuration.h"

namespace mhc {

// A key of `mixing` and of [[mixing.site]] alike; `declaration.key` has no section.
struct SiteKey {
  Declaration declaration;
  std::function<Value(const SiteSettings&)> get;
  std::function<void(SiteSettings&, const Value&)> set;
};

// `constraint` and `transpose` are rows too; setting `constraint` chooses it with default options.
std::span<const SiteKey> SiteKeys();
// nullptr where there is none of that name.
const SiteKey* FindSiteKey(std::string_view name);

}  // namespace mhc
