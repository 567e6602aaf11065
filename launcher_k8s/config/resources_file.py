"""``launcher.kubernetes.resources.conf``: named sets of resources, in the order in which users see them.

A section is a resource profile, its title the name that jobs use; ``custom`` is kept for jobs that state
limits of their own. Source: the Kubernetes plugin guide, "Resource Profiles" (domain, section 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from launcher_k8s.config.findings import Findings
from launcher_k8s.config.ini import Line, Section, parse_ini
from launcher_k8s.config.profiles_file import report_outside
from launcher_k8s.config.reading import FileText
from launcher_k8s.config.table import RESOURCE_KEYS, Reading, read_section
from launcher_k8s.quantity import format_decimal
from launcher_k8s.settings import CUSTOM_RESOURCES, ResourceProfile
from launcher_k8s.wording import quote

_LIMIT_OF = MappingProxyType({"cpus_request": "cpus", "mem_mb_request": "mem_mb"})


def read_resources_file(file: FileText, findings: Findings) -> tuple[ResourceProfile, ...]:
    """Read a resources file; sections that lack what is required are reported and left out."""
    ini = parse_ini(file, findings)
    report_outside(ini, RESOURCE_KEYS, "a [section], whose title names the resource profile", findings)
    first: dict[str, Line] = {}
    profiles = []
    for section in ini.sections:
        readings = read_section(section, RESOURCE_KEYS, findings)
        _check_title(section, first, findings)
        _check_requests(readings, findings)
        if all(setting.field in readings for setting in RESOURCE_KEYS.values() if setting.is_required):
            values = {field: reading.value for field, reading in readings.items()}
            profiles.append(ResourceProfile(section.title, **values, origin=section.origin))
    return tuple(profiles)


def _check_title(section: Section, first: dict[str, Line], findings: Findings) -> None:
    if not section.is_sound:
        return
    if section.title == CUSTOM_RESOURCES:
        message = f"[{CUSTOM_RESOURCES}] is reserved for jobs that state their own limits"
        findings.report(
            "reserved-section", section.line.at(), message, "give the resource profile another title"
        )
    elif section.title in first:
        message = f"{quote(section.title)} is already defined in line {first[section.title].number}"
        findings.report("duplicate-section", section.line.at(), message, "give each its own title")
    else:
        first[section.title] = section.line


def _check_requests(readings: Mapping[str, Reading], findings: Findings) -> None:
    for request_field, limit_field in _LIMIT_OF.items():
        request, limit = readings.get(request_field), readings.get(limit_field)
        if request is None or limit is None or request.value is None or not 0 < limit.value < request.value:
            continue
        message = (
            f"the request {format_decimal(request.value)} is over the limit {format_decimal(limit.value)}"
        )
        hint = "jobs with this resource profile will be refused: lower the request"
        findings.report("request-over-limit", request.entry.at_value(), message, hint)
