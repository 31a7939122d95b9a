"""Who may do what: one table from permission to roles. What they may do it to is narrowed by `fupin.scope`.

A view names its permission (`permission_required = "households.enter"`), a template asks `perms` through
`{% has_perm %}` of django-rules, the API through `fupin.api.RolePermission`.
"""

import rules

from accounts.choices import Role

V, T, D, CADRE, CONTACT, AUDITOR, ADMIN = (
    Role.VILLAGE,
    Role.TOWNSHIP,
    Role.DISTRICT,
    Role.CADRE,
    Role.CONTACT,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)
DESK = (V, T, D, AUDITOR, ADMIN)
EVERYONE = (*DESK, CADRE, CONTACT)

ROLES_OF_PERMISSION: dict[str, tuple[Role, ...]] = {
    "fupin.use_desk": (*DESK, CONTACT),
    "fupin.view_all_jobs": (AUDITOR, ADMIN),
    "fupin.cancel_any_job": (ADMIN,),
    "accounts.manage": (ADMIN,),
    "accounts.view_audit": (AUDITOR, ADMIN),
    "villages.view": EVERYONE,
    "villages.enter_income": (V, T, D),
    "villages.merge": (D, ADMIN),
    "households.view": EVERYONE,
    "households.enter": (V, T, D),
    "households.move": (T, D),
    "households.import": (T, D),
    "households.carry_over": (D,),
    "households.reveal": (T, D),
    "households.view_checks": DESK,
    "households.run_checks": (V, T, D, ADMIN),
    "households.review_crossings": (T, D),
    "households.export": (V, T, D, AUDITOR, ADMIN),
    "households.export_full": (D,),
    "eligibility.view": (V, T, D, AUDITOR, ADMIN),
    "eligibility.explain": (V, T, D, CADRE, AUDITOR, ADMIN),
    "eligibility.recalculate": (D, ADMIN),
    "eligibility.edit_standard": (D,),
    "eligibility.approve_standard": (D, ADMIN),
    "eligibility.view_alarms": EVERYONE,
    "eligibility.report_alarm": (V, T, D, CADRE),
    "eligibility.close_alarm": (T, D),
    "eligibility.set_monitoring": (D,),
    "eligibility.monitor": (D, ADMIN),
    "eligibility.view_doubts": EVERYONE,
    "eligibility.load_lists": (T, D),
    "eligibility.authorise": (V, T, D),
    "eligibility.check_doubts": (V, T, CADRE),
    "eligibility.close_doubts": (T,),
    "casework.view": DESK,
    "casework.confirm_village": (D,),
    "casework.open": (V, T, D),
    "casework.take_steps": (V, T, D),
    "casework.appraise": (V, T),
    "casework.review": (T,),
    "casework.decide": (D,),
    "casework.handle_objections": (T, D),
    "casework.settle_proposals": (T, D),
    "casework.edit_holidays": (ADMIN,),
    "assistance.view": EVERYONE,
    "assistance.own_unit": (CONTACT,),
    "assistance.pair": (T, D),
    "assistance.grant": (V, T, D),
    "assistance.deliver": (V, T, D, CADRE),
    "assistance.visit": (CADRE,),
    "assistance.import_reference": (ADMIN,),
    "assistance.manage_reference": (D, ADMIN),
}


def _has_role(roles: tuple[Role, ...]) -> rules.Predicate:
    return rules.predicate(lambda user: user.is_authenticated and user.is_active and user.role in roles)


def register() -> None:
    """Make the table known to django-rules, once, when the application starts."""
    for permission, roles in ROLES_OF_PERMISSION.items():
        if not rules.perm_exists(permission):
            rules.add_perm(permission, _has_role(roles))
