"""Chinese names as Latin letters, so that a clerk finds 张三 by typing zhangsan or zs."""

HEAD_FIELDS = ("head_name", "head_pinyin", "head_initials")


def head_values(name: str) -> dict[str, str]:
    """Column values of a household for the name of its head: 张三, 'zhangsan' and 'zs'."""
    # Its dictionary takes 50 MB, which a process that enters no name does without.
    from pypinyin import lazy_pinyin

    syllables = [syllable.lower() for syllable in lazy_pinyin(name)]
    return {
        "head_name": name,
        "head_pinyin": "".join(syllables)[:120],
        "head_initials": "".join(syllable[:1] for syllable in syllables)[:60],
    }
