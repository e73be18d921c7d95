# SPDX-License-Identifier: Apache-2.0
"""Differential fuzzing of whole networks: see docs/fuzzing.md."""
