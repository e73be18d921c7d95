// SPDX-License-Identifier: Apache-2.0
// Images: the header, and the order of checks.
#include "ImageFormat.h"

#include "spike/Chip/Verify.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>

using namespace spike::chip;
using llvm::StringRef;
using llvm::Twine;

static llvm::Error unusable(const Twine &message) {
  return llvm::createStringError("not a usable image of a network on a chip: " + message);
}

llvm::Expected<std::string> spike::chip::writeImage(const Network &network) {
  if (llvm::Error fault = verifyNetwork(network))
    return fault;
  llvm::Expected<std::string> payload = encodeNetwork(network);
  if (!payload)
    return payload.takeError();
  ImageHeader header;
  header.payloadBytes = payload->size();
  auto digest = computeDigest(header, *payload);
  std::memcpy(header.digest, digest.data(), sizeof(header.digest));
  payload->insert(0, reinterpret_cast<const char *>(&header), sizeof(header));
  return payload;
}

llvm::Expected<Network> spike::chip::readImage(StringRef bytes) {
  ImageHeader header, expected;
  if (bytes.size() < sizeof(header))
    return unusable("it has " + Twine(bytes.size()) + " bytes, a header has " + Twine(sizeof(header)));
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (std::memcmp(header.magic, expected.magic, sizeof(header.magic)))
    return unusable("it does not start as one");
  if (header.version < kOldestImageVersion || header.version > kImageVersion)
    return unusable("it has version " + Twine(header.version) + ", this compiler reads versions " +
                    Twine(kOldestImageVersion) + " to " + Twine(kImageVersion) +
                    (header.version < kOldestImageVersion ? "; write it again with this compiler"
                                                          : "; read it with a newer compiler"));
  StringRef payload = bytes.drop_front(sizeof(header));
  if (header.payloadBytes != payload.size())
    return unusable("its header says that " + Twine(header.payloadBytes) + " bytes follow, it holds " +
                    Twine(payload.size()));
  auto digest = computeDigest(header, payload);
  if (std::memcmp(header.digest, digest.data(), sizeof(header.digest)) ||
      std::memcmp(header.reserved, expected.reserved, sizeof(header.reserved)))
    return unusable("it is damaged: its contents do not match its digest");

  std::unique_ptr<llvm::WritableMemoryBuffer> copy; // where the bytes do not lie as numbers must
  constexpr size_t kAlignment = 16;
  if (!llvm::isAddrAligned(llvm::Align(kAlignment), payload.data())) {
    copy = llvm::WritableMemoryBuffer::getNewUninitMemBuffer(payload.size(), "", llvm::Align(kAlignment));
    if (!copy)
      return unusable("there is no memory for its " + Twine(payload.size()) + " bytes");
    std::memcpy(copy->getBufferStart(), payload.data(), payload.size());
    payload = StringRef(copy->getBufferStart(), payload.size());
  }
  llvm::Expected<Network> network = decodeNetwork(payload);
  if (!network)
    return unusable(llvm::toString(network.takeError()));
  if (std::optional<Fault> fault = findFault(*network))
    return unusable(fault->message);
  return network;
}

llvm::Error spike::chip::writeImageFile(const Network &network, StringRef path) {
  llvm::Expected<std::string> bytes = writeImage(network);
  if (!bytes)
    return bytes.takeError();
  // Under another name first, so that no half-written image is ever found.
  llvm::Error failure = llvm::writeToOutput(path, [&](llvm::raw_ostream &os) {
    os << *bytes;
    return llvm::Error::success();
  });
  if (failure)
    return llvm::createStringError("cannot write '" + path + "': " + llvm::toString(std::move(failure)));
  return llvm::Error::success();
}

llvm::Expected<Network> spike::chip::readImageFile(StringRef path) {
  auto failed = [&](const Twine &message) { return llvm::createStringError("cannot read '" + path + "': " + message); };
  llvm::sys::fs::file_status status;
  if (std::error_code error = llvm::sys::fs::status(path, status))
    return failed(error.message());
  if (status.type() != llvm::sys::fs::file_type::regular_file)
    return failed("it is no file");
  // Read, not mapped: a file that someone shortens meanwhile must not end the process.
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false,
                                            /*IsVolatile=*/true);
  if (!buffer)
    return failed(buffer.getError().message());
  llvm::Expected<Network> network = readImage((*buffer)->getBuffer());
  if (!network)
    return failed(llvm::toString(network.takeError()));
  return network;
}
