"""New keys for personal data: what was written with the old one is written with the new one, and nothing is lost."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import call_command

from assistance.demo import seed
from households.models import Member

pytestmark = pytest.mark.django_db


def test_after_rotation_the_new_key_is_enough_and_numbers_are_found_as_before(settings, capsys):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FUPIN_ENCRYPTION_KEYS = [old]
    seed(10)
    before = dict(Member.objects.values_list("id_digest", "id_number"))

    settings.FUPIN_ENCRYPTION_KEYS = [new, old]
    call_command("rotate_keys")
    assert f"households.Member: {len(before)} rows" in capsys.readouterr().out

    settings.FUPIN_ENCRYPTION_KEYS = [new]
    assert dict(Member.objects.values_list("id_digest", "id_number")) == before
    settings.FUPIN_ENCRYPTION_KEYS = [old]
    with pytest.raises(InvalidToken):
        list(Member.objects.values_list("id_number"))
