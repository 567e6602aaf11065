"""What stands behind a dot, or in brackets: of plain values what they hold, of Jinja2's own a short list.

No attribute of a Python object is ever looked up by a name that a template gives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2.environment import TemplateModule
from jinja2.runtime import LoopContext, Macro, TemplateReference
from jinja2.utils import Namespace, missing

from launcher_k8s.templates.govalues.structs import MethodArgumentsError, Struct
from launcher_k8s.templates.govalues.values import MISSING, ErrorValue, NoFieldError
from launcher_k8s.templates.jinja.callee import Callee, CallError
from launcher_k8s.templates.jinja.methods import method
from launcher_k8s.templates.jinja.values import native, plain

_OF_LOOP: Final[Mapping[str, Callable[[LoopContext], Any]]] = {
    "index": lambda loop: loop.index,
    "index0": lambda loop: loop.index0,
    "revindex": lambda loop: loop.revindex,
    "revindex0": lambda loop: loop.revindex0,
    "first": lambda loop: loop.first,
    "last": lambda loop: loop.last,
    "length": lambda loop: loop.length,
    "depth": lambda loop: loop.depth,
    "depth0": lambda loop: loop.depth0,
    "previtem": lambda loop: loop.previtem,
    "nextitem": lambda loop: loop.nextitem,
    "cycle": lambda loop: Callee("loop.cycle", lambda _meter, *args: _cycle(loop, args)),
    "changed": lambda loop: Callee(
        "loop.changed", lambda meter, *args: loop.changed(*(plain(arg, meter) for arg in args))
    ),
}


def look_up(value: Any, name: Any, *, is_attribute: bool) -> Any:
    """What a value holds under a name, index or key; ``missing`` if there is nothing.

    Args:
        value: Whose.
        name: The name, index or key.
        is_attribute: Whether it stands behind a dot: then a value's methods are found too, after all that it
            holds.
    """
    if isinstance(value, dict):
        found = value.get(name, missing) if isinstance(name, str | int | bool) else missing
    elif isinstance(value, list | tuple | str):
        found = _element(value, name)
    elif isinstance(value, Struct | ErrorValue):
        return _of_struct(value, name)
    else:
        return _of_jinja(value, name)
    if found is missing and is_attribute and isinstance(name, str):
        return method(value, name) or missing
    return found


def _element(value: Any, index: Any) -> Any:
    if type(index) is not int or not -len(value) <= index < len(value):
        return missing
    return value[index]


def _of_struct(value: Struct | ErrorValue, name: Any) -> Any:
    if not isinstance(name, str):
        return missing
    try:
        found = value.get(name)
    except NoFieldError:
        return missing
    except MethodArgumentsError:
        assert isinstance(value, Struct)
        bound = value.go_method(name)
        assert bound is not None
        act = bound.call
        return Callee(name, lambda meter, *args: native(act(*(plain(arg, meter) for arg in args))))
    return missing if found is MISSING else native(found)


def _of_jinja(value: Any, name: Any) -> Any:
    if not isinstance(name, str) or isinstance(value, Macro):
        return missing
    if isinstance(value, LoopContext):
        return _OF_LOOP[name](value) if name in _OF_LOOP else missing
    if isinstance(value, Namespace):
        held: dict[str, Any] = object.__getattribute__(value, "_Namespace__attrs")
        return held.get(name, missing)
    if isinstance(value, TemplateModule):
        return missing if name.startswith("_") else vars(value).get(name, missing)
    if isinstance(value, TemplateReference):
        try:
            return value[name]
        except KeyError:
            return missing
    return missing


def _cycle(loop: LoopContext, args: tuple[Any, ...]) -> Any:
    if not args:
        raise CallError("loop.cycle needs values to go through", name="cycle")
    return loop.cycle(*args)
