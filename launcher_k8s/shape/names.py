"""Names the Launcher gives to things in Kubernetes objects (domain, section 4), and our own annotations.

Annotations ``user`` to ``user_metadata`` are the pod template's; those under ``launcher-k8s/`` are the
Job's, each one JSON object in wire form or a digest (design, "Guarantees").
"""

from __future__ import annotations

from collections.abc import Mapping

JOB_API_VERSION = "batch/v1"
JOB_KIND = "Job"
SERVICE_API_VERSION = "v1"
SERVICE_KIND = "Service"

MAIN_CONTAINER = "rs-launcher-container"

USER_ANNOTATION = "user"
NAME_ANNOTATION = "name"
STDIN_ANNOTATION = "stdin"
SERVICE_PORTS_ANNOTATION = "service_ports"
USER_METADATA_ANNOTATION = "user_metadata"
TAG_ANNOTATION_PREFIX = "USER_TAG_"
_TAG_AT = len(TAG_ANNOTATION_PREFIX)

MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
MANAGED_BY_LAUNCHER = "launcher"
INSTANCE_LABEL = "launcher-instance-id"
JOB_NAME_LABEL = "job-name"

OWN_ANNOTATION_PREFIX = "launcher-k8s/"
SUBMISSION_ANNOTATION = "launcher-k8s/submission"
INTENT_ANNOTATION = "launcher-k8s/intent"
FINAL_ANNOTATION = "launcher-k8s/final"
DELIVERY_ANNOTATION = "launcher-k8s/stdin"

CPU = "cpu"
MEMORY = "memory"
NVIDIA_GPU = "nvidia.com/gpu"
AMD_GPU = "amd.com/gpu"

ANNOTATIONS_LIMIT_BYTES = 256 * 1024
"""What all annotations of one object, keys and values, may hold together (Kubernetes' own limit)."""


def tag_annotation(index: int) -> str:
    """The annotation of the tag at an index, counted from 0."""
    return f"{TAG_ANNOTATION_PREFIX}{index}"


def read_tags(annotations: Mapping[str, str]) -> tuple[str, ...]:
    """The tags in a pod template's annotations, in the order of their numbers."""
    # What has only digits after so many letters holds the prefix nowhere but in front.
    keys = [key for key in annotations if TAG_ANNOTATION_PREFIX in key and key[_TAG_AT:].isdecimal()]
    if len(keys) > 1:
        keys.sort(key=lambda key: (int(key[_TAG_AT:]), annotations[key]))
    return tuple([annotations[key] for key in keys])
