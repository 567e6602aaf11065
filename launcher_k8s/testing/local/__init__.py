"""A cluster on this machine: the store behind a loopback HTTP server, and a kubelet that runs processes.

:class:`~launcher_k8s.testing.local.cluster.LocalCluster` is the face. It runs the commands of its pods **on
this machine, as this user**; images are only names.
"""
