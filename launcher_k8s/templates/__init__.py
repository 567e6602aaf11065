"""Object templates: Go's template language on Jinja2, Jinja2 itself, and what the Launcher's templates need.

Rooms, each importing only those to its right: the front (``TemplateSet`` and what it needs), ``jinja`` and
``gotemplate`` (languages), ``functions`` (what templates call), ``yaml`` (and JSON, TOML), ``govalues`` (Go's
values).
"""
