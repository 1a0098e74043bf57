#include "app/command_line/site_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/command_line/site_file.h"
#include "core/formats/json_text.h"

namespace mhc {
namespace {

using nlohmann::ordered_json;

Status SetNumber(const std::string& key, double minimum, const std::string& text, double& number) {
  if (text.empty()) return {};
  const Declaration declaration{.key = key, .fallback = number, .minimum = minimum};
  const Result<Value> value = ReadOption(declaration, text);
  if (!value) return tl::unexpected(value.error());
  number = std::get<double>(*value);
  return {};
}

Result<SiteOptions> ReadOptions(const SiteArguments& arguments) {
  Result<ConstraintChoice> choice = ReadConstraint(arguments.map);
  if (!choice) return tl::unexpected(choice.error());
  SiteOptions options{.choice = *std::move(choice)};
  constexpr double kAny = -std::numeric_limits<double>::infinity();
  for (const Status& set :
       {SetNumber("eps-pre", 0.0, arguments.eps_pre, options.eps_pre),
        SetNumber("eps-norm", 0.0, arguments.eps_norm, options.eps_norm),
        SetNumber("post-factor", kAny, arguments.post_factor, options.post_factor)}) {
    if (!set) return tl::unexpected(set.error());
  }
  return options;
}

CommandResult Report(const SiteArguments& arguments, const SiteOptions& options,
                     const SiteFile& site, const SiteOutputs& outputs) {
  const auto shapes = SiteOutputShapes(site, outputs);
  if (!arguments.json) {
    std::string text = arguments.out + ":";
    for (const auto& [name, shape] : shapes) {
      text += fmt::format(" {} [{}]", name, fmt::join(shape, ","));
    }
    return Print(text + '\n');
  }
  ordered_json tensors;
  for (const auto& [name, shape] : shapes) tensors[name] = shape;
  return PrintDocument(DumpJson({{"out", arguments.out},
                                 {"kernels", arguments.kernels},
                                 {"compute", arguments.compute},
                                 {"constraint", ToText(options.choice)},
                                 {"tensors", tensors}}));
}

void DeclareMapOptions(CLI::App& app, SiteArguments& arguments) {
  DeclareConstraintOptions(app, arguments.map);
  app.add_option("--eps-pre", arguments.eps_pre, "Added to pre after the sigmoid (0)");
  app.add_option("--eps-norm", arguments.eps_norm, "Added inside the root of the mean square (0)");
  app.add_option("--post-factor", arguments.post_factor, "Factor of the sigmoid of post (2)");
}

}  // namespace

CommandResult ComputeSite(const SiteArguments& arguments, const SiteFunction& compute) {
  if (arguments.out.empty() && arguments.json) {
    return BadInput({"--json: needs --out, since without it the tensors go to standard output"});
  }
  if (arguments.out.empty() && isatty(STDOUT_FILENO)) {
    return BadInput({"--out: found nothing, expected the path of a file, or a pipe as output"});
  }
  const Result<SiteOptions> options = ReadOptions(arguments);
  if (!options) return BadInput(options.error());
  const Result<Safetensors> file = Safetensors::Open(arguments.in);
  if (!file) return BadInput(file.error());
  const Result<SiteFile> site = ReadSiteFile(*file, options->choice);
  if (!site) return BadInput(site.error());
  const Result<SiteOutputs> outputs = compute(site->inputs, *options);
  if (!outputs) return BadInput({arguments.in + ": " + outputs.error().message});

  const auto type = arguments.compute == "float32" ? ElementType::kF32 : ElementType::kF64;
  const auto append = [&](OutputFile& output) {
    return AppendSiteOutputs(
        output, *site, *outputs, type,
        {{"constraint", ToText(options->choice)}, {"kernels", arguments.kernels}});
  };
  if (arguments.out.empty()) {
    OutputFile output = OutputFile::StandardOutput();
    if (const Status written = append(output); !written) return Failed(written.error());
    return {};
  }
  if (const Status written = ReplaceFile(arguments.out, append); !written) {
    return Failed(written.error());
  }
  return Report(arguments, *options, *site, *outputs);
}

Action DeclareSite(CLI::App& app, CommandResult (*run)(const SiteArguments& arguments)) {
  const auto arguments = std::make_shared<SiteArguments>();
  app.add_option("IN", arguments->in,
                 "safetensors with x [B,T,n,C], phi [nC,2n+k], alpha [3], bias [2n+k], f [B,T,C], "
                 "and for gradients gy [B,T,n,C], gz [B,T,C]")
      ->required();
  app.add_option("--out", arguments->out,
                 "safetensors to write: pre, post, res, z, y and the gradients; where it is not "
                 "given they go to standard output");
  DeclareMapOptions(app, *arguments);
  app.add_option("--kernels", arguments->kernels,
                 "oracle (plain loops in double precision), reference (LibTorch operations and "
                 "autograd) or fused (the kernels that train, in float32)")
      ->check(CLI::IsMember({"oracle", "reference", "fused"}))
      ->capture_default_str();
  app.add_option("--compute", arguments->compute,
                 "float32 or float64: the type of the outputs, and of the reference's arithmetic; "
                 "the oracle always computes in double, the fused kernels in float32")
      ->check(CLI::IsMember({"float32", "float64"}))
      ->capture_default_str();
  AddJsonOption(app, arguments->json);
  app.footer(
      "Examples:\n"
      "  mhc site in.safetensors --out out.safetensors\n"
      "  mhc site in.safetensors --out out.safetensors --constraint sinkhorn --epsilon 1e-6 "
      "--eps-pre 1e-6\n"
      "  mhc site in.safetensors --out reference.safetensors --kernels reference --compute "
      "float32");
  return [arguments, run] { return run(*arguments); };
}

}  // namespace mhc
