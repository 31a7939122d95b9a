"""Personal data at rest: unreadable in the column, found by a keyed hash, readable after the keys were rotated."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.db import connection

from fupin.encryption import blind_index, decrypt, encrypt
from households.models import Member
from tests.factories import id_number, make_household

NUMBER = id_number(sequence=11)


def test_the_same_text_is_encrypted_anew_each_time():
    first, second = encrypt(NUMBER), encrypt(NUMBER)
    assert first != second
    assert decrypt(first) == decrypt(second) == NUMBER
    assert NUMBER not in first


def test_nothing_stays_nothing():
    assert encrypt("") == decrypt("") == blind_index("") == ""


def test_a_new_key_in_front_reads_what_the_old_one_wrote_and_a_dropped_one_does_not(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FUPIN_ENCRYPTION_KEYS = [old]
    token = encrypt(NUMBER)
    settings.FUPIN_ENCRYPTION_KEYS = [new, old]
    assert decrypt(token) == NUMBER
    assert decrypt(encrypt(NUMBER)) == NUMBER
    settings.FUPIN_ENCRYPTION_KEYS = [new]
    with pytest.raises(InvalidToken):
        decrypt(token)


def test_the_hash_depends_on_its_key_and_gives_nothing_away(settings):
    settings.FUPIN_INDEX_KEY = "first"
    first = blind_index(NUMBER)
    assert first == blind_index(NUMBER)
    assert len(first) == 32
    assert NUMBER[6:14] not in first
    settings.FUPIN_INDEX_KEY = "second"
    assert blind_index(NUMBER) != first


@pytest.mark.django_db
def test_an_id_number_is_unreadable_in_the_database_and_in_its_history():
    household = make_household()
    member = household.members.get()
    member.phone = "13800000000"
    member.save()
    with connection.cursor() as cursor:
        for table in ("households_member", "households_historicalmember"):
            cursor.execute(f"SELECT id_number FROM {table}")
            stored = [row[0] for row in cursor.fetchall()]
            assert stored
            assert all(member.id_number not in token and token.startswith("gAAAA") for token in stored)
    assert Member.objects.with_id_number(member.id_number).get() == member


@pytest.mark.django_db
def test_an_encrypted_column_cannot_be_searched_by_mistake():
    with pytest.raises(TypeError):
        Member.objects.filter(id_number=NUMBER)
