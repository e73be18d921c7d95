# SPDX-License-Identifier: Apache-2.0
"""Models for other tools: NIR files."""

from __future__ import annotations

from .export import RoundTrip, export_nir, to_nir, verify_round_trip

__all__ = ["RoundTrip", "export_nir", "to_nir", "verify_round_trip"]
