"""Chinese names as Latin letters, so that a clerk finds 张三 by typing zhangsan or zs."""

from pypinyin import lazy_pinyin


def search_key(name: str) -> str:
    """The name spelt out, then its initials: 'zhangsan zs'."""
    syllables = lazy_pinyin(name)
    return f"{''.join(syllables)} {''.join(syllable[:1] for syllable in syllables)}"[:120].lower()
