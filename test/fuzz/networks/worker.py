# SPDX-License-Identifier: Apache-2.0
"""A process that runs cases: one JSON request a line on standard input, one JSON answer a line on standard output."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import traceback
import warnings


def serve() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else prints must not look like an answer
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    import torch

    torch.set_num_threads(1)
    from .jobs import JOBS

    for line in sys.stdin:
        request = json.loads(line)
        start = time.perf_counter()
        try:
            answer = JOBS[request["job"]](request)
        except Exception:
            answer = {"broken": traceback.format_exc()}
        answer["seconds"] = time.perf_counter() - start
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve()
