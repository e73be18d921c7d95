// SPDX-License-Identifier: Apache-2.0
// A folder of compiled programs.
#include "spike/Execution/ProgramCache.h"

#include "ProgramFile.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/CachePruning.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <atomic>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace mlir::spike;
using llvm::ArrayRef;
using llvm::StringRef;

namespace {

/// What LLVM's pruning of caches looks for.
constexpr char kPrefix[] = "llvmcache-";

/// Whether only this user can have written it.
bool isOurs(const struct stat &status) {
  return status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

struct Mapping {
  Mapping(void *data, size_t size) : data(data), size(size) {}
  Mapping(const Mapping &) = delete;
  ~Mapping() { munmap(data, size); }
  void *data;
  size_t size;
};

} // namespace

llvm::Expected<std::unique_ptr<ProgramCache>> ProgramCache::open(StringRef folder, uint64_t maxBytes) {
  std::optional<HostIdentity> host = HostIdentity::detect();
  if (!host)
    return llvm::createStringError("a library of this compiler has no build identifier");
  using llvm::sys::fs::perms;
  if (std::error_code error = llvm::sys::fs::create_directories(folder, /*IgnoreExisting=*/true, perms::owner_all))
    return llvm::createStringError("cannot make the folder '" + folder + "': " + error.message());
  std::string path = folder.str();
  int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0) {
    std::string reason = llvm::sys::StrError(errno);
    if (fd >= 0)
      ::close(fd);
    return llvm::createStringError("cannot open the folder '" + folder + "': " + reason);
  }
  if (!isOurs(status)) {
    ::close(fd);
    return llvm::createStringError("the folder '" + folder + "' belongs to another user, or others may write to it");
  }
  return std::unique_ptr<ProgramCache>(new ProgramCache(fd, std::move(path), maxBytes, std::move(*host)));
}

ProgramCache::~ProgramCache() { ::close(fd); }

std::string ProgramCache::makeKey(const HostIdentity &host, ArrayRef<std::string> parts) {
  llvm::BLAKE3 hasher;
  // Each text with its size before it: no two lists read the same.
  auto add = [&](StringRef text) {
    uint64_t size = text.size();
    hasher.update(StringRef(reinterpret_cast<const char *>(&size), sizeof(size)));
    hasher.update(text);
  };
  for (const std::string &build : host.builds)
    add(build);
  for (StringRef part : {StringRef(host.cpu), StringRef(host.features), StringRef(host.kernels)})
    add(part);
  for (const std::string &part : parts)
    add(part);
  return llvm::toHex(hasher.final(), /*LowerCase=*/true);
}

std::optional<MachineProgram> ProgramCache::read(StringRef key) const {
  std::string name = (kPrefix + key).str();
  int file = openat(fd, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0)
    return std::nullopt;
  llvm::scope_exit closing([&] { ::close(file); });
  struct stat status;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || !isOurs(status) || status.st_size == 0)
    return std::nullopt;
  size_t size = status.st_size;
  // The digest reads all of it anyway: have the pages at once.
  void *data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  if (data == MAP_FAILED)
    return std::nullopt;
  auto mapping = std::make_shared<Mapping>(data, size);
  llvm::Expected<MachineProgram> program = readProgramFile(key, ArrayRef<char>(static_cast<const char *>(data), size));
  if (!program) {
    llvm::consumeError(program.takeError());
    return std::nullopt;
  }
  program->memory = std::move(mapping);
  futimens(file, nullptr); // what is used stays when the cache is pruned
  return std::move(*program);
}

bool ProgramCache::write(StringRef key, const MachineProgram &program) const {
  ProgramFile file(key, program);
  if (file.numBytes > maxBytes)
    return false;
  static std::atomic<unsigned> count{0};
  std::string name = (kPrefix + key).str();
  // Pruning finds what a process that died left behind.
  std::string temporary = name + "-" + std::to_string(getpid()) + "-" + std::to_string(count++);
  int out = openat(fd, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (out < 0)
    return false;
  bool written;
  {
    llvm::raw_fd_ostream stream(out, /*shouldClose=*/true, /*unbuffered=*/true);
    for (ArrayRef<char> piece : file.pieces)
      stream.write(piece.data(), piece.size());
    stream.close();
    written = !stream.has_error();
    stream.clear_error();
  }
  if (!written || renameat(fd, temporary.c_str(), fd, name.c_str()) != 0) {
    unlinkat(fd, temporary.c_str(), 0);
    return false;
  }
  llvm::CachePruningPolicy policy;
  policy.Interval = std::chrono::seconds(0); // now
  policy.Expiration = std::chrono::seconds(0);
  policy.MaxSizePercentageOfAvailableSpace = 50;
  policy.MaxSizeBytes = maxBytes;
  llvm::pruneCache(folder, policy);
  return true;
}
