from __future__ import annotations

from datetime import UTC, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from launcher_k8s.templates.gotime.zones import UTC_ZONE, load_zone, local_zone

SUMMER, WINTER = 1_720_000_000, 1_705_000_000


def test_a_named_zone_has_summer_and_winter() -> None:
    zone = load_zone("Europe/Berlin")
    assert zone is not None
    assert zone.lookup(SUMMER) == ("CEST", 7200)
    assert zone.lookup(WINTER) == ("CET", 3600)
    assert zone.lookup(-(10**15)) == ("LMT", 3208)


def test_a_zone_goes_on_after_pythons_calendar() -> None:
    zone = load_zone("Europe/Berlin")
    assert zone is not None
    cycles = 146_097 * 86_400 * 1000
    assert zone.lookup(SUMMER + cycles) == zone.lookup(SUMMER)


@pytest.mark.parametrize("name", ["Europe/Nowhere", "Europe", "../etc/passwd", "/etc/localtime", "a\0b"])
def test_what_is_no_zone(name: str) -> None:
    assert load_zone(name) is None


@pytest.mark.parametrize("name", ["", "UTC"])
def test_nothing_is_utc(name: str) -> None:
    assert load_zone(name) is UTC_ZONE


def test_the_hosts_zone_is_called_local_unless_it_has_a_name() -> None:
    assert local_zone(None) is local_zone(UTC) is local_zone(ZoneInfo("UTC")) is UTC_ZONE
    assert local_zone(timezone(timedelta(hours=2))).name == "Local"
    assert local_zone(ZoneInfo("Asia/Tokyo")).name == "Asia/Tokyo"


def test_an_abbreviation_means_an_offset_of_its_zone() -> None:
    zone = load_zone("America/New_York")
    assert zone is not None
    assert zone.offset_of("EST", WINTER) == zone.offset_of("EST", SUMMER) == -18_000
    assert zone.offset_of("LMT", SUMMER) == -17_762
    assert zone.offset_of("CET", SUMMER) is None
    assert UTC_ZONE.offset_of("CET", SUMMER) is None
