#include "app/command_line/site_file.h"

#include <cassert>
#include <cmath>
#include <limits>

#include "core/formats/number_text.h"
#include "core/formats/quoted_text.h"
#include "core/formats/safetensors_writer.h"

namespace mhc {
namespace {

using Shape = std::vector<std::int64_t>;

std::string ShapeText(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

struct NamedArray {
  const char* name;
  const std::vector<double>* values;
  Shape shape;
};

Result<std::vector<double>> ReadTensor(const Safetensors& file, const char* name,
                                       const Shape& shape) {
  const SafetensorsEntry* entry = file.Find(name);
  if (!entry) {
    return Fail("{}: found no tensor \"{}\", expected one of shape {}", file.path(), name,
                ShapeText(shape));
  }
  if (entry->shape != shape) {
    return Fail("{}: tensor \"{}\": found the shape {}, expected {}", file.path(), name,
                ShapeText(entry->shape), ShapeText(shape));
  }
  std::vector<double> values = WidenToDouble(entry->type, file.Bytes(*entry));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      return Fail("{}: tensor \"{}\": found {} at place {}, expected finite numbers", file.path(),
                  name, NumberText(values[i]), i);
    }
  }
  return values;
}

// The lengths B, T, n, C, from the shape of x.
Status ReadLengths(const Safetensors& file, const ConstraintChoice& choice, SiteFile& site) {
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  const SafetensorsEntry* x = file.Find("x");
  if (!x) return Fail("{}: found no tensor \"x\", expected one of shape [B, T, n, C]", file.path());
  bool sound = x->shape.size() == 4;
  for (const std::int64_t length : x->shape) sound = sound && length >= 1 && length <= kMost;
  if (!sound || x->shape[0] > kMost / x->shape[1] || x->shape[2] > kMost / x->shape[3]) {
    return Fail("{}: tensor \"x\": found the shape {}, expected [B, T, n, C], each at least 1",
                file.path(), ShapeText(x->shape));
  }
  site.batch = x->shape[0];
  site.sequence = x->shape[1];
  site.inputs.tokens = static_cast<int>(site.batch * site.sequence);
  site.inputs.streams = static_cast<int>(x->shape[2]);
  site.inputs.channels = static_cast<int>(x->shape[3]);
  const Status allowed = CheckStreams(choice, site.inputs.streams);
  if (!allowed) return FailWithin(file.path() + ": tensor \"x\"", allowed.error());
  site.logits = LogitCount(choice, site.inputs.streams);
  return {};
}

std::vector<NamedArray> OutputArrays(const SiteFile& site, const SiteOutputs& outputs) {
  const std::int64_t b = site.batch, t = site.sequence;
  const std::int64_t n = site.inputs.streams, c = site.inputs.channels;
  const std::int64_t columns = 2 * n + site.logits;
  std::vector<NamedArray> arrays = {{"pre", &outputs.pre, {b, t, n}},
                                    {"post", &outputs.post, {b, t, n}},
                                    {"res", &outputs.res, {b, t, n, n}},
                                    {"z", &outputs.z, {b, t, c}},
                                    {"y", &outputs.y, {b, t, n, c}}};
  if (outputs.grad_x.empty()) return arrays;
  arrays.push_back({"grad_x", &outputs.grad_x, {b, t, n, c}});
  arrays.push_back({"grad_phi", &outputs.grad_phi, {n * c, columns}});
  arrays.push_back({"grad_alpha", &outputs.grad_alpha, {3}});
  arrays.push_back({"grad_bias", &outputs.grad_bias, {columns}});
  arrays.push_back({"grad_f", &outputs.grad_f, {b, t, c}});
  return arrays;
}

}  // namespace

Result<SiteFile> ReadSiteFile(const Safetensors& file, const ConstraintChoice& choice) {
  SiteFile site;
  if (const Status lengths = ReadLengths(file, choice, site); !lengths) {
    return tl::unexpected(lengths.error());
  }
  SiteInputs& inputs = site.inputs;
  const std::int64_t n = inputs.streams, c = inputs.channels, columns = 2 * n + site.logits;
  const Shape streams = {site.batch, site.sequence, n, c}, branch = {site.batch, site.sequence, c};
  struct Place {
    const char* name;
    std::vector<double>* values;
    Shape shape;
    bool optional;
  };
  const Place places[] = {
      {"x", &inputs.x, streams, false},     {"phi", &inputs.phi, {n * c, columns}, false},
      {"alpha", &inputs.alpha, {3}, false}, {"bias", &inputs.bias, {columns}, false},
      {"f", &inputs.f, branch, false},      {"gy", &inputs.gy, streams, true},
      {"gz", &inputs.gz, branch, true}};
  for (const Place& place : places) {
    if (place.optional && !file.Find(place.name)) continue;
    Result<std::vector<double>> values = ReadTensor(file, place.name, place.shape);
    if (!values) return tl::unexpected(values.error());
    *place.values = *std::move(values);
  }
  return site;
}

std::vector<std::pair<std::string, Shape>> SiteOutputShapes(const SiteFile& site,
                                                            const SiteOutputs& outputs) {
  std::vector<std::pair<std::string, Shape>> shapes;
  for (const NamedArray& array : OutputArrays(site, outputs)) {
    shapes.emplace_back(array.name, array.shape);
  }
  return shapes;
}

Status AppendSiteOutputs(OutputFile& file, const SiteFile& site, const SiteOutputs& outputs,
                         ElementType type, const std::map<std::string, std::string>& metadata) {
  assert(type == ElementType::kF32 || type == ElementType::kF64);
  const std::vector<NamedArray> arrays = OutputArrays(site, outputs);
  std::vector<std::vector<float>> narrow(arrays.size());
  std::vector<SafetensorsTensor> tensors;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    const std::vector<double>& values = *arrays[i].values;
    auto bytes = std::as_bytes(std::span(values));
    if (type == ElementType::kF32) {
      narrow[i].assign(values.begin(), values.end());
      bytes = std::as_bytes(std::span(narrow[i]));
    }
    tensors.push_back({arrays[i].name, type, arrays[i].shape, bytes});
  }
  return AppendSafetensors(file, tensors, metadata);
}

}  // namespace mhc
