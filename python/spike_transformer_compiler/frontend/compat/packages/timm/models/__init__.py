# SPDX-License-Identifier: Apache-2.0
"""Models by name: those that the executed files register."""

from .registry import create_model, is_model, list_models, register_model

__all__ = ["create_model", "is_model", "list_models", "register_model"]
