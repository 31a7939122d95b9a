"""What the register tells the floors above it."""

from django.dispatch import Signal

# Sent inside the transaction that changed them, with `households`: the keys of households whose head, members, village
# or group may have changed. The public register follows it.
households_changed = Signal()

# Sent inside the transaction, with `households`, keys, and `village`, the code of the village where they lie now. What
# the floors above keep by village and household follows them.
households_moved = Signal()
