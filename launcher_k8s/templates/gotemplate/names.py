"""The names that things have in the generated Python."""

from __future__ import annotations

from typing import Final

from launcher_k8s.templates.gotemplate.arguments import EXACT

DATA: Final = "dot"
"""What a template is given, where nothing else is the cursor."""
ROOT: Final = "root"
"""The same, as ``$``."""


def function_name(name: str) -> str:
    """A template function's name: its own, or its code where it has letters that are not ASCII."""
    return f"f_{name}" if name.isascii() else f"f_{name.encode().hex()}"


def alone_name(name: str) -> str:
    """The name of what a template function does with one argument."""
    return f"one_{function_name(name)}"


def type_name(wanted: str) -> str:
    """The name of the Python type of a Go type."""
    return EXACT[wanted].__name__


def type_check_name(how: str, wanted: str) -> str:
    """The name of a check of arguments: ``given`` or ``piped``, and the parameter's type."""
    return f"{how}_{wanted.encode().hex()}"
