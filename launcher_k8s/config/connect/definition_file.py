"""A cluster definition: the images that content can run in, and the languages that each holds.

The images' names become what users are offered; the installations are kept for programs that choose an
image by them. Versions are texts. Keys that are not known are passed over, as Connect adds to them, but for
those that look like ours. Source: Connect's configuration reference (domain, section 1, "Connect").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from launcher_k8s.config.bad_value import BadValueError
from launcher_k8s.config.connect.near_misses import closest
from launcher_k8s.config.connect.placeholders import refuse_placeholder
from launcher_k8s.config.connect.yaml_text import YamlList, YamlMapping, YamlNode, YamlText, parse_yaml
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.reading import FileText
from launcher_k8s.diagnostics import Location
from launcher_k8s.origin import Origin
from launcher_k8s.settings import ClusterDefinition, DefinedImage, Installation
from launcher_k8s.wording import quote

_LANGUAGES = ("python", "r", "quarto")
_IMAGE_HINT = "write `- name: IMAGE` for each image"
_INSTALLATION_HINT = "write `- path: PATH` and `version: VERSION` for each installation"


def read_definition_file(file: FileText, findings: Findings) -> ClusterDefinition:
    """Read a cluster definition; what is wrong in it is reported and left out."""
    return _DefinitionReader(file.path, findings).read(parse_yaml(file, findings))


class _DefinitionReader:
    def __init__(self, path: str, findings: Findings) -> None:
        self._path = path
        self._findings = findings

    def read(self, root: YamlNode | None) -> ClusterDefinition:
        if not isinstance(root, YamlMapping):
            if root is not None:
                self._refuse(root.location, "the file is no mapping", "write name: ... and images: ...")
            return ClusterDefinition(origin=Origin.in_file(self._path, 1))
        self._check_keys(root, ("name", "images"))
        name = self._text(root, "name", "") if "name" in root.members else ""
        if "images" not in root.members:
            self._refuse(root.location, "images are missing", "add images:, with a list of images")
        images = tuple(self._images(root.members.get("images")))
        place = root.places.get("images", root.location)
        return ClusterDefinition(name or "", images, Origin.in_file(self._path, place.line, key="images"))

    def _images(self, node: YamlNode | None) -> Iterator[DefinedImage]:
        for item in self._items(node, "images", _IMAGE_HINT):
            if not isinstance(item, YamlMapping):
                self._refuse(item.location, "this is no image with a name", _IMAGE_HINT)
                continue
            self._check_keys(item, ("name", *_LANGUAGES))
            name = self._text(item, "name", _IMAGE_HINT)
            languages = {key: tuple(self._installations(item.members.get(key), key)) for key in _LANGUAGES}
            if name:
                place = item.places["name"]
                yield DefinedImage(
                    name, **languages, origin=Origin.in_file(self._path, place.line, key="name")
                )

    def _installations(self, node: YamlNode | None, language: str) -> Iterator[Installation]:
        if node is None or (isinstance(node, YamlText) and node.is_null):
            return
        if not isinstance(node, YamlMapping) or "installations" not in node.members:
            self._refuse(node.location, f"{language} has no installations", "write installations: below it")
            return
        self._check_keys(node, ("installations",))
        for item in self._items(node.members["installations"], "installations", _INSTALLATION_HINT):
            if not isinstance(item, YamlMapping):
                self._refuse(item.location, "this is no installation", _INSTALLATION_HINT)
                continue
            self._check_keys(item, ("path", "version"))
            path, version = (self._text(item, key, _INSTALLATION_HINT) for key in ("path", "version"))
            if path and version:
                yield Installation(path, version)

    def _items(self, node: YamlNode | None, what: str, hint: str) -> tuple[YamlNode, ...]:
        if isinstance(node, YamlList):
            return node.items
        if node is not None and not (isinstance(node, YamlText) and node.is_null):
            self._refuse(node.location, f"{what} are no list", hint)
        return ()

    def _text(self, mapping: YamlMapping, key: str, hint: str) -> str | None:
        """The text of a key that must be there; None where it cannot be read."""
        node = mapping.members.get(key)
        if not isinstance(node, YamlText) or node.is_null or not node.text.strip():
            where = mapping.location if node is None else node.location
            problem = "is missing" if node is None else "is no text"
            self._refuse(where, f"{key} {problem}", hint or f"write {key}: ...")
            return None
        try:
            refuse_placeholder(node.text)
        except BadValueError as problem:
            self._findings.report(problem.code, node.location, problem.message, problem.hint)
            return None
        return node.text.strip()

    def _check_keys(self, mapping: YamlMapping, known: Iterable[str]) -> None:
        for key, place in mapping.places.items():
            if meant := closest(key, known):
                message = f"{quote(key)} is not known here, and passed over"
                self._findings.report("misspelt-key", place, message, f"did you mean {meant}?")

    def _refuse(self, where: Location, message: str, hint: str) -> None:
        self._findings.report("bad-definition", where, message, hint)
