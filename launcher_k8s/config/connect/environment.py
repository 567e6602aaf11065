"""What the environment sets where Connect's file does not: the API server's URL and the token.

Source: Connect's configuration reference (domain, section 1: the file, then the environment, then the pod).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from launcher_k8s.config.bad_value import BadValueError
from launcher_k8s.config.connect.connect_file import SECTIONS, read_text
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.main_file import MainFile
from launcher_k8s.diagnostics import Location
from launcher_k8s.origin import Origin, OriginKind
from launcher_k8s.tokens import decode_token

VARIABLES: Mapping[str, str] = MappingProxyType(
    {"api_url": "KUBERNETES_API_URL", "auth_token": "KUBERNETES_AUTH_TOKEN"}
)
"""The variable for each field that has one."""


def fill_in_variables(main: MainFile, environ: Mapping[str, str], findings: Findings) -> MainFile:
    """The settings, completed from the environment.

    Args:
        main: What the file sets.
        environ: The environment; a variable that is empty counts as not set.
        findings: Told of a variable that cannot be read.
    """
    options = {setting.field: setting.option for setting in SECTIONS["Launcher"].values()}
    for field, variable in VARIABLES.items():
        text = environ.get(variable, "").strip()
        if main.sets(field) or not text:
            continue
        try:
            value = read_text(options[field], text)
        except BadValueError as problem:
            where = Location("environment", key=variable)
            findings.report(problem.code, where, problem.message, problem.hint)
            main = main.without_value(field)
        else:
            value = decode_token(value) if field == "auth_token" else value
            main = main.with_value(field, value, Origin(OriginKind.ENVIRONMENT, key=variable))
    return main
