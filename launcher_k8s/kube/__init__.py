"""The cluster over HTTP: the client, its credentials and errors, the watch and the log follower.

Nothing is imported here, so that what needs no HTTP library loads none: take
:class:`launcher_k8s.kube.client.KubernetesCluster` from its own module.
"""
