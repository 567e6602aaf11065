"""Which names and values Kubernetes takes, so that a job is refused here and not by a bare 422.

Names of objects: :func:`~launcher_k8s.naming.is_object_name`. Source: the Kubernetes API conventions,
"Labels and Selectors", and the API server's checks of secrets and environment variables.
"""

from __future__ import annotations

import re

_LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?", re.ASCII)
_DATA_KEY = re.compile(r"[-._a-zA-Z0-9]+", re.ASCII)
_ENV_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*", re.ASCII)
_LOOSE_ENV_NAME = re.compile(r"[ -<>-~]+", re.ASCII)

LABEL_VALUE_FORM = (
    "at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit, or nothing"
)
DATA_KEY_FORM = "letters, digits, -, _ and ."
ENV_NAME_FORM = "letters, digits, -, _ and ., not beginning with a digit"


def is_label_value(text: str) -> bool:
    """Whether a node label can have this value."""
    return len(text) <= 63 and _LABEL_VALUE.fullmatch(text) is not None


def is_data_key(text: str) -> bool:
    """Whether a secret can have this key."""
    return len(text) <= 253 and _DATA_KEY.fullmatch(text) is not None and text not in (".", "..")


def is_env_name(text: str) -> bool:
    """Whether every Kubernetes takes this name for an environment variable."""
    return _ENV_NAME.fullmatch(text) is not None


def is_loose_env_name(text: str) -> bool:
    """Whether Kubernetes takes this name since 1.34: printable ASCII without ``=``."""
    return _LOOSE_ENV_NAME.fullmatch(text) is not None
