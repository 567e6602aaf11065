"""Public values to and from the Launcher's wire form: camelCase JSON types.

Fields at their default are left out; ``null`` reads as absent; fields that a value does not know are
kept in its ``extra`` (where it has one) and written back. Secrets are never written. What could be read
but not written again, or not by everybody, is refused: deep nesting, numbers outside 64 bits, times that
are out of range in UTC.
"""

from launcher_k8s.wire.names import wire_name
from launcher_k8s.wire.reading import from_wire
from launcher_k8s.wire.writing import to_wire

__all__ = ["from_wire", "to_wire", "wire_name"]
