# SPDX-License-Identifier: Apache-2.0
"""What can go wrong, each with a code to test for, suggestions, and the compiler's own diagnostics.

All errors of this package derive from CompilationError, so one `except` catches them. ValidationError is also a
ValueError and ExecutionError also the builtin RuntimeError.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = [
    "CompilationError",
    "ExecutionError",
    "HardwareError",
    "RuntimeError",
    "SecurityError",
    "ValidationError",
]


class CompilationError(Exception):
    """A step of the compiler failed.

    error_code    a short stable name of what went wrong, for example "unsupported-op"
    suggestions   what to do about it, one sentence each
    diagnostics   what the compiler reported: dicts with severity, location, message and notes
    reproducer    a command line that shows the failure without Python, or None
    """

    default_code = "compilation-failed"

    def __init__(
        self,
        message: str,
        *,
        error_code: str | None = None,
        suggestions: Iterable[str] = (),
        diagnostics: Iterable[Mapping[str, Any]] = (),
        reproducer: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = error_code or self.default_code
        self.suggestions = [suggestions] if isinstance(suggestions, str) else list(suggestions)
        self.diagnostics = list(diagnostics)
        self.reproducer = reproducer

    def __str__(self) -> str:
        lines = [self.message]
        lines += [f"  try: {suggestion}" for suggestion in self.suggestions]
        if self.reproducer:
            lines.append(f"  reproduce: {self.reproducer}")
        return "\n".join(lines)

    def __reduce__(self):
        state = {
            "error_code": self.error_code,
            "suggestions": self.suggestions,
            "diagnostics": self.diagnostics,
            "reproducer": self.reproducer,
        }
        return (_rebuild, (type(self), self.message, state))


def _rebuild(cls: type[CompilationError], message: str, state: dict[str, Any]) -> CompilationError:
    return cls(message, **state)


class ValidationError(CompilationError, ValueError):
    """What was given cannot be right: an option, a model, an input."""

    default_code = "invalid-value"


class ExecutionError(CompilationError, builtins.RuntimeError):
    """A compiled model could not be run."""

    default_code = "execution-failed"


class HardwareError(CompilationError):
    """A target cannot hold or run the model."""

    default_code = "hardware-failed"


class SecurityError(CompilationError):
    """A file is damaged, or is not what it says it is."""

    default_code = "untrusted-file"


#: The promised name; it hides the builtin where it is imported by name, so prefer ExecutionError.
RuntimeError = ExecutionError
