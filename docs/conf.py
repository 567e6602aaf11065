"""How Sphinx builds the documentation; `nox -s docs` runs it with warnings as errors."""

import re
from pathlib import Path

project = "launcher_k8s"
author = "the launcher_k8s authors"
copyright = f"2026, {author}"
# Read, not imported: the documentation builds without the library's dependencies.
_source = Path(__file__).parents[1] / "launcher_k8s" / "_version.py"
(release,) = re.findall(r'^__version__ = "(.+)"$', _source.read_text(), re.MULTILINE)

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = f"launcher_k8s {release}"
