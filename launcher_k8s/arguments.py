"""What public functions are given: each argument is held against its annotation before anything is done.

A wrong one is refused in the library's own terms: settings as a configuration, all else as a job or a
request that may not be.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Awaitable, Callable, Mapping
from functools import cache, wraps
from typing import Any, Final, ParamSpec, TypeVar, cast

from launcher_k8s.errors import ConfigurationError, InvalidJobError, LauncherError
from launcher_k8s.job import Job
from launcher_k8s.misfits import Check, Misfit, check_of, kinds_of
from launcher_k8s.settings import ClusterSettings
from launcher_k8s.status import JobFilter

P = ParamSpec("P")
R = TypeVar("R")

_HINTS: Final[Mapping[Any, str]] = {
    Job: "Job.shell(...) and Job.exec(...) make one, from_wire(Job, ...) reads one",
    ClusterSettings: "give settings.cluster(), or ClusterSettings(...); load_settings(directory) reads files",
    JobFilter: "JobFilter(tags=[...], states=[...]) makes a filter",
}
_UNCHECKED: Final = (None, None)


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """A function that refuses arguments of another kind than its annotations say.

    Raises:
        InvalidJobError: By the function: an argument is of another kind.
        ConfigurationError: By the function: the settings are of another kind.
    """
    names = tuple(inspect.signature(function).parameters)

    def check(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        checks = _checks_of(function)
        for given in (zip(names, args, strict=False), kwargs.items()):
            for name, value in given:
                kind, check_value = checks.get(name, _UNCHECKED)
                if check_value is not None and (misfit := check_value(value)) is not None:
                    raise _refusal(name, kind, misfit)

    @wraps(function)
    def checking(*args: P.args, **kwargs: P.kwargs) -> R:
        check(args, kwargs)
        return function(*args, **kwargs)

    @wraps(function)
    async def checking_later(*args: P.args, **kwargs: P.kwargs) -> Any:
        check(args, kwargs)
        return await cast(Awaitable[Any], function(*args, **kwargs))

    return cast(Callable[P, R], checking_later) if inspect.iscoroutinefunction(function) else checking


@cache
def _checks_of(function: Callable[..., Any]) -> Mapping[str, tuple[Any, Check | None]]:
    # Not when the function is defined: its module may be incomplete then.
    kinds = kinds_of(function).items()
    return {name: (kind, check_of(kind)) for name, kind in kinds if name != "return"}


def _refusal(name: str, kind: Any, misfit: Misfit) -> LauncherError:
    where = name + misfit.path
    hints = (_HINTS[each] for each in (kind, *typing.get_args(kind)) if each in _HINTS and not misfit.path)
    hint = misfit.hint or next(hints, "")
    if kind is ClusterSettings:
        return ConfigurationError(f"{where}: {misfit.message}", hint=hint)
    return InvalidJobError.single(where, f"{where}: {misfit.message}", hint=hint)
