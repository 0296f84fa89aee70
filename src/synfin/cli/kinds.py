"""Types of options and arguments; what is wrong is said in the user's language."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NoReturn

import click

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.framework import app_of
from synfin.lab.values import parse_duration, parse_time

if TYPE_CHECKING:
    _Kind = click.ParamType[Any]
else:  # generic only in newer releases of click
    _Kind = click.ParamType

Param = click.Parameter | None
Ctx = click.Context | None


def _app(ctx: Ctx) -> App:
    assert ctx is not None
    return app_of(ctx)


def _name(param: Param) -> str:
    if isinstance(param, click.Option):
        return param.opts[-1]
    return (param.metavar or (param.name or "").upper()) if param is not None else "?"


def wrong(param: Param, key: str, **values: str | int) -> NoReturn:
    """UserError: ``<parameter>: <text>``."""
    raise UserError(key, name=_name(param), **values)


class Choice(_Kind):
    """One of several words."""

    name = "word"

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(words)

    def convert(self, value: object, param: Param, ctx: Ctx) -> str:
        """The word itself."""
        word = str(value)
        if word not in self.words:
            names = ", ".join(self.words)
            wrong(param, "cli-error-choice", value=word, names=names)
        return word


class Whole(_Kind):
    """A whole number of at least ``least``."""

    name = "n"

    def __init__(self, least: int = 0) -> None:
        self.least = least

    def convert(self, value: object, param: Param, ctx: Ctx) -> int:
        """Decimal digits."""
        text = str(value)
        if not text.isascii() or not text.isdigit() or int(text) < self.least:
            wrong(param, "cli-error-whole", value=text, least=self.least)
        return int(text)


class Speed(_Kind):
    """How many times faster than life; above 0."""

    name = "x"

    def convert(self, value: object, param: Param, ctx: Ctx) -> float:
        """A decimal number."""
        try:
            speed = float(str(value))
        except ValueError:
            speed = 0.0
        if not 0 < speed < 1e9:
            wrong(param, "cli-error-speed", value=str(value))
        return speed


class Time(_Kind):
    """A point of the run's time, in ns: bare numbers are seconds."""

    name = "t"

    def convert(self, value: object, param: Param, ctx: Ctx) -> int:
        """0.05, 3s, 50ms."""
        if isinstance(value, int):
            return value
        try:
            return parse_time(str(value))
        except ValueError:
            wrong(param, "cli-error-time", value=str(value))


class Span(_Kind):
    """A length of time, in ns: bare numbers are seconds."""

    name = "t"

    def convert(self, value: object, param: Param, ctx: Ctx) -> int:
        """30, 0.5, 50ms."""
        if isinstance(value, int):
            return value
        text = str(value)
        try:
            span = parse_time(text) if text[-1:].isdigit() else parse_duration(text)
        except ValueError:
            wrong(param, "cli-error-time", value=text)
        if span <= 0:
            wrong(param, "cli-error-time", value=text)
        return span
