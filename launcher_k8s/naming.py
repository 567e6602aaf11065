"""Names of jobs in the cluster: chosen by us, before planning, so that a submit can be repeated.

The id of a job is the name of its Kubernetes Job: ``generateName`` (the job's own name as a DNS label)
and eight base32 characters, drawn at random or from a hash of the caller's key (domain, section 5;
design, "Guarantees"). It is a DNS label that starts with a letter, as a Service of that name must.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re

import msgspec

from launcher_k8s.job import Job
from launcher_k8s.wire import to_wire

OBJECT_NAME_FORM = "lower case letters, digits, - and ., beginning and ending with a letter or digit"
DNS_LABEL_FORM = "at most 63 lower case letters, digits and -, beginning and ending with a letter or digit"

_LONGEST_STEM = 54
"""With ``-`` and eight characters 63, the longest DNS label and the longest value of a ``job-name`` label."""

_RANDOM_BYTES = 5
"""Forty bits: eight characters of base32, without padding."""

_PREVIEW = "preview0"
"""As long as what is drawn, and never drawn: base32 has no ``0``."""

_STATED = frozenset({"id", "user"})
"""What a job may state and need not."""

_LONGEST_LABEL = 63
_LONGEST_NAME = 253
_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_DNS_LABEL = re.compile(_LABEL)
_DNS_SUBDOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_CANONICAL = msgspec.json.Encoder(order="deterministic")
_JSON = json.JSONEncoder(sort_keys=True, ensure_ascii=True, separators=(",", ":"))
_NO_LABEL_CHARACTER = re.compile(r"[^a-z0-9-]")


def generate_name(job_name: str) -> str:
    """The ``generateName`` of a job: its name as a DNS label of at most 54 characters, and ``-``."""
    stem = _NO_LABEL_CHARACTER.sub("-", job_name.lower())
    if not stem[:1].isalpha():
        stem = f"job-{stem}"
    return f"{stem[:_LONGEST_STEM]}-"


def job_id_from_random(job_name: str, random_bytes: bytes) -> str:
    """The id of a job that was submitted without a key.

    Args:
        job_name: The job's name.
        random_bytes: At least five bytes of the injected random source; the first five are used.

    Raises:
        ValueError: Fewer than five bytes.
    """
    if len(random_bytes) < _RANDOM_BYTES:
        raise ValueError(f"an id needs {_RANDOM_BYTES} random bytes, not {len(random_bytes)}")
    return generate_name(job_name) + _base32(random_bytes)


def job_id_from_key(job_name: str, *, instance_id: str, user: str, key: str) -> str:
    """The id of a job that was submitted with a caller's idempotency key: the same for the same arguments.

    Args:
        job_name: The job's name.
        instance_id: The Launcher's instance id, may be empty.
        user: The job's owner.
        key: The caller's key.
    """
    return generate_name(job_name) + _base32(_sha256([instance_id, user, key]))


def preview_id(job_name: str) -> str:
    """The id that stands in a plan made without one; no submitted job ever has it."""
    return generate_name(job_name) + _PREVIEW


def could_be_id(text: str) -> bool:
    """Whether a job can have this id at all, so that the cluster need not be asked about any other text.

    Dots are allowed: an override or another program may have named a Job so. Source: the Kubernetes API
    conventions, "Object Names and IDs"; 63 characters fit the ``job-name`` label.
    """
    return len(text) <= _LONGEST_LABEL and is_object_name(text)


def is_object_name(text: str) -> bool:
    """Whether an object (secret, account, claim) may be named so: a DNS-1123 subdomain.

    Source: the Kubernetes API conventions, "Object Names and IDs".
    """
    return len(text) <= _LONGEST_NAME and _DNS_SUBDOMAIN.fullmatch(text) is not None


def is_dns_label(text: str) -> bool:
    """Whether a text is a DNS-1123 label, as a namespace's name must be."""
    return len(text) <= _LONGEST_LABEL and _DNS_LABEL.fullmatch(text) is not None


def submission_digest(job: Job, *, user: str, key_or_id: str) -> str:
    """What tells our own submission from another's of the same name: a SHA-256, in hexadecimal.

    Args:
        job: The job as it was asked for. Its id and owner count only through the other arguments, so that a
            retry that states them is still the same submission.
        user: The job's owner.
        key_or_id: The caller's key, else the id that was drawn.
    """
    asked = to_wire(job)
    for field in _STATED:
        asked.pop(field, None)
    parts: list[object] = [user, key_or_id, asked]
    try:
        text = _CANONICAL.encode(parts)
    except (OverflowError, TypeError, UnicodeError):  # what few readers take; it is this job's, all the same
        return _sha256(parts).hex()
    return hashlib.sha256(text).hexdigest()


def _base32(data: bytes) -> str:
    return base64.b32encode(data[:_RANDOM_BYTES]).decode("ascii").lower()


def _sha256(parts: list[object]) -> bytes:
    # As JSON, so that no two different lists of parts give the same bytes; keys sorted, because a job that
    # has been through another program may come back with its metadata in another order.
    return hashlib.sha256(_JSON.encode(parts).encode("ascii")).digest()
