"""Every sentence a reader sees, in English and Simplified Chinese.

The texts are Fluent files (``locales/<lang>/*.ftl``): one message per rule of
:mod:`synfin.core.rules` (its id with the dots turned into dashes; the attribute
``.name`` is its short name), and messages for everything else. This module
only looks them up and puts the compared values in.
"""

import locale
import os
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from babel import Locale, UnknownLocaleError, parse_locale
from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import FluentType, fluent_number

from synfin.core.rules import all_rules
from synfin.wire.tcp import flag_names

LANGUAGES: Final = ("en", "zh")
"""Languages that have texts; the first one is the fallback."""

NAME_COLUMNS: Final = 40
"""No short name of a rule is wider than this in a terminal."""

Value = int | float | str | bool | None


class MissingText(LookupError):
    """A message id that no file of the language declares."""


class Texts:
    """All texts of one language (``en`` or ``zh``).

    Raises ValueError for a language without texts.
    """

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            raise ValueError(f"no texts in language {lang!r}; there are: {', '.join(LANGUAGES)}")
        self.lang: Final = lang
        self._bundle: Final = _bundle(lang)

    def rule(self, rule_id: str, values: Mapping[str, Value]) -> str:
        """The full sentence of a rule: its name, section, values and what follows.

        A value that the trace does not have is shown as ``?``; without any of its
        values a rule gives its name and source only, and an id without texts (a
        trace from a newer version) the id and its values.
        """
        key = message_key(rule_id)
        if not self._bundle.has_message(key):
            return " ".join([rule_id, *(f"{k}={show_value(k, v)}" for k, v in values.items())])
        rule = all_rules().get(rule_id)
        if rule and rule.values and not any(name in values for name in rule.values):
            return self.ui("rule-bare", name=self.rule_name(rule_id), source=rule.source)
        unknown = dict.fromkeys(rule.values, "?") if rule else {}
        return self._format(key, None, {**unknown, **values})

    def rule_name(self, rule_id: str) -> str:
        """The short name of a rule, at most :data:`NAME_COLUMNS` columns wide."""
        key = message_key(rule_id)
        if not self._bundle.has_message(key):
            return rule_id
        return self._format(key, "name", {})

    def value_name(self, name: str) -> str:
        """What a compared value is called: ``seg_seq`` -> ``SEG.SEQ``."""
        key = "value-" + name.replace("_", "-")
        return self._format(key, None, {}) if self._bundle.has_message(key) else name

    def has(self, key: str) -> bool:
        """Whether there is a message with this id."""
        return self._bundle.has_message(key)

    def ui(self, message_id: str, **args: Value) -> str:
        """The text of any other message; raises :class:`MissingText`."""
        if not self._bundle.has_message(message_id):
            raise MissingText(f"no text {message_id!r} in language {self.lang!r}")
        return self._format(message_id, None, args)

    def _format(self, key: str, attribute: str | None, values: Mapping[str, Value]) -> str:
        message = self._bundle.get_message(key)
        pattern = message.attributes[attribute] if attribute else message.value
        if pattern is None:
            raise MissingText(f"message {key!r} has no text of its own in {self.lang!r}")
        arguments = {k: _argument(k, v) for k, v in values.items()}
        text, errors = self._bundle.format_pattern(pattern, arguments)
        if errors:
            raise errors[0]
        return str(text)


def message_key(rule_id: str) -> str:
    """The message id of a rule: Fluent ids have no dots."""
    return rule_id.replace(".", "-")


def show_value(name: str, value: Value) -> str:
    """One compared value as readers write it: ``*_ns`` become s or ms, flags their names."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int) and name.endswith("_ns"):
        return format_ns(value)
    if isinstance(value, int) and name == "flags":
        return ",".join(flag_names(value)) or "none"
    if isinstance(value, str) and name == "protocol":
        return value.upper().replace("ICMPV", "ICMPv")
    return "-" if value is None else str(value)


def _argument(name: str, value: Value) -> FluentType | str:
    # Numbers stay numbers, so that a message can choose by plural; but nobody
    # writes a sequence number with thousands separators.
    plain = name != "flags" and not name.endswith("_ns")
    if isinstance(value, int) and not isinstance(value, bool) and plain:
        number: FluentType = fluent_number(value, useGrouping=False)
        return number
    return show_value(name, value)


def format_ns(ns: int) -> str:
    """A duration or time of integer nanoseconds: ``1 s``, ``1.5 s``, ``200 ms``, ``12 µs``.

    Exact: nothing is rounded away.
    """
    if ns == 0:
        return "0 s"
    for unit, size, digits in (("s", 1_000_000_000, 9), ("ms", 1_000_000, 6), ("µs", 1_000, 3)):
        if abs(ns) >= size:
            whole, rest = divmod(abs(ns), size)
            fraction = f"{rest:0{digits}d}".rstrip("0")
            number = f"{whole}.{fraction}" if fraction else str(whole)
            return f"{'-' if ns < 0 else ''}{number} {unit}"
    return f"{ns} ns"


@cache
def texts(lang: str) -> Texts:
    """The shared :class:`Texts` of ``lang``."""
    return Texts(lang)


def default_language(environ: Mapping[str, str] | None = None) -> str:
    """``zh`` where the locale is Chinese, else ``en``.

    Reads LC_ALL, LC_MESSAGES and LANG in the order of POSIX; LANGUAGE (GNU's
    list of wishes) goes first unless the locale is ``C``. Where none of them is
    set (Windows), the system's own setting decides.
    """
    env = os.environ if environ is None else environ
    chosen = next((env[k] for k in ("LC_ALL", "LC_MESSAGES", "LANG") if env.get(k)), "")
    wishes = [w for w in env.get("LANGUAGE", "").split(":") if w]
    if not chosen and not wishes and environ is None:
        chosen = locale.getlocale()[0] or ""
    if chosen.partition(".")[0] in ("C", "POSIX"):
        return LANGUAGES[0]
    for name in [*wishes, chosen]:
        language = _language_of(name)
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def _language_of(name: str) -> str:
    if name.startswith("Chinese"):  # Windows: "Chinese (Simplified)_China"
        return "zh"
    try:
        language = parse_locale(name.replace("-", "_"))[0]
        return str(Locale(language).language)
    except (ValueError, UnknownLocaleError):
        return ""


def _count(number: object, one: str = "", many: str = "") -> str:
    """``{ COUNT($n, one: "octet", many: "octets") }``: a number with its noun."""
    return f"{number} {one if str(number) == '1' else many}"


@cache
def _bundle(lang: str) -> FluentBundle:
    # Isolation marks around values would shift columns in a terminal.
    functions: dict[str, Any] = {"COUNT": _count}
    bundle = FluentBundle([lang], functions=functions, use_isolating=False)
    for _, source in sources(lang):
        bundle.add_resource(FluentResource(source))
    return bundle


def sources(lang: str) -> list[tuple[str, str]]:
    """(file name, content) of every Fluent file of ``lang``, by name."""
    folder = files("synfin.show").joinpath("locales", lang)
    found = [f for f in folder.iterdir() if f.name.endswith(".ftl")]
    return [(f.name, f.read_text(encoding="utf-8")) for f in sorted(found, key=lambda f: f.name)]
