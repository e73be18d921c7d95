// SPDX-License-Identifier: Apache-2.0
// Images: what is written is read back, and no bytes whatever bring the reader down.
#include "RandomNetwork.h"
#include "SmallNetwork.h"
#include "image_generated.h"
#include "spike/Chip/Geometry.h"
#include "spike/Chip/Image.h"
#include "spike/Chip/Verify.h"
#include "gtest/gtest.h"

#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstring>

using namespace spike::chip;

namespace {

constexpr size_t kHeaderBytes = 64, kDigestAt = 16;

std::string write(const Network &network) {
  llvm::Expected<std::string> bytes = writeImage(network);
  if (!bytes) {
    ADD_FAILURE() << llvm::toString(bytes.takeError());
    return "";
  }
  return *bytes;
}

/// Empty if they are an image.
std::string errorOf(llvm::StringRef bytes) {
  llvm::Expected<Network> network = readImage(bytes);
  return network ? "" : llvm::toString(network.takeError());
}

/// Makes the header agree with what follows, as an attacker would.
void sign(std::string &bytes) {
  uint64_t size = bytes.size() - kHeaderBytes;
  for (size_t i = 0; i < 8; ++i)
    bytes[8 + i] = static_cast<char>(size >> (8 * i));
  llvm::BLAKE3 hasher;
  hasher.update(llvm::StringRef(bytes).take_front(kDigestAt));
  hasher.update(llvm::StringRef(bytes).drop_front(kHeaderBytes));
  auto digest = hasher.final();
  std::memcpy(bytes.data() + kDigestAt, digest.data(), digest.size());
}

/// Reads; a network that comes out must be whole, so it can be written and its small projections listed.
void readAnything(llvm::StringRef bytes) {
  llvm::Expected<Network> network = readImage(bytes);
  if (!network) {
    EXPECT_FALSE(llvm::toString(network.takeError()).empty());
    return;
  }
  llvm::Expected<std::string> again = writeImage(*network);
  ASSERT_TRUE(bool(again)) << llvm::toString(again.takeError());
  for (const Projection &projection : network->projections) {
    Geometry geometry(*network, projection);
    if (geometry.countSynapses() < 5000)
      EXPECT_EQ(int64_t(expandSynapses(*network, projection).size()), geometry.countSynapses());
  }
}

TEST(ChipImage, WhatIsWrittenIsRead) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    Network network = RandomNetwork(seed).make();
    std::string bytes = write(network);
    llvm::Expected<Network> read = readImage(bytes);
    ASSERT_TRUE(bool(read)) << "seed " << seed << ": " << llvm::toString(read.takeError());
    EXPECT_EQ(write(*read), bytes);
    ASSERT_EQ(read->projections.size(), network.projections.size());
    for (size_t i = 0; i < network.projections.size(); ++i)
      EXPECT_EQ(expandSynapses(*read, read->projections[i]), expandSynapses(network, network.projections[i]));
    // Bytes that do not lie where numbers must are read all the same.
    std::string shifted = "x" + bytes;
    EXPECT_EQ(errorOf(llvm::StringRef(shifted).drop_front()), "");
  }
}

TEST(ChipImage, PassesAndTheHostsLayersAreKept) {
  Network network = makeSmallNetwork();
  network.inputs[0].pass = network.outputs[0].pass = 1;
  network.host = {"encoder", "block.0.lif"};
  llvm::Expected<Network> read = readImage(write(network));
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(read->inputs[0].pass, 1);
  EXPECT_EQ(read->outputs[0].pass, 1);
  EXPECT_EQ(read->host, network.host);
}

TEST(ChipImage, SmallWeightsTakeOneByte) {
  Network network = RandomNetwork(3).makePair(Encoding::dense);
  Projection &projection = network.projections[0];
  Population &target = network.populations[1];
  target = Population();
  target.name = "wide";
  target.start = 1;
  target.shape = {4096};
  network.populations[0].shape = {4};
  network.populations[0].tensor = {{4, 1}};
  network.inputs[0].shape = {4};
  network.chips = {{0, 0}};
  network.cores = {{0, 0, 0, {{1, 0, 1, 0, 4096}}}};
  projection.viewOffset = 0;
  projection.viewPositions = {};
  projection.viewChannels = {{4, 1}};
  projection.weightBits = 8;
  projection.sign = SignMode::excitatory;
  projection.weights.assign(4 * 4096, 127);
  EXPECT_LT(write(network).size(), 4 * 4096 + 2000u);
  projection.weights[5] = 128;
  EXPECT_GT(write(network).size(), 2 * 4 * 4096u);
  llvm::Expected<Network> read = readImage(write(network));
  ASSERT_TRUE(bool(read));
  EXPECT_EQ(read->projections[0].weights, projection.weights);
}

TEST(ChipImage, FilesOfThisVersionStayReadable) {
  auto file = llvm::MemoryBuffer::getFile(SPIKE_TEST_INPUTS "/small-v1.lsi");
  ASSERT_TRUE(bool(file));
  llvm::Expected<Network> network = readImage((*file)->getBuffer());
  ASSERT_TRUE(bool(network)) << llvm::toString(network.takeError());
  EXPECT_EQ(write(*network), write(makeSmallNetwork()));
}

TEST(ChipImage, ASmallFileCannotAskForMuchMemory) {
  // A hundred thousand projections that are one: as networks they would need 13 GB.
  flatbuffers::FlatBufferBuilder builder;
  auto name = builder.CreateString("p");
  auto weights = builder.CreateVector(std::vector<int8_t>(64 << 10, 1));
  image::ProjectionBuilder one(builder);
  one.add_name(name);
  one.add_weights8(weights);
  auto projections = builder.CreateVector(std::vector<flatbuffers::Offset<image::Projection>>(100000, one.Finish()));
  image::Conventions conventions(true, false, false, false);
  image::NetworkBuilder network(builder);
  network.add_conventions(&conventions);
  network.add_projections(projections);
  builder.Finish(network.Finish(), image::NetworkIdentifier());
  std::string bytes(kHeaderBytes, '\0');
  bytes.append(reinterpret_cast<const char *>(builder.GetBufferPointer()), builder.GetSize());
  std::memcpy(bytes.data(), write(makeSmallNetwork()).data(), 16);
  sign(bytes);
  EXPECT_NE(errorOf(bytes).find("its parts share their contents"), std::string::npos);
}

TEST(ChipImage, AnUnplacedNetworkIsNotWritten) {
  Network network = RandomNetwork(1).make();
  network.cores.clear();
  llvm::Expected<std::string> bytes = writeImage(network);
  ASSERT_FALSE(bool(bytes));
  EXPECT_NE(llvm::toString(bytes.takeError()).find("run loihi-partition"), std::string::npos);
}

TEST(ChipImage, OtherFilesAndVersionsAreRefusedByName) {
  std::string bytes = write(RandomNetwork(1).make());
  EXPECT_NE(errorOf("").find("a header has 64"), std::string::npos);
  EXPECT_NE(errorOf(std::string(100, 'x')).find("does not start as one"), std::string::npos);
  for (int version : {0, 5}) {
    std::string other = bytes;
    other[4] = static_cast<char>(version);
    sign(other);
    EXPECT_NE(
        errorOf(other).find("it has version " + std::to_string(version) + ", this compiler reads versions 1 to 4"),
        std::string::npos);
  }
  EXPECT_NE(errorOf(bytes + "x").find("bytes follow"), std::string::npos);
  std::string older = bytes;
  older[4] = 1;
  sign(older);
  EXPECT_EQ(errorOf(older), "");
}

TEST(ChipImage, EveryTruncationIsRefused) {
  std::string bytes = write(RandomNetwork(2).make());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE(errorOf(llvm::StringRef(bytes).take_front(size)), "") << size;
    if (size <= kHeaderBytes)
      continue;
    std::string resigned = bytes.substr(0, size);
    sign(resigned);
    readAnything(resigned);
  }
}

TEST(ChipImage, EveryFlippedByteIsRefusedOrHarmless) {
  std::string bytes = write(RandomNetwork(4).make());
  for (size_t at = 0; at < bytes.size(); ++at)
    // Four and eight move offsets to where they might still be taken.
    for (char mask : {'\x01', '\x04', '\x08', '\x80', '\xff'}) {
      std::string flipped = bytes;
      flipped[at] ^= mask;
      EXPECT_NE(errorOf(flipped), "") << at;
      sign(flipped);
      readAnything(flipped);
    }
}

TEST(ChipImage, RandomChangesDoNotBringTheReaderDown) {
  std::mt19937 random(7);
  auto pick = [&](size_t high) { return std::uniform_int_distribution<size_t>(0, high)(random); };
  // Numbers that sizes, offsets and strides go wrong with.
  const uint32_t corners[] = {0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8};
  for (uint32_t seed = 0; seed < 40; ++seed) {
    const std::string bytes = write(RandomNetwork(seed).make());
    for (int trial = 0; trial < 100; ++trial) {
      std::string changed = bytes;
      for (size_t changes = pick(3) + 1; changes > 0; --changes) {
        size_t at = kHeaderBytes + pick(changed.size() - kHeaderBytes - 8) / 4 * 4;
        switch (pick(3)) {
        case 0:
          changed[at] = static_cast<char>(pick(255));
          break;
        case 1:
          std::memcpy(changed.data() + at, &corners[pick(std::size(corners) - 1)], 4);
          break;
        case 2: // a piece from elsewhere
          std::memmove(changed.data() + at, changed.data() + kHeaderBytes + pick(changed.size() - kHeaderBytes - 8), 8);
          break;
        case 3:
          changed.erase(at, 4 * pick(2));
          break;
        }
      }
      sign(changed);
      readAnything(changed);
    }
  }
}

TEST(ChipImage, FilesAreWrittenWholeAndOnlyFilesAreRead) {
  llvm::SmallString<64> folder;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("spike-image", folder));
  std::string path = (folder + "/net.lsi").str();
  Network network = RandomNetwork(5).make();
  ASSERT_FALSE(bool(writeImageFile(network, path)));
  llvm::Expected<Network> read = readImageFile(path);
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(write(*read), write(network));
  auto failure = [](llvm::StringRef name) {
    llvm::Expected<Network> read = readImageFile(name);
    return read ? "" : llvm::toString(read.takeError());
  };
  EXPECT_NE(failure(path + ".none").find("No such file"), std::string::npos);
  EXPECT_NE(failure(folder).find("it is no file"), std::string::npos);
  EXPECT_NE(failure("/dev/zero").find("it is no file"), std::string::npos);
  llvm::Error unwritable = writeImageFile(network, (folder + "/none/net.lsi").str());
  ASSERT_TRUE(bool(unwritable));
  EXPECT_NE(llvm::toString(std::move(unwritable)).find("cannot write"), std::string::npos);
  llvm::sys::fs::remove_directories(folder);
}

} // namespace
