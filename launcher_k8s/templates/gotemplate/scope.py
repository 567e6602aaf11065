"""Which Python variable a Go variable is, at some place of a template.

Every declaration gets a local variable of its own, so that Go's scopes need nothing at run time: what an
inner declaration hides is another variable. Source: Go 1.26, text/template/exec.go (``push``, ``pop``).
"""

from __future__ import annotations

import attrs

from launcher_k8s.templates.gotemplate.names import DATA, ROOT


@attrs.frozen
class Local:
    """A local variable of the generated Python.

    Args:
        name: Its name there.
        is_element: Whether it only ever holds elements of lists and maps: never "no value", possibly nil.
        container: The local variable with the list or map that it gets elements of.
        is_doubtful: Whether its declaration may have been passed over, in an ``and`` or ``or``.
        otherwise: The variable that its name means then; None if there is none.
    """

    name: str
    is_element: bool = False
    container: str = ""
    is_doubtful: bool = False
    otherwise: Local | None = None


class Scope:
    """The variables that are declared at present, and the cursor.

    Args:
        read: The names of the variables that the template reads anywhere.
    """

    def __init__(self, read: frozenset[str]) -> None:
        self.dot = Local(DATA)
        self._read = read
        self._declared: list[tuple[str, Local]] = [("$", Local(ROOT))]
        self._count = 0

    def fresh(self, prefix: str) -> str:
        """A name that no other local variable has."""
        self._count += 1
        return f"{prefix}{self._count}"

    def is_read(self, name: str) -> bool:
        """Whether the template reads a variable of that name anywhere."""
        return name in self._read

    def declare(self, name: str, *, container: str = "") -> Local:
        """A new variable, visible until :meth:`release`.

        Args:
            name: As the template writes it.
            container: The local variable whose elements it begins with.
        """
        local = Local(self.fresh("v"), container=container)
        self._declared.append((name, local))
        return local

    def find(self, name: str) -> Local | None:
        """The variable that a name means here; None if there is none."""
        return self._find(name, len(self._declared))

    def _find(self, name: str, before: int) -> Local | None:
        for declared, local in reversed(self._declared[:before]):
            if declared == name:
                return local
        return None

    def doubt(self, mark: int) -> list[Local]:
        """Tell that what was declared since may not have been, and what that is."""
        for position in range(mark, len(self._declared)):
            name, local = self._declared[position]
            doubtful = attrs.evolve(local, is_doubtful=True, otherwise=self._find(name, position))
            self._declared[position] = (name, doubtful)
        return [local for _, local in self._declared[mark:]]

    def mark(self) -> int:
        """What :meth:`release` goes back to."""
        return len(self._declared)

    def release(self, mark: int) -> None:
        """Forget what was declared since."""
        del self._declared[mark:]
