"""What the library keeps of the cluster's Jobs and Pods: two small rows, read straight from bytes.

A Pod is 5 to 50 kB of JSON and 38 KiB as a generated model; a namespace may hold 20,000 finished Jobs. So
an object is decoded only as far as state, expiry and control need it, foreign ones are dropped while still
bytes, and strings that repeat (users, tags, reasons, nodes) are kept once. Which objects are ours: domain,
section 5, "Which jobs are ours".

Rows are msgspec structs, not attrs classes: the decoder builds them in C, and without a header for the
garbage collector (they hold no cycles) one tracked job stays under 0.8 KiB.
"""

from launcher_k8s.rows.annotations import format_delivery, format_final, format_intent
from launcher_k8s.rows.events import decode_event_list, decode_watched_event
from launcher_k8s.rows.jobs import decode_job, decode_job_event, decode_job_page
from launcher_k8s.rows.nodes import decode_node, decode_node_page
from launcher_k8s.rows.pods import decode_pod, decode_pod_event, decode_pod_page
from launcher_k8s.rows.values import (
    Delivery,
    Event,
    EventKind,
    EventRow,
    Final,
    Intent,
    JobOutcome,
    JobRow,
    NodeRow,
    Page,
    PodRow,
)

__all__ = [
    "Delivery",
    "Event",
    "EventKind",
    "EventRow",
    "Final",
    "Intent",
    "JobOutcome",
    "JobRow",
    "NodeRow",
    "Page",
    "PodRow",
    "decode_event_list",
    "decode_job",
    "decode_job_event",
    "decode_job_page",
    "decode_node",
    "decode_node_page",
    "decode_pod",
    "decode_pod_event",
    "decode_pod_page",
    "decode_watched_event",
    "format_delivery",
    "format_final",
    "format_intent",
]
