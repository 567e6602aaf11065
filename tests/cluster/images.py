"""Makes the container images, since no registry is reached: three archives as `docker save` writes them.

`localhost/busybox:1` is a root of a static busybox with a link per applet, `localhost/noshell:1` holds one
program and no shell, `localhost/pause:1` is the pods' sandbox. A name that begins with `localhost/` is not
completed by the container runtime, and a tag other than latest makes IfNotPresent the default pull policy:
so a job names them without any `imagePullPolicy`.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.binaries import cached
from tests.cluster.packages import static_busybox
from tests.cluster.places import HERE, default_version

BUSYBOX, NOSHELL, PAUSE = "localhost/busybox:1", "localhost/noshell:1", "localhost/pause:1"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FOLDERS = dict.fromkeys(
    ["bin", "dev", "etc", "home", "proc", "sbin", "sys", "usr", "usr/bin", "usr/sbin", "var"], 0o755
)
FOLDERS |= {"root": 0o700, "tmp": 0o1777}
ACCOUNTS = {
    "etc/passwd": b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/tmp:/bin/false\n",
    "etc/group": b"root:x:0:\nnogroup:x:65534:\n",
}


@dataclass(frozen=True)
class Entry:
    """One member of an image's only layer: a file, a link or a folder."""

    name: str
    content: bytes | None = None
    target: str | None = None
    mode: int = 0o755


def make_all(folder: Path) -> list[Path]:
    """Write the three archives into `folder`."""
    archives = {
        "busybox.tar": _archive(BUSYBOX, _busybox_root(), ["/bin/sh"]),
        "noshell.tar": _archive(NOSHELL, [Entry("noshell", _compiled("noshell"))], ["/noshell", "forever"]),
        "pause.tar": _archive(PAUSE, [Entry("pause", _compiled("pause"))], ["/pause"]),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in archives.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in archives]


def _busybox_root() -> Iterable[Entry]:
    program = static_busybox()
    assert program is not None, "checked by packages.obstacles"
    applets = subprocess.run(
        [program, "--list-full"], capture_output=True, text=True, check=True
    ).stdout.split()
    yield from (Entry(name, mode=mode) for name, mode in FOLDERS.items())
    yield from (Entry(name, content, mode=0o644) for name, content in ACCOUNTS.items())
    yield Entry("bin/busybox", program.read_bytes())
    yield from (
        Entry(name, target="/bin/busybox")
        for name in sorted({"bin/sh", "usr/bin/env", *applets} - {"bin/busybox"})
        if str(Path(name).parent) in FOLDERS
    )


def _compiled(name: str) -> bytes:
    """The program of images/NAME.c, static. Compiled anew unless the cache has it from this very source."""
    source = HERE / "images" / f"{name}.c"
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    target = cached(default_version()).folder.parent.parent / "images" / f"{name}-{digest}"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        subprocess.run(["gcc", "-static", "-Os", "-s", "-o", partial, source], check=True)
        partial.rename(target)
    return target.read_bytes()


def _archive(tag: str, entries: Iterable[Entry], command: list[str]) -> bytes:
    layer = _tar(entries)
    config = json.dumps(
        {
            "architecture": cached(default_version()).folder.name.rsplit("-", 1)[1],
            "os": "linux",
            "config": {"Env": [PATH], "Cmd": command},
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
        }
    ).encode()
    config_name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": config_name, "RepoTags": [tag], "Layers": ["layer.tar"]}]).encode()
    return _tar(
        Entry(name, content, mode=0o644)
        for name, content in ((config_name, config), ("layer.tar", layer), ("manifest.json", manifest))
    )


def _tar(entries: Iterable[Entry]) -> bytes:
    """A tar whose bytes depend on the entries alone: times, owners and order are fixed."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for entry in entries:
            tar.addfile(*_member(entry))
    return buffer.getvalue()


def _member(entry: Entry) -> tuple[tarfile.TarInfo, io.BytesIO | None]:
    info = tarfile.TarInfo(entry.name)
    info.mode = entry.mode
    if entry.target is not None:
        info.type, info.linkname = tarfile.SYMTYPE, entry.target
        return info, None
    if entry.content is None:
        info.type = tarfile.DIRTYPE
        return info, None
    info.size = len(entry.content)
    return info, io.BytesIO(entry.content)
