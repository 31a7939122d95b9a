"""What is the same for everybody is asked for once in a while, not for every visitor."""

import time
from collections.abc import Callable
from functools import wraps

_forgetting: list[Callable[[], None]] = []


def remembered(seconds: int) -> Callable:
    """Keep what a function without arguments returns, in this process, for so many seconds.

    In the process and not in Redis: faster, and there when Redis is not. Its result must not depend on the language.
    """

    def decorate(function: Callable) -> Callable:
        kept: list = []

        @wraps(function)
        def answer():
            now = time.monotonic()
            if not kept or kept[0] <= now:
                kept[:] = [now + seconds, function()]
            return kept[1]

        _forgetting.append(kept.clear)
        return answer

    return decorate


def forget() -> None:
    """Forget everything that was remembered."""
    for forget_one in _forgetting:
        forget_one()
