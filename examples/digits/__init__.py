# SPDX-License-Identifier: Apache-2.0
"""The digits example: a small Spikformer, its weights and its data."""
