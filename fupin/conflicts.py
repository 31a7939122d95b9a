"""Two people changed the same thing at once."""


class Conflict(Exception):
    """A save against a version that somebody else has changed. `current` is what is kept now; nothing was written."""

    def __init__(self, current) -> None:
        super().__init__(f"version {current.version} is kept")
        self.current = current
