from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = _("Cases")

    def ready(self) -> None:
        """Keep the public register in step with what happens to households, and carry over what an import brings."""
        from casework import checks, monitoring, panels
        from casework.publication import follow_households
        from casework.services import carry_over_many
        from casework.services.steps import follow_moves
        from households.imports.carrying import register_carry_over
        from households.signals import households_changed, households_moved

        households_changed.connect(follow_households, dispatch_uid="public register follows")
        households_moved.connect(follow_moves, dispatch_uid="cases follow their household")
        register_carry_over(carry_over_many)
        panels.register()
        monitoring.register()
        checks.register()
