"""What is wrong with one value, before it is known where the value stands."""

from __future__ import annotations


class BadValueError(ValueError):
    """A value that cannot be read; stays inside ``config``, where it becomes a diagnostic.

    Args:
        message: What is wrong.
        hint: What to write instead.
        offset: Characters from the value's start to the trouble.
        length: How many characters it has; all to the value's end if None.
        code: The diagnostic's code.
        further: What else is wrong with the value, in its order: a list may have several bad items.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        offset: int = 0,
        length: int | None = None,
        code: str = "bad-value",
        further: tuple[BadValueError, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.offset = offset
        self.length = length
        self.code = code
        self.further = further
