// [[alert]] and [[intervention]] of a configuration: what is to be told of, and what is to be done
// at which step without hands.
//
// Thread rule: pure functions. Internal to core/record/configuration.
#pragma once

#include <toml++/toml.h>
#include <string>
#include <string_view>

#include "core/record/configuration/configuration.h"

namespace mhc {

// Takes both lists out of `table`. Error with the place and the key for what is not one of theirs;
// whether the words of an intervention are a request of this model is checked by CheckPlanned().
Status TakeEventTables(toml::table& table, std::string_view source, Configuration& configuration);

// As run.toml has them; empty where there are none.
std::string EventTablesToml(const Configuration& configuration);

}  // namespace mhc
