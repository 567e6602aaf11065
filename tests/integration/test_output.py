"""Output across cut connections on a real cluster: whole where nothing was rotated away, else told."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path

import attrs
import pytest

from launcher_k8s import ClusterSettings, Job, JobBackend, OutputChunk, OutputGap, load_settings
from tests.cluster.forward import Forwarder
from tests.cluster.real import RealCluster
from tests.integration.directories import configuration

LINE = 128
PER_MIB = 2**20 // LINE
PRINTER = (
    "awk 'BEGIN {{ for (m = 0; m < {mib}; m++) {{ for (i = 0; i < {per}; i++) "
    'printf "%0127d\\n", m * {per} + i; fflush(); system("sleep {pause}") }} }}\''
)


def printer(mib: int, pause: float) -> str:
    """A command that prints numbered lines, so many MiB, with a pause after each."""
    return PRINTER.format(mib=mib, per=PER_MIB, pause=pause)


def truth(first: int, last: int) -> bytes:
    return b"".join(b"%0127d\n" % number for number in range(first, last))


async def read_with_cuts(
    backend: JobBackend, job_id: str, forwarder: Forwarder, cuts_at: Sequence[int], *, blocked_s: float
) -> list[OutputChunk | OutputGap]:
    """Everything the job prints, the connection cut each time so many bytes have come.

    Every other cut keeps the way blocked for a while, long enough for the kubelet to rotate the log.
    """
    pieces: list[OutputChunk | OutputGap] = []
    received, cuts = 0, list(cuts_at)
    async with backend.output(job_id) as output:
        async for piece in output:
            pieces.append(piece)
            received += len(piece.data) if isinstance(piece, OutputChunk) else 0
            if cuts and received >= cuts[0]:
                cuts.pop(0)
                await _cut(forwarder, blocked_s=blocked_s if len(cuts) % 2 else 0)
    assert not cuts, "the job printed less than the cuts need"
    return pieces


async def _cut(forwarder: Forwarder, *, blocked_s: float) -> None:
    if blocked_s:
        await asyncio.to_thread(forwarder.refuse)
    await asyncio.to_thread(forwarder.cut)
    if blocked_s:
        await asyncio.sleep(blocked_s)
        await asyncio.to_thread(forwarder.resume)


def parts_of(pieces: Sequence[OutputChunk | OutputGap]) -> list[bytes]:
    """What came, parted at the gaps."""
    parts: list[list[bytes]] = [[]]
    for piece in pieces:
        if isinstance(piece, OutputGap):
            parts.append([])
        else:
            parts[-1].append(piece.data)
    return [b"".join(part) for part in parts]


@pytest.fixture
def directory(real_cluster: RealCluster, namespace: str, tmp_path: Path) -> Path:
    profiles = f"[*]\ndefault-container-image={real_cluster.image}\n"
    return configuration(tmp_path / "conf", real_cluster, namespace, profiles=profiles)


async def test_output_is_whole_across_five_cuts(real_cluster: RealCluster, directory: Path) -> None:
    settings = load_settings(directory).cluster()
    with real_cluster.new_forwarder() as forwarder:
        settings = _by_way_of(settings, forwarder)
        async with JobBackend(settings) as backend:
            submitted = await backend.submit(Job.shell(printer(6, 0.5), name="whole"), user="jsmith")
            cuts = [2**20 * n for n in range(1, 6)]
            pieces = await read_with_cuts(backend, submitted.id, forwarder, cuts, blocked_s=0)
    (whole,) = parts_of(pieces)
    assert hashlib.sha256(whole).hexdigest() == hashlib.sha256(truth(0, 6 * PER_MIB)).hexdigest()


async def test_each_cut_that_lost_bytes_is_told_by_one_gap(
    real_cluster: RealCluster, directory: Path
) -> None:
    mib = 50
    with real_cluster.new_forwarder() as forwarder:
        settings = _by_way_of(load_settings(directory).cluster(), forwarder)
        async with JobBackend(settings) as backend:
            submitted = await backend.submit(Job.shell(printer(mib, 0.7), name="rotated"), user="jsmith")
            cuts = [2**20 * n for n in (2, 4, 6, 8, 10)]
            pieces = await read_with_cuts(backend, submitted.id, forwarder, cuts, blocked_s=12)
            final = await backend.wait(submitted.id)
    assert final.exit_code == 0
    expected = 0
    for number, part in enumerate(parts_of(pieces)):
        assert len(part) % LINE == 0, "a gap lies between lines"
        first = int(part[:LINE])
        assert (first > expected) if number else (first == 0), "a gap stands only where bytes are gone"

        expected = first + len(part) // LINE
        assert hashlib.sha256(part).digest() == hashlib.sha256(truth(first, expected)).digest()
    assert expected == mib * PER_MIB, "the end was delivered"
    gaps = len(parts_of(pieces)) - 1

    assert 1 <= gaps <= len(cuts)


async def test_a_log_that_is_rotated_after_its_last_line_tells_no_gap(directory: Path) -> None:
    mib = 11
    async with JobBackend(load_settings(directory).cluster()) as backend:
        # Quiet until its log is surely followed, and at the end for longer than a kubelet takes to see that
        # a file is full (10 s by default).
        quiet = Job.shell(f"sleep 8; {printer(mib, 0)}; sleep 25", name="quiet")
        submitted = await backend.submit(quiet, user="jsmith")
        async with backend.output(submitted.id) as output:
            pieces = [piece async for piece in output]
    (whole,) = parts_of(pieces)
    assert hashlib.sha256(whole).digest() == hashlib.sha256(truth(0, mib * PER_MIB)).digest()


def _by_way_of(settings: ClusterSettings, forwarder: Forwarder) -> ClusterSettings:
    return attrs.evolve(settings, api_url=f"https://127.0.0.1:{forwarder.port}")
