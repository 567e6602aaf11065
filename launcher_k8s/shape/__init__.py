"""The Launcher's shape in Kubernetes objects: every name, and every fact once.

``names`` holds the constants, also importable from here. ``identity``, ``pod``, ``container``,
``untouched`` and ``service`` hold the table: each row is one fact, its place in the object, the template version it came
with, how it is written from a job's data, read back and checked. Building a manifest, recovering a job
and checking a template's output (:mod:`launcher_k8s.manifest`) are loops over it.
"""

from launcher_k8s.shape.names import (
    AMD_GPU,
    ANNOTATIONS_LIMIT_BYTES,
    CPU,
    FINAL_ANNOTATION,
    INSTANCE_LABEL,
    INTENT_ANNOTATION,
    JOB_API_VERSION,
    JOB_KIND,
    JOB_NAME_LABEL,
    MAIN_CONTAINER,
    MANAGED_BY_LABEL,
    MANAGED_BY_LAUNCHER,
    MEMORY,
    NAME_ANNOTATION,
    NVIDIA_GPU,
    OWN_ANNOTATION_PREFIX,
    SERVICE_API_VERSION,
    SERVICE_KIND,
    SERVICE_PORTS_ANNOTATION,
    STDIN_ANNOTATION,
    SUBMISSION_ANNOTATION,
    TAG_ANNOTATION_PREFIX,
    USER_ANNOTATION,
    USER_METADATA_ANNOTATION,
    tag_annotation,
)

__all__ = [
    "AMD_GPU",
    "ANNOTATIONS_LIMIT_BYTES",
    "CPU",
    "FINAL_ANNOTATION",
    "INSTANCE_LABEL",
    "INTENT_ANNOTATION",
    "JOB_API_VERSION",
    "JOB_KIND",
    "JOB_NAME_LABEL",
    "MAIN_CONTAINER",
    "MANAGED_BY_LABEL",
    "MANAGED_BY_LAUNCHER",
    "MEMORY",
    "NAME_ANNOTATION",
    "NVIDIA_GPU",
    "OWN_ANNOTATION_PREFIX",
    "SERVICE_API_VERSION",
    "SERVICE_KIND",
    "SERVICE_PORTS_ANNOTATION",
    "STDIN_ANNOTATION",
    "SUBMISSION_ANNOTATION",
    "TAG_ANNOTATION_PREFIX",
    "USER_ANNOTATION",
    "USER_METADATA_ANNOTATION",
    "tag_annotation",
]
