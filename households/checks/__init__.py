"""The check of the register (逻辑校验): the rules asked of what is kept, and their findings kept with it.

A finding follows from the register, so it is never edited: `refresh` makes those of some households be what the rules
say now. What people add is the explanation of a doubt, which holds as long as the value that it speaks of stays.
"""

from households.checks.finding import refresh, sweep
from households.checks.registry import ProcessRule, register_rules

__all__ = ["ProcessRule", "refresh", "register_rules", "sweep"]
