"""What a test may ask of a world, and what each world cannot show, with the reason.

A test says what it needs: ``@needs(Can.LOSE_A_NODE)``. In a world that cannot show it the test is skipped
with the world's reason, and stands so in the table of the documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

import pytest


class Can(Enum):
    """Something that not every world can show."""

    PULL_IMAGES = "images are pulled, and may not be there"
    SCHEDULE = "a scheduler looks for a node that fits"
    OUT_OF_MEMORY = "a container is killed at its memory limit"
    NODE_PRESSURE = "a node evicts a pod"
    PREEMPTION = "a more important pod takes the place of another"
    LOSE_A_NODE = "a node is lost"
    PERMISSIONS = "permissions are granted and taken away"
    QUOTA = "a quota refuses"
    TOKENS = "a token is replaced by another"
    CONNECTIONS = "connections are cut, refused or stand still"
    ROTATE_LOGS = "a log that has grown long is rotated"
    MEASURE = "what pods use is measured"
    COUNT_BYTES = "the bytes that were sent are counted"


def needs(*capabilities: Can) -> pytest.MarkDecorator:
    """Mark a test that only some worlds can show."""
    return pytest.mark.needs(*capabilities)


def needed_by(item: pytest.Item) -> Iterator[Can]:
    """What a test needs."""
    for mark in item.iter_markers("needs"):
        yield from mark.args


def reason_why_not(item: pytest.Item, missing: Mapping[Can, str]) -> str:
    """Why a world cannot show a test; empty if it can."""
    return "; ".join(missing[each] for each in needed_by(item) if each in missing)
