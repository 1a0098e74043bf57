#include "core/record/run/program_beside.h"

namespace mhc {

Result<std::filesystem::path> ProgramBeside(const std::string& name) {
  constexpr const char* kThisProgram = "/proc/self/exe";
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink(kThisProgram, error);
  if (error) {
    return Fail("{}: {}, expected the place of this program", kThisProgram, error.message());
  }
  return self.parent_path() / name;
}

}  // namespace mhc
