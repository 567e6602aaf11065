from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

from launcher_k8s.connection import LogOptions
from launcher_k8s.kube.queries import delete_options, list_query, log_query, watch_query


def test_a_list_without_limits_asks_for_nothing_special() -> None:
    assert list_query() == {}


def test_a_page_says_which() -> None:
    query = list_query("a=b", "status.phase=Running", limit=500, continue_token="abc")
    assert query == {
        "labelSelector": "a=b",
        "fieldSelector": "status.phase=Running",
        "limit": "500",
        "continue": "abc",
    }


def test_a_watch_is_a_selection_from_a_version_on() -> None:
    query = watch_query("a=b", "", resource_version="12", timeout_s=300)
    assert query == {
        "labelSelector": "a=b",
        "watch": "1",
        "allowWatchBookmarks": "true",
        "resourceVersion": "12",
        "timeoutSeconds": "300",
    }


def test_a_watch_without_an_end_asks_for_none() -> None:
    assert "timeoutSeconds" not in watch_query("", "", resource_version="12", timeout_s=0)


def test_a_log_asks_for_no_more_than_its_container() -> None:
    assert log_query(LogOptions("main")) == {"container": "main"}


def test_a_logs_begin_is_a_whole_second_of_utc() -> None:
    begin = datetime(2026, 3, 1, 12, 30, 15, 999_999, tzinfo=timezone(timedelta(hours=2)))
    options = LogOptions("main", follow=True, timestamps=True, since_time=begin, limit_bytes=0)
    assert log_query(options) == {
        "container": "main",
        "follow": "true",
        "timestamps": "true",
        "sinceTime": "2026-03-01T10:30:15Z",
        "limitBytes": "0",
    }


def test_a_delete_takes_along_what_the_object_owns() -> None:
    options = json.loads(delete_options(""))
    assert options["propagationPolicy"] == "Background"
    assert "preconditions" not in options


def test_a_delete_of_one_very_object_names_its_uid() -> None:
    assert json.loads(delete_options("u"))["preconditions"] == {"uid": "u"}
