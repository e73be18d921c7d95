# SPDX-License-Identifier: Apache-2.0
"""Another name for the module `optimization`: the same objects."""

from .optimization import *  # noqa: F403
from .optimization import __all__  # noqa: F401
