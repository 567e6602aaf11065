"""The annotations in which the cluster remembers what only we know: intent, final state, input that was sent.

Each is one JSON object in wire form (design, "Guarantees"). One that cannot be read, because somebody
edited it, counts as absent: a job must not become invisible by it.
"""

from __future__ import annotations

from sys import intern
from typing import TypeVar

import msgspec

from launcher_k8s.rows.times import Time, seconds, time_of, time_or_none
from launcher_k8s.rows.values import Delivery, Final, Intent
from launcher_k8s.status import JobState, Operation

Wire = TypeVar("Wire")


class _IntentWire(msgspec.Struct, rename="camel", omit_defaults=True):
    operation: Operation
    time: Time
    user: str = ""
    done: bool = False


class _FinalWire(msgspec.Struct, rename="camel", omit_defaults=True):
    status: JobState
    exit_code: int | None = None
    status_message: str = ""
    start_time: Time | None = None
    end_time: Time | None = None


class _DeliveryWire(msgspec.Struct, rename="camel", omit_defaults=True):
    sender: str
    time: Time
    done: bool = False
    cut: bool = False


_DELIVERY = msgspec.json.Decoder(_DeliveryWire)
_INTENT = msgspec.json.Decoder(_IntentWire)
_FINAL = msgspec.json.Decoder(_FinalWire)


def format_final(final: Final) -> str:
    """The text of the annotation ``launcher-k8s/final``."""
    start, end = time_or_none(final.start_time), time_or_none(final.end_time)
    wire = _FinalWire(final.status, final.exit_code, final.status_message, start, end)
    return msgspec.json.encode(wire).decode()


def format_intent(intent: Intent) -> str:
    """The text of the annotation ``launcher-k8s/intent``."""
    wire = _IntentWire(intent.operation, time_of(intent.time), intent.user, intent.done)
    return msgspec.json.encode(wire).decode()


def format_delivery(delivery: Delivery) -> str:
    """The text of the annotation ``launcher-k8s/stdin``."""
    wire = _DeliveryWire(delivery.sender, time_of(delivery.time), delivery.done, delivery.cut)
    return msgspec.json.encode(wire).decode()


def parse_delivery(text: str) -> Delivery | None:
    """Who sends the input, in an annotation; None when there is none to read."""
    wire = _read(_DELIVERY, text)
    return None if wire is None else Delivery(wire.sender, seconds(wire.time), wire.done, wire.cut)


def parse_intent(text: str) -> Intent | None:
    """The intent in an annotation; None when there is none to read."""
    wire = _read(_INTENT, text)
    return None if wire is None else Intent(wire.operation, seconds(wire.time), wire.user, wire.done)


def parse_final(text: str) -> Final | None:
    """The final state in an annotation; None when there is none to read, or it is not a final one."""
    wire = _read(_FINAL, text)
    if wire is None or not wire.status.is_final:
        return None
    start = None if wire.start_time is None else seconds(wire.start_time)
    end = None if wire.end_time is None else seconds(wire.end_time)
    return Final(wire.status, wire.exit_code, intern(wire.status_message), start, end)


def _read(decoder: msgspec.json.Decoder[Wire], text: str) -> Wire | None:
    if not text:
        return None
    try:
        return decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
