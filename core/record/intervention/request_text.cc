// Requests as the JSON text of an inbox file.
#include <algorithm>

#include "core/formats/json_text.h"
#include "core/record/intervention/given_request.h"

namespace mhc {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestText = 64 * 1024;

Result<json> ParseObject(std::string_view text, const std::string& origin) {
  if (text.size() > kLongestText) {
    return Fail("{}: found {} bytes, expected a request of at most {}", origin, text.size(),
                kLongestText);
  }
  auto document = ParseJson(text, origin);
  if (document && !document->is_object()) {
    return Fail("{}: found a JSON {}, expected an object", origin, document->type_name());
  }
  return document;
}

Result<Value> ValueOf(const json& field) {
  if (field.is_boolean()) return Value(field.get<bool>());
  if (field.is_string()) return Value(field.get<std::string>());
  if (field.is_number_unsigned() && field.get<std::uint64_t>() > INT64_MAX) {
    return Fail("value: found {}, expected a number below 2^63", field.dump());
  }
  if (field.is_number_integer()) return Value(field.get<std::int64_t>());
  if (field.is_number_float()) return Value(field.get<double>());
  if (field.is_array()) {
    std::vector<double> numbers;
    for (const json& entry : field) {
      if (!entry.is_number()) return Fail("value: found a list of other things than numbers");
      numbers.push_back(entry.get<double>());
    }
    return Value(numbers);
  }
  return Fail("value: found a JSON {}, expected a text, a number or a list of numbers",
              field.type_name());
}

Result<std::vector<std::int64_t>> SitesOf(const json& field, std::int64_t sites) {
  std::vector<std::int64_t> list;
  const auto wrong = [&] {
    return Fail("sites: expected a list of different sites from 0 to {}", sites - 1);
  };
  if (!field.is_array()) return wrong();
  for (const json& entry : field) {
    if (!entry.is_number_unsigned() || entry.get<std::uint64_t>() >= std::uint64_t(sites)) {
      return wrong();
    }
    list.push_back(entry.get<std::int64_t>());
  }
  std::sort(list.begin(), list.end());
  if (std::adjacent_find(list.begin(), list.end()) != list.end()) return wrong();
  return list;
}

Result<const std::string*> TextOf(const json& document, const char* key) {
  const auto found = document.find(key);
  if (found == document.end()) return nullptr;
  if (!found->is_string()) {
    return Fail("{}: found a JSON {}, expected a text", key, found->type_name());
  }
  return found->get_ptr<const std::string*>();
}

Status CheckKeys(const json& document) {
  constexpr std::string_view kKeys[] = {"kind", "value", "sites", "transfer", "origin"};
  for (const auto& [key, value] : document.items()) {
    if (std::find(std::begin(kKeys), std::end(kKeys), key) == std::end(kKeys)) {
      return Fail("found the key \"{}\", expected kind, value, sites, transfer, origin",
                  key.substr(0, 100));
    }
  }
  const auto origin = TextOf(document, "origin");
  if (!origin) return tl::unexpected(origin.error());
  // "guard" marks what the engine did by itself; nobody else may claim that.
  if (*origin != nullptr && **origin != "request") {
    return Fail("origin: found \"{}\", expected request", (*origin)->substr(0, 100));
  }
  return {};
}

Result<InterventionRequest> FromDocument(const Configuration& configuration, const json& document) {
  if (const auto status = CheckKeys(document); !status) return tl::unexpected(status.error());
  const auto kind = TextOf(document, "kind");
  if (!kind) return tl::unexpected(kind.error());
  if (*kind == nullptr) return UnknownKind("");
  GivenRequest given{**kind, std::nullopt, std::nullopt, std::nullopt};
  if (const auto field = document.find("value"); field != document.end() && !field->is_null()) {
    auto value = ValueOf(*field);
    if (!value) return tl::unexpected(value.error());
    given.value = *std::move(value);
  }
  const std::int64_t site_count = configuration.SiteCount();
  // An empty list says "every site", as ToJsonText writes it for every kind.
  if (const auto field = document.find("sites");
      field != document.end() && !(field->is_array() && field->empty())) {
    auto sites = SitesOf(*field, site_count);
    if (!sites) return tl::unexpected(sites.error());
    given.sites = *std::move(sites);
  }
  const auto transfer = TextOf(document, "transfer");
  if (!transfer) return tl::unexpected(transfer.error());
  if (*transfer != nullptr) given.transfer = **transfer;
  return CheckRequest(configuration, given);
}

}  // namespace

Result<InterventionRequest> ParseRequest(const Configuration& configuration, std::string_view id,
                                         std::string_view json_text) {
  const std::string where = fmt::format("request {}", id.substr(0, 100));
  const auto document = ParseObject(json_text, where);
  if (!document) return tl::unexpected(document.error());
  auto request = FromDocument(configuration, *document);
  if (!request) return FailWithin(where, request.error());
  request->id = id;
  return request;
}

std::string ToJsonText(const InterventionRequest& request) {
  nlohmann::ordered_json document;
  document["kind"] = request.kind;
  const InterventionKind* kind = FindInterventionKind(request.kind);
  if (kind == nullptr || TakesValue(*kind)) {
    std::visit([&](const auto& value) { document["value"] = value; }, request.value);
  }
  document["sites"] = request.sites;
  if (kind != nullptr && kind->takes_transfer) document["transfer"] = ToText(request.transfer);
  document["origin"] = request.origin;
  return DumpJson(std::move(document)) + '\n';
}

}  // namespace mhc
