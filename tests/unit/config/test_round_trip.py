"""What is written is what is read: every option, in every form that the dialect has for its value."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher_k8s.config import FileText
from launcher_k8s.config.json_file import parse_json
from launcher_k8s.config.table import CLUSTER_KEYS, PROFILE_KEYS, RESOURCE_KEYS, Setting
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection, UserProfile
from tests.config_writer import WrittenDirectory, write_directory, write_ini
from tests.memory_files import CONNECTION, DIRECTORY, MAIN, PROFILES, RESOURCES, read_cluster, read_texts
from tests.strategies import json_values

RELATIVE = ("auth_token_path", "scratch_path", "logging_dir")  # to their own file, as they are read
REFERENCES = {"users.conf": "", "profiles/users.conf": "", "my profiles.conf": ""}
TABLES: Mapping[str, tuple[str, Mapping[str, Setting]]] = {
    MAIN: ("", CLUSTER_KEYS),
    PROFILES: ("jsmith", PROFILE_KEYS),
    RESOURCES: ("small", RESOURCE_KEYS),
}

written_directories = st.randoms(use_true_random=False).map(write_directory)


def read_written(written: WrittenDirectory) -> ClusterSettings:
    settings, diagnostics = read_texts(written.files)
    assert settings is not None, "\n".join(map(str, diagnostics))
    return settings.cluster(written.name)


def read_values(section: ProfileSection) -> dict[str, Any]:
    values = {field: sourced.value for field, sourced in section.values.items()}
    for field, value in values.items():
        if value and isinstance(value, tuple) and isinstance(value[0], Override):
            values[field] = tuple((override.pointer, override.value) for override in value)
    return values


def read_value(cluster: ClusterSettings, field: str) -> Any:
    """The value of a cluster that sets one field, wherever that belongs."""
    if cluster.profiles:
        return read_values(cluster.profiles[0])[field]
    return getattr(cluster.resources[0] if cluster.resources else cluster, field)


def resolved(field: str, value: Any, main_file: str = MAIN) -> Any:
    beside = posixpath.join(DIRECTORY, posixpath.dirname(main_file))
    return posixpath.join(beside, value) if field in RELATIVE and value else value


@given(written_directories)
def test_main_files(written: WrittenDirectory) -> None:
    cluster = read_written(written)
    for field, value in written.main.values.items():
        assert getattr(cluster, field) == resolved(field, value, written.main_file)
        assert cluster.origin(field).line == written.main.lines[field]


@given(written_directories)
def test_profiles_files(written: WrittenDirectory) -> None:
    read = read_written(written).profiles
    assert [section.title for section in read] == [section.title for section in written.profiles]
    for section, expected in zip(read, written.profiles, strict=True):
        assert read_values(section) == expected.values
        assert {field: value.origin.line for field, value in section.values.items()} == expected.lines


@given(written_directories)
def test_resources_files(written: WrittenDirectory) -> None:
    read = read_written(written).resources
    assert [profile.section for profile in read] == [section.title for section in written.resources]
    for profile, expected in zip(read, written.resources, strict=True):
        assert {field: getattr(profile, field) for field in expected.values} == expected.values


@given(json_values, st.sampled_from([None, 0, 2, "\t"]), st.booleans(), st.sampled_from(["", "\ufeff"]))
def test_override_files(value: Any, indent: Any, ascii_only: bool, mark: str) -> None:
    text = mark + json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert parse_json(FileText("x.json", text.encode())) == value


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, (_, keys) in TABLES.items() for key in keys])
def test_each_option_is_read_as_it_is_written(name: str, key: str) -> None:
    title, keys = TABLES[name]
    required = [setting for setting in keys.values() if setting.is_required and setting.option.key != key]
    field = keys[key].field
    for seed in range(20):
        written = write_ini([(title, [*required, keys[key]])], keys, Random(seed))
        cluster = read_cluster({MAIN: CONNECTION, **REFERENCES, **written.files, name: written.text})
        assert read_value(cluster, field) == resolved(field, written.sections[0].values[field])


def test_profiles_are_written_with_every_setting_of_a_user() -> None:
    assert {setting.field for setting in PROFILE_KEYS.values()} == set(UserProfile.__annotations__)
