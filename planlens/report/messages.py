"""Every word a report says of its own, in the language asked for, from data/messages.toml."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from planlens.errors import SettingsError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Messages:
    """`m("status.new")` is a word, `m("closing.weak", links=3, below="0.6")` a sentence with its values filled in."""

    lang: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        return self.texts[key].format(**values) if values else self.texts[key]

    def word(self, group: str, name: str) -> str:
        """The word for a name that stages may add to (a kind, a note); the name itself where there is none yet."""
        return self.texts.get(f"{group}.{name}", name)

    def join(self, parts: list[str]) -> str:
        return ("、" if self.lang == "zh" else ", ").join(parts)


@lru_cache(maxsize=len(LANGUAGES))
def load(lang: str) -> Messages:
    """All messages in one language."""
    if lang not in LANGUAGES:
        raise SettingsError(f"{lang}: no such language; there are {', '.join(LANGUAGES)}")
    return Messages(lang, {key: texts[lang] for key, texts in raw().items()})


def raw() -> dict[str, dict[str, str]]:
    """group.name → language → text, as data/messages.toml has it."""
    data: dict[str, dict[str, Any]] = tomllib.loads((files("planlens") / "data" / "messages.toml").read_text("utf-8"))
    return {f"{group}.{name}": texts for group, entries in data.items() for name, texts in entries.items()}
