// SPDX-License-Identifier: Apache-2.0
// Keys of compiled programs, and what comes back of one.
#include "spike/Execution/ProgramCache.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include <gtest/gtest.h>
#include <set>

using namespace mlir::spike;
using llvm::ArrayRef;

namespace {

struct Folder {
  Folder() { EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("spike-cache", path)); }
  ~Folder() { llvm::sys::fs::remove_directories(path); }
  llvm::SmallString<64> path;
};

std::unique_ptr<ProgramCache> open(llvm::StringRef path) {
  auto cache = ProgramCache::open(path, 1 << 20);
  if (!cache) {
    ADD_FAILURE() << llvm::toString(cache.takeError());
    return nullptr;
  }
  return std::move(*cache);
}

TEST(ProgramCache, HostIsKnown) {
  std::optional<HostIdentity> host = HostIdentity::detect();
  ASSERT_TRUE(host);
  ASSERT_EQ(host->builds.size(), 4u); // this binary, MLIR, LLVM, and LLVM's version
  EXPECT_EQ(std::set<std::string>(host->builds.begin(), host->builds.end()).size(), 4u);
  EXPECT_FALSE(host->cpu.empty());
}

TEST(ProgramCache, KeysDifferInEverything) {
  std::optional<HostIdentity> host = HostIdentity::detect();
  ASSERT_TRUE(host);
  std::set<std::string> keys;
  auto add = [&](const HostIdentity &changed, std::vector<std::string> parts) {
    EXPECT_TRUE(keys.insert(ProgramCache::makeKey(changed, parts)).second);
  };
  add(*host, {"a", "b"});
  add(*host, {"b", "a"});
  add(*host, {"ab"});
  add(*host, {"a", "b", ""});
  for (std::string &build : host->builds) {
    build += "x";
    add(*host, {"a", "b"});
  }
  host->cpu += "x";
  add(*host, {"a", "b"});
  host->features += ",+x";
  add(*host, {"a", "b"});
  host->kernels += "x";
  add(*host, {"a", "b"});
}

TEST(ProgramCache, WhatIsWrittenIsRead) {
  Folder folder;
  auto cache = open(folder.path);
  ASSERT_TRUE(cache);
  std::vector<char> large(1000, 7), small = {1, 2, 3};
  MachineProgram program;
  program.inputs.push_back({"x", "", "float32", {2, 3}});
  program.outputs.push_back({"y", "layer.lif", "uint8", {}});
  program.arenaBytes = 640;
  program.note = "note";
  program.object = "object";
  program.weights = {large, {}, small};
  ASSERT_TRUE(cache->write("00ff", program));
  EXPECT_FALSE(cache->read("00fe"));
  std::optional<MachineProgram> found = open(folder.path)->read("00ff");
  ASSERT_TRUE(found);
  ASSERT_EQ(found->inputs.size(), 1u);
  EXPECT_EQ(found->inputs[0].getNumBytes(), 24);
  ASSERT_EQ(found->outputs.size(), 1u);
  EXPECT_EQ(found->outputs[0].path, "layer.lif");
  EXPECT_EQ(found->arenaBytes, 640);
  EXPECT_EQ(found->note, "note");
  EXPECT_EQ(found->object, "object");
  ASSERT_EQ(found->weights.size(), 3u);
  EXPECT_EQ(found->weights[0], ArrayRef<char>(large));
  EXPECT_TRUE(found->weights[1].empty());
  EXPECT_EQ(found->weights[2], ArrayRef<char>(small));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(found->weights[2].data()) % 64, 0u);
  // A program stays usable when its file goes.
  llvm::sys::fs::remove_directories(folder.path);
  EXPECT_EQ(found->weights[0], ArrayRef<char>(large));
}

TEST(ProgramCache, LargerThanTheCache) {
  Folder folder;
  auto cache = open(folder.path);
  ASSERT_TRUE(cache);
  std::vector<char> weights(2 << 20);
  MachineProgram program;
  program.weights = {weights};
  EXPECT_FALSE(cache->write("00", program));
  EXPECT_FALSE(cache->read("00"));
}

} // namespace
