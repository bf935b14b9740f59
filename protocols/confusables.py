"""Letters that look like others: what ``text.skeleton`` folds together. Our own choice of the common ones."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

# One line a look: the letter it is read as, then those that pass for it after casefold and NFKD.
_LOOKS: Final = """
a аɑα@4æ
b ьвβ6
c сᴄ¢
d ԁɗđ
e еєɛε3ҽ
f ғ
g ɡց9
h һнհη
i 1l|!іıɩιӏǀłјj
k кκқ
m м
n пո
o оοσօ0øөѳ°〇○
p рρþ
q ԛզ
r гᴦ
s ѕ5$ꜱ
t тτ7+
u υսцʋ
v ѵν
w ԝωшщ
x хχ×
y уγүʏ
z ᴢ2ʐ
员 員
官 宫宮
方 万
主 王玉
持 恃特诗
管 菅
理 里
客 容
服 报
人 入
"""


def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for entry in _LOOKS.strip().splitlines():
        letters = entry.replace(" ", "")
        table |= dict.fromkeys(letters, letters[0])
    return table


LOOKS_LIKE: Final = MappingProxyType(_table())
