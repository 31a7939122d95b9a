"""What changes helpers and help. Each service is one transaction, with the actor, within what the actor may see."""

from assistance.services.catalogue import load_catalogue

__all__ = ["load_catalogue"]
