# SPDX-License-Identifier: Apache-2.0
"""The folder in which compiled programs are kept between processes; see docs/caching.md."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from . import _core
from .config import CacheSettings

__all__ = ["default_directory", "open_cache"]

log = logging.getLogger("spike_transformer_compiler")


def default_directory() -> Path:
    """Where the desktop's conventions want caches."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "spike-transformer-compiler"


def open_cache(settings: CacheSettings) -> _core.ProgramCache | None:
    """The cache, or None if there is to be none or its folder cannot be used: then everything is compiled."""
    if not settings.enabled:
        return None
    try:
        folder = Path(settings.directory).expanduser() if settings.directory else default_directory()
        return _core.ProgramCache(str(folder.absolute()), settings.max_size)
    except (_core.CoreError, RuntimeError) as error:  # the latter where there is no home
        log.debug("compiled programs are not kept: %s", error)
        return None
