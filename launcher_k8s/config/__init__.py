"""The configuration files' texts as settings: every value with its place, every problem told at once.

Pure: files come through a :class:`FileReader`, the environment is passed in. Source of files, keys and
syntax: the Kubernetes plugin guide (domain, section 1).
"""

from launcher_k8s.config.directory import parse_clusters, parse_settings, sound_settings
from launcher_k8s.config.reading import FileReader, FileText, ReadFailure

__all__ = ["FileReader", "FileText", "ReadFailure", "parse_clusters", "parse_settings", "sound_settings"]
