"""Chinese names as Latin letters, so that a clerk finds 张三 by typing zhangsan or zs."""

from pypinyin import Style, lazy_pinyin


def search_key(name: str) -> str:
    """The name spelt out, then its initials: 'zhangsan zs'."""
    return f"{''.join(lazy_pinyin(name))} {''.join(lazy_pinyin(name, style=Style.FIRST_LETTER))}"[:120].lower()
