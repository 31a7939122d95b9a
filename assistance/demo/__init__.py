"""Demo data: an invented district's register, drawn from one seed, written in sets. Every person in it is invented."""

from assistance.demo.seeding import AlreadySeeded, Seeded, seed

__all__ = ["AlreadySeeded", "Seeded", "seed"]
