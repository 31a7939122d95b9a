"""Limits on how often the public may ask, counted in fixed windows of ten minutes.

The counts stand in Redis, which all processes share. Without Redis, or while it is away, each process counts for
itself: what is let through is then at most so many times more as there are processes, and no page fails.
"""

import time
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import redis
from django.conf import settings

from fupin.encryption import blind_index

WINDOW = 600
SECONDS_TO_ANSWER = 1


@dataclass(frozen=True)
class Limit:
    """At most `most` requests of one kind about one thing in a window; 0 means any number."""

    kind: str
    subject: str
    most: int


class _Memory:
    """Counts of this process, of the current window only."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._window = 0
        self._counts: Counter = Counter()

    def count(self, window: int, keys: list[str]) -> list[int]:
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, Counter()
            self._counts.update(keys)
            return [self._counts[key] for key in keys]


_memory = _Memory()


@lru_cache(maxsize=1)
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_timeout=SECONDS_TO_ANSWER, socket_connect_timeout=SECONDS_TO_ANSWER, health_check_interval=30
    )


def _count_in_redis(window: int, keys: list[str]) -> list[int]:
    pipeline = _client(settings.REDIS_URL).pipeline(transaction=False)
    for key in keys:
        pipeline.incr(f"{key}:{window}")
        pipeline.expire(f"{key}:{window}", WINDOW)
    return pipeline.execute()[::2]


def _count(window: int, keys: list[str]) -> list[int]:
    """One more of each key; returns the new counts."""
    if settings.REDIS_URL:
        try:
            return _count_in_redis(window, keys)
        except redis.RedisError:
            pass
    return _memory.count(window, keys)


def seconds_to_wait(*limits: Limit) -> int:
    """Count this request against every limit. 0 while it is within all of them, otherwise how long the window lasts.

    Subjects are kept as keyed hashes: neither names nor addresses stand in Redis.
    """
    limits = [limit for limit in limits if limit.most]
    if not limits:
        return 0
    now = int(time.time())
    window, passed = divmod(now, WINDOW)
    counts = _count(window, [f"fupin:limit:{limit.kind}:{blind_index(limit.subject)}" for limit in limits])
    is_over = any(count > limit.most for count, limit in zip(counts, limits, strict=True))
    return WINDOW - passed if is_over else 0


def seconds_before_lookup(address: str, subject: str) -> int:
    """Count a lookup by page or API against the limits of its address and of whom it asks for; 0: answer it now."""
    return seconds_to_wait(
        Limit("lookup-address", address, settings.FUPIN_LOOKUPS_BY_ADDRESS),
        Limit("lookup-subject", subject, settings.FUPIN_LOOKUPS_BY_SUBJECT),
    )


def seconds_before_objection(address: str, notice: str) -> int:
    """Count an objection against the limits of its address and of the list that it is about; 0: take it now."""
    return seconds_to_wait(
        Limit("objection-address", address, settings.FUPIN_OBJECTIONS_BY_ADDRESS),
        Limit("objection-notice", notice, settings.FUPIN_OBJECTIONS_BY_NOTICE),
    )


def seconds_before_following(address: str, receipt: str) -> int:
    """Count a question after an objection like a lookup, against its address and its receipt; 0: answer it now."""
    return seconds_to_wait(
        Limit("receipt-address", address, settings.FUPIN_LOOKUPS_BY_ADDRESS),
        Limit("receipt", receipt, settings.FUPIN_LOOKUPS_BY_SUBJECT),
    )
