"""How Sphinx builds the documentation; `nox -s docs` runs it with warnings as errors."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from launcher_k8s import __version__

project = "launcher_k8s"
author = "the launcher_k8s authors"
copyright = f"2026, {author}"
release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "_ext.from_code",
    "_ext.findings",
    "_ext.contract",
    "_ext.diagnosis",
    "_ext.differences",
    "_ext.templates",
]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True
# Docstrings name types of the standard library and of rooms that are no part of the face. Links between
# pages, labels and headings are checked all the same.
nitpick_ignore_regex = [(r"py:.*", r".*")]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "mixed"
napoleon_numpy_docstring = False
napoleon_include_init_with_doc = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 90

html_theme = "furo"
html_title = f"launcher_k8s {release}"
