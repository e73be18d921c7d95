# SPDX-License-Identifier: Apache-2.0
"""How far float32 can be off: the magnitudes of the terms that go into every value.

`tracked` holds the tensors that carry them; the other files the rules of the operations, by kind: `moves` (no rounding),
`sums`, `products` and `functions`. To add an operation, give its name a rule there: a function of
`(func, args, kwargs)` that returns `(magnitude, terms)`. A float32 evaluation of the operation, in any order, from operands
within their bounds must stay within `4 * 2^-24 * sqrt(max(1, terms)) * magnitude` of the float64 value;
`test_magnitudes.py` checks it.
"""

from . import functions, moves, products, sums  # noqa: F401  (they register their rules)
from .tracked import RULES, Tracked, plain

__all__ = ["RULES", "Tracked", "plain"]
