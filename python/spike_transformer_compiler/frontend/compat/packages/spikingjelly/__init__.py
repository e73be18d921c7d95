# SPDX-License-Identifier: Apache-2.0
"""SpikingJelly, where it is not installed: `clock_driven` only."""
