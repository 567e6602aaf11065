"""The Launcher's shape in Kubernetes objects: every name, and every fact once.

``names`` holds the constants. ``identity``, ``pod``, ``container``, ``untouched`` and ``service`` hold the
table: each row is one fact, its place in the object, the template version it came with, how it is written
from a job's data, read back and checked. Building a manifest, recovering a job and checking a template's
output (:mod:`launcher_k8s.manifest`) are loops over it.
"""
