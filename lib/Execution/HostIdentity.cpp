// SPDX-License-Identifier: Apache-2.0
// Which build of which libraries this is, and what it runs on.
#include "mlir/IR/MLIRContext.h"
#include "spike/Execution/ProgramCache.h"
#include "spike/Runtime/Runtime.h"
#include "llvm-c/Core.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/Alignment.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"
#include <link.h>

using namespace mlir::spike;

namespace {

struct Search {
  uintptr_t address; // somewhere in the library
  std::string build;
};

/// The build identifier among a library's notes.
std::string findBuildId(const char *notes, size_t size) {
  while (size >= sizeof(ElfW(Nhdr))) {
    auto *note = reinterpret_cast<const ElfW(Nhdr) *>(notes);
    size_t name = sizeof(*note), text = name + llvm::alignTo<4>(note->n_namesz);
    size_t end = text + llvm::alignTo<4>(note->n_descsz);
    if (end > size)
      break;
    if (note->n_type == NT_GNU_BUILD_ID &&
        llvm::StringRef(notes + name, note->n_namesz) == llvm::StringRef("GNU", 4)) // with its zero
      return llvm::toHex(llvm::StringRef(notes + text, note->n_descsz), /*LowerCase=*/true);
    notes += end;
    size -= end;
  }
  return "";
}

int visit(dl_phdr_info *info, size_t, void *data) {
  auto *search = static_cast<Search *>(data);
  llvm::ArrayRef<ElfW(Phdr)> headers(info->dlpi_phdr, info->dlpi_phnum);
  bool holds = llvm::any_of(headers, [&](const ElfW(Phdr) & header) {
    return header.p_type == PT_LOAD && search->address - (info->dlpi_addr + header.p_vaddr) < header.p_memsz;
  });
  if (!holds)
    return 0;
  for (const ElfW(Phdr) &header : headers)
    if (header.p_type == PT_NOTE && search->build.empty())
      search->build = findBuildId(reinterpret_cast<const char *>(info->dlpi_addr + header.p_vaddr), header.p_memsz);
  return 1;
}

/// Of the library that a function lies in; empty if it has none.
template <typename Function>
std::string getBuildId(Function *function) {
  Search search{reinterpret_cast<uintptr_t>(function), ""};
  dl_iterate_phdr(visit, &search);
  return search.build;
}

} // namespace

std::optional<HostIdentity> HostIdentity::detect() {
  HostIdentity host;
  host.builds = {getBuildId(&spike_rt_isa), getBuildId(&mlir::registerMLIRContextCLOptions),
                 getBuildId(&LLVMGetVersion)};
  if (llvm::is_contained(host.builds, ""))
    return std::nullopt;
  host.builds.push_back(LLVM_VERSION_STRING);
  host.cpu = llvm::sys::getHostCPUName().str();
  llvm::SubtargetFeatures features;
  for (const auto &feature : llvm::sys::getHostCPUFeatures())
    features.AddFeature(feature.first(), feature.second);
  std::vector<std::string> sorted = features.getFeatures(); // a hash table has no order of its own
  llvm::sort(sorted);
  host.features = llvm::join(sorted, ",");
  host.kernels = std::string(spike_rt_isa()) + "," + spike_rt_planes_isa();
  return host;
}
