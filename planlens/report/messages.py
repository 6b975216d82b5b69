"""Every word a report says of its own, in the language asked for, from data/messages.toml."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from planlens import cache
from planlens.errors import SettingsError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LANGUAGES = ("zh", "en")
_QUOTED = {  # a plan's words may hold quotes; each is looked for within a paragraph's length, so that time stays linear
    "phrase": "(“.{0,600}?”(?=[、；]|$)|《[^》]{0,300}》)",
    "reading": "(“[^”]{0,300}”|'[^']{0,300}')",
}


@dataclass(frozen=True, slots=True)
class Messages:
    """`m("status.new")` is a word, `m("closing.weak", links=3, below="0.6")` a sentence with its values filled in."""

    lang: str
    texts: Mapping[str, str]
    source: Mapping[str, str]
    """The same in Chinese, which the stages write."""

    def __call__(self, key: str, **values: object) -> str:
        return self.texts[key].format(**values) if values else self.texts[key]

    def word(self, group: str, name: str) -> str:
        """The word for a name that stages may add to (a kind, a note); the name itself where there is none yet."""
        return self.texts.get(f"{group}.{name}", name)

    def told(self, text: str, group: str = "phrase") -> str:
        """A line that a stage wrote in Chinese, its own words in the report's language; what it quotes stays as it is.

        `group` names the words of the stage: phrase for what changed, reading for the notes of reading.

        >>> load("en").told("限定不同：确数 → 下限；数值: 未写明 → 15个；范围: 增加“增加托位”")
        'bound differs: exact → at least; number: not stated → 15个; scope: adds “增加托位”'
        """
        if self.lang == "zh":
            return text
        words = {self.source[key]: self.texts[key] for key in self.source if key.startswith(f"{group}.")}
        known = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
        pieces = re.split(_QUOTED[group], text)
        for at in range(0, len(pieces), 2):
            pieces[at] = re.sub(known, lambda found: words[found[0]], pieces[at])
        return "".join(pieces)

    def join(self, parts: list[str]) -> str:
        return ("、" if self.lang == "zh" else ", ").join(parts)


@lru_cache(maxsize=len(LANGUAGES))
def load(lang: str) -> Messages:
    """All messages in one language."""
    if lang not in LANGUAGES:
        raise SettingsError(f"{lang}: no such language; there are {', '.join(LANGUAGES)}")
    texts = cache.recall("table", ("messages",), raw)
    return Messages(lang, *({key: told[language] for key, told in texts.items()} for language in (lang, "zh")))


def raw() -> dict[str, dict[str, str]]:
    """group.name → language → text, as data/messages.toml has it."""
    data: dict[str, dict[str, Any]] = tomllib.loads((files("planlens") / "data" / "messages.toml").read_text("utf-8"))
    return {f"{group}.{name}": texts for group, entries in data.items() for name, texts in entries.items()}
