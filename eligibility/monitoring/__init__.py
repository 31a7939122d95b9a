"""Monitoring (动态监测): alarms on households that are or were on the register.

A nightly computation asks every source which conditions hold, and brings the alarms in line with that. Sources of this
floor are registered in `eligibility.apps`; upper floors register theirs when they start.
"""
