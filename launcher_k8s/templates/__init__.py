"""Object templates: Go's template language on Jinja2, and what the Launcher's templates are made of.

Rooms, each importing only those to its right: the front (``TemplateSet`` and what it needs), ``gotemplate``
(language), ``functions`` (what templates call), ``yaml`` (and JSON, TOML), ``govalues`` (Go's values).
"""
