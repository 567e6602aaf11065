"""The valid directories that the fuzzer begins with: the guide's examples, and some written for a seed."""

from __future__ import annotations

import json
from random import Random

from tests.config_writer import write_directory
from tests.examples import EXAMPLES, example_files
from tests.fuzz.connect import CONNECT_DIRECTORIES
from tests.fuzz.draft import Draft, decode
from tests.memory_files import CONNECTION, LAUNCHER, MAIN, PROFILES, RESOURCES

_WRITTEN = 20
_GROUPS = frozenset({"posit-power-users"})

# Small, and each near something that the examples are far from.
_NEAR: tuple[dict[str, str], ...] = (
    {MAIN: CONNECTION},
    {MAIN: "api-url=https://h\nauth-token-path=token\nserver-user=eve\n", "token": "opaque"},
    {MAIN: "certificate-authority=\nscratch-path=/scratch\nverify-ssl-certs=1\n" + CONNECTION},
    {
        LAUNCHER: "[server]\nscratch-path=/var/lib\n[cluster]\nname=A\ntype=Kubernetes\nconfig-file=a.conf\n"
        "[cluster]\nname=B\ntype=Kubernetes\nconfig-file=b.conf\n",
        "a.conf": CONNECTION,
        "b.conf": f"{CONNECTION}scratch-path=/b\n",
    },
    {
        MAIN: f"{CONNECTION}use-templating=0\n",
        PROFILES: '[*]\nmax-cpus=4\ndefault-cpus=2\n'
        'job-json-overrides="/spec/template/spec/hostAliases":"a.json"\n'
        '[jsmith]\njob-json-overrides="/spec/template/spec/hostAliases":"a.json","/metadata/labels/x":"b.json"\n',
        "a.json": json.dumps([{"ip": "10.2.141.12", "hostnames": ["db01"]}]),
        "b.json": '"x"\n',
    },
    {
        MAIN: f"{CONNECTION}use-templating=no\n",
        PROFILES: '[*]\njob-json-overrides="/spec/backoffLimit":"c.json",'
        '"/spec/template/spec/restartPolicy":"d.json"\n',
        "c.json": "0",
        "d.json": '"Never"',
    },
    {
        PROFILES: "[*]\nplacement-constraints=gpu,region:us\nresource-profiles=small,gpu\nmax-mem-mb=8192\n"
        "[@posit-power-users]\ncpu-request-ratio=0.5\nmax-cpus=8\n[jsmith]\nmax-cpus=9\n",
        RESOURCES: "[small]\ncpus=1\nmem-mb=512\nmem-mb-request=512\n"
        "[gpu]\nname=GPU\ncpus=2\nmem-mb=4096\nnvidia-gpus=1\nplacement-constraints=gpu:a100\n",
        MAIN: CONNECTION,
    },
    {
        PROFILES: "[*]\ncontainer-images=r:4,r:5\ndefault-container-image=r:4\nallow-unknown-images=0\n",
        MAIN: CONNECTION,
    },
    *CONNECT_DIRECTORIES,
)  # fmt: skip


def valid_drafts(seed: int) -> list[Draft]:
    """Directories that are read without an error."""
    random = Random(seed)
    written = [write_directory(random, share=0.15).files for _ in range(_WRITTEN)]
    return [
        *(Draft(dict(example_files(name))) for name in EXAMPLES),
        *(Draft(dict(files)) for files in _NEAR * 4),
        *(Draft(dict(files), groups=_GROUPS) for files in _NEAR * 2),
        *(Draft({path: decode(data) for path, data in files.items()}) for files in written),
    ]
