"""The Kubernetes API's semantics in memory: pure, synchronous, used by one thread.

Nothing here knows a network, a clock or a source of randomness:
:class:`~launcher_k8s.testing.cluster.api.Api` is handed them. Rules and texts are those of Kubernetes 1.36
(``k8s.io/apimachinery`` and ``k8s.io/apiserver`` 0.36).
"""
