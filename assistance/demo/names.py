"""Names of invented people: surnames as they are spread in southern Jiangsu, given names by sex and generation."""

from itertools import accumulate
from random import Random

# Surnames, each with its weight.
SURNAMES = """
    王 62 张 58 陈 52 徐 44 周 40 吴 36 蒋 34 陆 30 钱 28 沈 26 顾 25 朱 25 高 20 许 20 杨 20 刘 20 李 20 薛 18 丁 16
    潘 16 谢 15 孙 14 史 12 邵 12 赵 12 黄 12 蔡 11 姚 11 吕 10 庄 10 万 9 冯 9 唐 9 曹 9 何 8 胡 8 林 6 杜 6 恽 5 岳 5
    承 4 巢 4 臧 4 白 4 梅 4 是 3 眭 2 欧阳 2 诸葛 1
""".split()
_SURNAMES = SURNAMES[::2]
_WEIGHTS = list(accumulate(map(int, SURNAMES[1::2])))

_OLDER = {
    "1": "根金林福生荣祥庆宝兴顺泉龙洪坤木炳锡耀良法松仁德才",
    "2": "英珍秀凤兰妹娣琴芬巧玉菊云仙梅珠大细阿娥桂银招",
}
_MIDDLE = {
    "1": "国建华明平军卫东伟志刚强新民文忠永春峰海波勇俊杰",
    "2": "红霞芳丽萍燕娟敏玲美静华琴亚雪丹小云建秋英惠",
}
_YOUNG = {
    "1": "浩宇轩子睿晨俊杰博文天佑一鸣思远泽航嘉家豪梓",
    "2": "欣怡雨涵梓萱诗琪佳思语嫣婷可馨紫悦晗若依诺",
}


def surname(random: Random) -> str:
    return random.choices(_SURNAMES, cum_weights=_WEIGHTS)[0]


def given_name(random: Random, sex: str, born_in: int) -> str:
    """A given name of one or two characters that suits the sex and the year of birth."""
    characters = (_OLDER if born_in < 1962 else _MIDDLE if born_in < 1990 else _YOUNG)[sex]
    first = random.choice(characters)
    return first if random.random() < 0.16 else first + random.choice(characters)
