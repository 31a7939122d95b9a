"""What villages tell the floors above them."""

from django.dispatch import Signal

# Sent inside the transaction of a merger, with the codes `village` and `into`, the `reason` and the `actor`.
village_merged = Signal()
