#include "core/formats/safetensors_writer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/formats/quoted_text.h"

namespace mhc {
namespace {

constexpr std::size_t kAlignment = 8;

using TensorOrder = std::vector<const SafetensorsTensor*>;

TensorOrder InFileOrder(std::span<const SafetensorsTensor> tensors) {
  TensorOrder order;
  for (const SafetensorsTensor& tensor : tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    const std::size_t a_bytes = ElementBytes(a->type), b_bytes = ElementBytes(b->type);
    return a_bytes != b_bytes ? a_bytes > b_bytes : a->name < b->name;
  });
  return order;
}

Status CheckTensor(const SafetensorsTensor& tensor) {
  std::optional<std::uint64_t> bytes = ElementBytes(tensor.type);
  for (const std::int64_t length : tensor.shape) {
    if (length >= 0 && bytes) bytes = CheckedProduct(*bytes, static_cast<std::uint64_t>(length));
    if (length < 0 || !bytes) {
      return Fail("tensor {}: shape: found {}, expected lengths of at least 0 that fit in memory",
                  Quoted(tensor.name), length);
    }
  }
  if (*bytes != tensor.bytes.size()) {
    return Fail("tensor {}: found {} bytes, expected {} by shape and type {}", Quoted(tensor.name),
                tensor.bytes.size(), *bytes, Name(tensor.type));
  }
  return {};
}

Status CheckNames(std::span<const SafetensorsTensor> tensors) {
  std::vector<std::string_view> names;
  for (const SafetensorsTensor& tensor : tensors) names.push_back(tensor.name);
  names.push_back("__metadata__");
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) return Fail("tensor {}: the name is taken", Quoted(*twice));
  return {};
}

struct Layout {
  TensorOrder order;
  std::string header;
};

// Everything that can be wrong with the tensors is found here, before a file is touched.
Result<Layout> LayOut(std::span<const SafetensorsTensor> tensors,
                      const SafetensorsMetadata& metadata) {
  if (const Status names = CheckNames(tensors); !names) return tl::unexpected(names.error());
  Layout layout{InFileOrder(tensors), {}};
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const SafetensorsTensor* tensor : layout.order) {
    if (const Status sound = CheckTensor(*tensor); !sound) return tl::unexpected(sound.error());
    const std::uint64_t end = offset + tensor->bytes.size();
    header[tensor->name] = {
        {"dtype", Name(tensor->type)}, {"shape", tensor->shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  try {
    layout.header = header.dump();
  } catch (const nlohmann::json::type_error&) {
    return Fail("found a name or a metadata text that is not UTF-8");
  }
  layout.header.resize((layout.header.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  return layout;
}

Status Append(OutputFile& file, const Layout& layout) {
  const std::uint64_t length = layout.header.size();
  Status written = file.Append(std::as_bytes(std::span(&length, 1)));
  if (written) written = file.Append(layout.header);
  for (const SafetensorsTensor* tensor : layout.order) {
    if (written) written = file.Append(tensor->bytes);
  }
  return written;
}

}  // namespace

Status AppendSafetensors(OutputFile& file, std::span<const SafetensorsTensor> tensors,
                         const SafetensorsMetadata& metadata) {
  const Result<Layout> layout = LayOut(tensors, metadata);
  if (!layout) return tl::unexpected(layout.error());
  return Append(file, *layout);
}

Status WriteSafetensors(const std::filesystem::path& path,
                        std::span<const SafetensorsTensor> tensors,
                        const SafetensorsMetadata& metadata) {
  const Result<Layout> layout = LayOut(tensors, metadata);
  if (!layout) return FailWithin(path.string(), layout.error());
  Result<OutputFile> file = OutputFile::Create(path);
  if (!file) return tl::unexpected(file.error());
  Status written = Append(*file, *layout);
  if (written) written = file->Close();
  return written;
}

}  // namespace mhc
