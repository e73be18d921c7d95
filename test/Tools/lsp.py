# SPDX-License-Identifier: Apache-2.0
"""Talks to the language server: opens a file with an error and prints what comes back."""

import json
import subprocess
import sys

TEXT = """func.func @f(%x: tensor<2xf32>) {
  %0 = spike.scale %x by 0.0 divide : tensor<2xf32> -> tensor<2xf32>
  return
}
"""


def message(method, params, number=None):
    body = {"jsonrpc": "2.0", "method": method, "params": params}
    if number is not None:
        body["id"] = number
    text = json.dumps(body)
    return f"Content-Length: {len(text)}\r\n\r\n{text}"


def main():
    document = {"uri": "file:///test.mlir", "languageId": "mlir", "version": 1, "text": TEXT}
    session = [
        message("initialize", {"processId": 1, "rootUri": None, "capabilities": {}}, 0),
        message("initialized", {}),
        message("textDocument/didOpen", {"textDocument": document}),
        message("shutdown", None, 1),
        message("exit", None),
    ]
    done = subprocess.run([sys.argv[1]], input="".join(session), capture_output=True, text=True, timeout=60)
    print(done.stdout)
    print("exit code", done.returncode)


if __name__ == "__main__":
    main()
