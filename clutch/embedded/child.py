"""`python -m clutch.embedded.child PARENT MODULE [ARGUMENT…]`: runs a module that ends with its supervisor.

A supervisor that is killed cannot end its children. On Linux the kernel tells them; elsewhere a thread looks.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
import threading
import time

from clutch.embedded.processes import Identity

PR_SET_PDEATHSIG = 1


def die_with(parent: Identity) -> None:
    """End this process, as if by SIGTERM, once `parent` has ended."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent.pid:  # it ended before the kernel was asked
            sys.exit(1)
        return

    def look() -> None:
        while parent.alive():
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=look, daemon=True).start()


def main() -> None:
    """Become the module: its name, its arguments, its exit status."""
    parent = Identity.parse(sys.argv[1])
    if parent is not None:
        die_with(parent)
    module, *args = sys.argv[2:]
    sys.argv = [module, *args]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
