"""The settings under which the benchmarks are served: the real ones, and one empty view to compare with."""

from fupin.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
