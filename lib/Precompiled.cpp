// SPDX-License-Identifier: Apache-2.0
// Carries the precompiled headers of cmake/SpikeHelpers.cmake; it has nothing of its own.
