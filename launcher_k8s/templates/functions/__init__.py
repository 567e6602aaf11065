"""The functions that templates call: Go's own, Sprig's, the Launcher's and Helm's.

There is one module per section of Sprig's documentation. Each set here holds the one before it and replaces
what it redefines; modules are imported with the first set that is asked for, when a template is compiled.
Source: Go 1.26, text/template/funcs.go; Sprig 3.3.0, functions.go; facts on templates, 1.2 and 1.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from launcher_k8s.templates.govalues.signature import Function


@cache
def go_functions() -> Mapping[str, Function]:
    """Go's own functions; ``and``, ``or``, ``not`` and ``call`` come with the engine."""
    from launcher_k8s.templates.functions import go_builtins
    from launcher_k8s.templates.functions.reading import counting

    return MappingProxyType(counting(go_builtins.REGISTRY))


@cache
def sprig_functions() -> Mapping[str, Function]:
    """Go's and Sprig's functions."""
    from launcher_k8s.templates.functions import (
        casing,
        certificates,
        ciphers,
        dates,
        decimals,
        defaults,
        dicts,
        encodings,
        host,
        layout,
        lists,
        marshalling,
        numbers,
        passwords,
        paths,
        private_keys,
        random_values,
        regex,
        strings,
        urls,
        versions,
        words,
    )
    from launcher_k8s.templates.functions.reading import counting

    modules = (
        casing, certificates, ciphers, dates, decimals, defaults, dicts, encodings, host, layout, lists,
        marshalling, numbers, passwords, paths, private_keys, random_values, regex, strings, urls, versions,
        words,
    )  # fmt: skip
    sets = [go_functions(), *(counting(module.REGISTRY) for module in modules)]
    return MappingProxyType({name: value for each in sets for name, value in each.items()})


@cache
def launcher_functions() -> Mapping[str, Function]:
    """All of these, and what the Launcher and its chart's templates add."""
    from launcher_k8s.templates.functions import helm, launcher, marshalling, toml, yaml
    from launcher_k8s.templates.functions.reading import counting

    own = (
        helm.LAUNCHER_REGISTRY,
        marshalling.LAUNCHER_REGISTRY,
        launcher.REGISTRY,
        toml.REGISTRY,
        yaml.REGISTRY,
    )
    sets = (sprig_functions(), *map(counting, own))
    return MappingProxyType({name: value for each in sets for name, value in each.items()})


@cache
def helm_functions() -> Mapping[str, Function]:
    """The Launcher's, as Helm 4 redefines them: no environment, its own JSON, and durations."""
    from launcher_k8s.templates.functions import durations, helm, marshalling
    from launcher_k8s.templates.functions.reading import counting

    own = (helm.HELM_REGISTRY, marshalling.HELM_REGISTRY, durations.REGISTRY)
    sets = (launcher_functions(), *map(counting, own))
    kept = {name: value for each in sets for name, value in each.items()}
    return MappingProxyType({name: kept[name] for name in kept if name not in {"env", "expandenv"}})
