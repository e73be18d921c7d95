# SPDX-License-Identifier: Apache-2.0
"""Model files of published spiking transformers, executed as they are, without the libraries of their time.

They import `spikingjelly.clock_driven` (gone since 2022), old names of `timm`, `cupy` and more. Inside
`official_repositories()` these imports succeed:

    with official_repositories():
        from model import spikformer  # the repository's own file
        net = spikformer()

`packages/` holds one file per module that they import, laid out as the packages are.
"""

from .context import official_repositories

__all__ = ["official_repositories"]
