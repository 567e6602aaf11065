"""Rows in, status changes out, once each and in order, to any number of subscribers.

Pure: no clock, no tasks, no I/O. The backend feeds watch events and lists, and pulls statuses; a
subscriber is woken by a callback.
"""

from launcher_k8s.tracker.notes import Unexplained
from launcher_k8s.tracker.subscription import Subscription
from launcher_k8s.tracker.tracker import Tracker
from launcher_k8s.tracker.upkeep import Unrecorded

__all__ = ["Subscription", "Tracker", "Unexplained", "Unrecorded"]
