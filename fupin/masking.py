"""The one place that says how much of a personal datum is shown."""


def mask_id_number(number: str) -> str:
    """First and last character only: beside a birth date, more would leave too few candidates (design §4)."""
    return f"{number[0]}{'*' * (len(number) - 2)}{number[-1]}" if len(number) > 2 else "*" * len(number)


def mask_name(name: str) -> str:
    """Family name, and the last character of names of three or more: 张* , 张*华, 欧**娜."""
    if len(name) <= 1:
        return "*"
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def mask_phone(phone: str) -> str:
    """First three and last four digits: 138****1234; anything shorter wholly hidden."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "*" * len(phone)


def mask_account(account: str) -> str:
    """Bank account: last four characters only."""
    return f"{'*' * max(len(account) - 4, 0)}{account[-4:]}" if len(account) > 4 else "*" * len(account)
