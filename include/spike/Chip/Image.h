// SPDX-License-Identifier: Apache-2.0
// Networks on a chip as files (.lsi). A header of 64 bytes: magic, version, size of what follows, its digest; then a
// FlatBuffer of image.fbs.
#ifndef SPIKE_CHIP_IMAGE_H
#define SPIKE_CHIP_IMAGE_H

#include "spike/Chip/Network.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace spike::chip {

/// Raised whenever an older reader would misunderstand a file; the oldest rises whenever a newer one would.
/// docs/loihi.md says what each version added.
constexpr uint32_t kImageVersion = 4, kOldestImageVersion = 1;

/// The bytes of an image; an error if the network is not placed or breaks a rule.
llvm::Expected<std::string> writeImage(const Network &network);
llvm::Error writeImageFile(const Network &network, llvm::StringRef path);

/// Reads what may be anyone's bytes: header, size, digest, structure and every rule of docs/loihi.md are checked before
/// a network comes out. Memory stays in proportion to the bytes.
llvm::Expected<Network> readImage(llvm::StringRef bytes);
llvm::Expected<Network> readImageFile(llvm::StringRef path);

} // namespace spike::chip

#endif // SPIKE_CHIP_IMAGE_H
