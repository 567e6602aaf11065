"""How launchers, and those who look after them, reach a cluster: the embedded one is a process of its own."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import attrs

from launcher_k8s.connection import JOBS, SERVICES, Resource
from launcher_k8s.job import Json
from launcher_k8s.settings import ClusterSettings, Override, ProfileSection
from launcher_k8s.testing import LocalCluster

PROCESSES = multiprocessing.get_context("forkserver")
"""Whence processes are forked that have loaded what a launcher needs, and nothing else of this one."""

NAMESPACE = "crashes"
ANSWER_S = 30


@attrs.frozen
class Way:
    """The way to a cluster.

    Args:
        api_url: Where its API is.
        token: Whose requests are sent.
        ca_pem: The authority of its certificate; empty without TLS.
        namespace: Where jobs live.
        image: What they run in.
    """

    api_url: str
    token: str
    ca_pem: str
    namespace: str
    image: str

    def settings(self, instance_id: str, overrides: dict[str, Json] | None = None) -> ClusterSettings:
        """The settings of a launcher there; those of another instance id leave its jobs alone."""
        values = tuple(Override(pointer, value) for pointer, value in (overrides or {}).items())
        profile = ProfileSection.everyone(default_container_image=self.image, job_json_overrides=values)
        return ClusterSettings(
            api_url=self.api_url,
            auth_token=self.token,
            certificate_authority=self.ca_pem or None,
            namespace=self.namespace,
            instance_id=instance_id,
            profiles=(profile,),
        )

    def jobs(self) -> list[dict[str, Any]]:
        """All Jobs, as the API server has them; not by the library."""
        return self._items(JOBS)

    def services(self) -> list[dict[str, Any]]:
        """All Services."""
        return self._items(SERVICES)

    def job(self, name: str) -> dict[str, Any] | None:
        """The Job of a launcher's job; None if there is none.

        Raises:
            ValueError: There is more than one.
        """
        found = [each for each in self.jobs() if name_of(each) == name]
        if len(found) > 1:
            raise ValueError(f"{len(found)} Jobs were made for {name}")
        return found[0] if found else None

    def _items(self, resource: Resource) -> list[dict[str, Any]]:
        url = self.api_url + resource.within(self.namespace).path
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.token}"})
        context = ssl.create_default_context(cadata=self.ca_pem) if self.ca_pem else None
        with urllib.request.urlopen(request, timeout=ANSWER_S, context=context) as answer:
            return [*json.load(answer)["items"]]


def name_of(job: dict[str, Any]) -> str:
    """The name that a job was submitted with."""
    return str(job["spec"]["template"]["metadata"]["annotations"]["name"])


def annotation_of(job: dict[str, Any], name: str) -> dict[str, Any]:
    """One of our annotations on a Job; empty where it is not there."""
    found: dict[str, Any] = json.loads(job["metadata"].get("annotations", {}).get(name, "{}"))
    return found


@contextmanager
def local_cluster() -> Iterator[Way]:
    """An embedded cluster in a process of its own."""
    here, there = PROCESSES.Pipe()
    process = PROCESSES.Process(target=_serve, args=(there,))
    process.start()
    there.close()
    try:
        api_url, token = here.recv()
        yield Way(api_url, token, "", NAMESPACE, "embedded:1")
    finally:
        here.close()
        process.join()


def _serve(until_closed: Connection) -> None:
    asyncio.run(_serve_cluster(until_closed))


async def _serve_cluster(until_closed: Connection) -> None:
    async with LocalCluster(namespace=NAMESPACE) as cluster:
        until_closed.send((cluster.api_url, cluster.token))
        await asyncio.to_thread(until_closed.poll, None)
