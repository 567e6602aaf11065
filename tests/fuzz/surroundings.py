"""Mutations of a directory as a whole: files absent, refused or exchanged, and the host around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from tests.fuzz.draft import REFUSALS, TOKEN_DIRECTORY, Draft
from tests.memory_files import DIRECTORY

_IN_POD = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}
_HOSTS = ("fd00::1", "[fd00::1]", "a b", "h/x", "\udcff", "\0", "")


def mutate_surroundings(draft: Draft, random: Random) -> None:
    """Change what a directory holds, or what the host says."""
    random.choice(_MUTATIONS)(draft, random)


def _any_path(draft: Draft, random: Random) -> str:
    return random.choice([*draft.files])


def _drop_file(draft: Draft, random: Random) -> None:
    if len(draft.files) > 1:
        del draft.files[_any_path(draft, random)]


def _refuse_file(draft: Draft, random: Random) -> None:
    if len(draft.texts()) > 1:
        draft.files[random.choice(draft.texts())] = (random.choice(REFUSALS),)


def _copy_file(draft: Draft, random: Random) -> None:
    draft.files[_any_path(draft, random)] = draft.files[random.choice(draft.texts())]


def _append_file(draft: Draft, random: Random) -> None:
    path, other = (random.choice(draft.texts()) for _ in range(2))
    text, more = draft.files[path], draft.files[other]
    assert isinstance(text, str)
    assert isinstance(more, str)
    draft.files[path] = text + random.choice(("", "\n")) + more


def _enter_pod(draft: Draft, random: Random) -> None:
    draft.environ.update(_IN_POD)
    if random.random() < 0.3:
        draft.environ["KUBERNETES_SERVICE_HOST"] = random.choice(_HOSTS)
    for name in ("token", "ca.crt"):
        text = random.choice(
            (None, "", "opaque", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")
        )
        draft.files[f"{TOKEN_DIRECTORY}/{name}"] = (random.choice(REFUSALS),) if text is None else text


def _change_groups(draft: Draft, random: Random) -> None:
    draft.groups = random.choice((None, frozenset(), frozenset({"posit-power-users"}), frozenset({"jsmith"})))


def _change_owner(draft: Draft, random: Random) -> None:
    draft.owner = random.choice(("root", "eve", "1001"))
    draft.mode = random.choice((0o600, 0o644, 0o666, 0o000))


def _be_lenient(draft: Draft, _: Random) -> None:
    draft.strict = False


def _name_launcher_file(draft: Draft, random: Random) -> None:
    """One more cluster in launcher.conf, which may be new."""
    name, kind = random.choice(("A", "B", "Kubernetes")), random.choice(("Kubernetes", "Kubernetes", "Local"))
    text = draft.files.get("launcher.conf", "")
    file = random.choice((*draft.files, f"{DIRECTORY}/launcher.kubernetes.conf", "none.conf"))
    if isinstance(text, str):
        draft.files["launcher.conf"] = f"{text}\n[cluster]\nname={name}\ntype={kind}\nconfig-file={file}\n"


_MUTATIONS: Sequence[Callable[[Draft, Random], None]] = (
    _drop_file, _drop_file, _refuse_file, _copy_file, _append_file, _enter_pod, _enter_pod, _change_groups,
    _change_owner, _change_owner, _be_lenient, _name_launcher_file,
)  # fmt: skip
