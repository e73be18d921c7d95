// SPDX-License-Identifier: Apache-2.0
// What the writer and the reader of images share: the header, and the two sides of the FlatBuffer.
#ifndef SPIKE_LIB_CHIP_IMAGEFORMAT_H
#define SPIKE_LIB_CHIP_IMAGEFORMAT_H

#include "spike/Chip/Image.h"

#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/Endian.h"

namespace spike::chip {

struct ImageHeader {
  char magic[4] = {'L', 'S', 'I', 'M'};
  llvm::support::ulittle32_t version{kImageVersion};
  llvm::support::ulittle64_t payloadBytes{0};
  uint8_t digest[32] = {}; ///< of the header before it and of the payload
  uint8_t reserved[16] = {};
};
static_assert(sizeof(ImageHeader) == 64, "the payload keeps its alignment in a mapped file");

inline llvm::BLAKE3Result<> computeDigest(const ImageHeader &header, llvm::StringRef payload) {
  llvm::BLAKE3 hasher;
  hasher.update(llvm::StringRef(reinterpret_cast<const char *>(&header), offsetof(ImageHeader, digest)));
  hasher.update(payload);
  return hasher.final();
}

/// What FlatBuffers can address.
constexpr uint64_t kMaxPayload = (uint64_t(1) << 31) - 64;

/// The FlatBuffer of a network that keeps the rules; an error if it is too large for one.
llvm::Expected<std::string> encodeNetwork(const Network &network);
/// The network of a FlatBuffer that starts at a multiple of 16 bytes. Its rules are not checked yet.
llvm::Expected<Network> decodeNetwork(llvm::StringRef payload);

} // namespace spike::chip

#endif // SPIKE_LIB_CHIP_IMAGEFORMAT_H
