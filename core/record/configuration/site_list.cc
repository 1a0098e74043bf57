#include "core/record/configuration/site_list.h"

#include <charconv>

#include "core/formats/quoted_text.h"

namespace mhc {
namespace {

constexpr std::size_t kLongestText = 64 * 1024;

bool ParseNumber(std::string_view text, std::int64_t* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

Result<std::vector<std::int64_t>> ParseSites(std::string_view text, std::int64_t sites) {
  if (sites == 0) return Fail("found sites {}, but this model has none", Quoted(text));
  if (text.size() > kLongestText) {
    return Fail("found {} characters, expected a list of sites of at most {}", text.size(),
                kLongestText);
  }
  std::vector<bool> chosen(static_cast<std::size_t>(sites));
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string_view part = text.substr(at, comma - at);
    at = comma + 1;
    const std::size_t dash = part.find('-');
    std::int64_t first = 0, last = 0;
    const bool ok = dash == std::string_view::npos
                        ? ParseNumber(part, &first) && ParseNumber(part, &last)
                        : ParseNumber(part.substr(0, dash), &first) &&
                              ParseNumber(part.substr(dash + 1), &last);
    if (!ok || first < 0 || last < first || last >= sites) {
      return Fail("found sites {}, expected a list like 0-3,7 of sites from 0 to {}", Quoted(text),
                  sites - 1);
    }
    for (std::int64_t site = first; site <= last; ++site) {
      if (chosen[site]) {
        return Fail("found sites {}, where {} stands twice, expected each once", Quoted(text),
                    site);
      }
      chosen[site] = true;
    }
  }
  std::vector<std::int64_t> list;
  for (std::int64_t site = 0; site < sites; ++site) {
    if (chosen[site]) list.push_back(site);
  }
  return list;
}

std::string SitesToText(std::span<const std::int64_t> sites) {
  std::string text;
  for (std::size_t i = 0; i < sites.size();) {
    std::size_t last = i;
    while (last + 1 < sites.size() && sites[last + 1] == sites[last] + 1) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ",", sites[i]);
    if (last > i) text += fmt::format("-{}", sites[last]);
    i = last + 1;
  }
  return text;
}

}  // namespace mhc
