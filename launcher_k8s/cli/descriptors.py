"""Standard streams that were closed by whoever started the command (``<&-``, ``>&-``, ``2>&-``).

Python has no stream then, and the next file that is opened would take the descriptor: messages would go
into it. So each is opened on the null device. What is read is empty and what is told goes nowhere; but that
the output cannot be written is an error, as on a device that is full: it is opened for reading only.
"""

from __future__ import annotations

import os
import sys
from typing import Final

_STREAMS: Final = (("stdin", os.O_RDONLY, "r"), ("stdout", os.O_RDONLY, "w"), ("stderr", os.O_WRONLY, "w"))


def open_missing_streams() -> None:
    """Give the process the standard streams it was started without."""
    for name, flags, mode in _STREAMS:
        if getattr(sys, name) is None:
            # The lowest free number is taken: that of this stream, for those before it are open by now.
            descriptor = os.open(os.devnull, flags)
            os.set_inheritable(descriptor, True)
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8", closefd=False))
