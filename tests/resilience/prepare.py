"""Fill an installation: `python -m tests.resilience.prepare HOUSEHOLDS CODE…`; prints what it made as JSON."""

import io
import json
import sys

import django


def main(households: int, codes: list[str]) -> None:
    django.setup()
    from django.core.management import call_command
    from rest_framework.authtoken.models import Token

    from accounts.choices import Role
    from accounts.models import User
    from fupin import jobs
    from households.models import Household
    from tests.eligibility.makers import make_version

    jobs.wake = jobs.call_helpers = lambda _job: None
    call_command("migrate", verbosity=0)
    call_command("seed_demo", households=households, stdout=io.StringIO())
    for code in codes:
        make_version(code=code)
    user = User.objects.filter(role=Role.DISTRICT, is_active=True).order_by("pk").first()
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    token = Token.objects.get_or_create(user=user)[0].key
    sys.stdout.write(f"{json.dumps({'token': token, 'households': Household.objects.count()})}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
