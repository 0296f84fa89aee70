"""From text to a tree: the grammar, and its errors said in the language's own words."""

from functools import cache
from importlib.resources import files
from typing import Final

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from synfin.core.settings import PROFILES
from synfin.lab.model import Position, ScenarioError

Node = Tree[Token]

_MEANING: Final = {
    "INTEGER": "a number",
    "TIME": "a time (0.050, 3s, 50ms)",
    "STRING": 'a text in "quotes"',
    "NAME": "a name",
    "SLUG": "a name",
    "SUBJECT": "a host (A, or A.c1)",
    "ADDRESS": "an IP address",
    "DESTINATION": "a host or address",
    "PAIR": "name=value",
    "WORD": "a word",
    "VERB": "a call or event",
    "EVENT": "connected, accept, data, eof, reset, error or idle",
    "GROUP": "opening, closing, failure or data",
    "LANGUAGE": "en or zh",
    "PROFILE": "/".join(PROFILES),
    "DIRECTION": "a direction such as A>B",
    "FLAGS": "flags such as SYN,ACK",
    "TRANSITION": "a state change such as CLOSED->SYN-SENT",
    "OUTCOME": "quiescent, idle or limit",
    "COUNTED": "what to count",
    "COUNTER": "a counter's name",
    "REST": "a fault such as A>B SYN nth=1 drop",
    "YESNO": "yes or no",
    "STEP": "a step such as +250000",
    "DIFFERS": "'differs'",
    "TEXTKIND": "title, question or note",
    "NODEKIND": "host, router, attacker, switch or lan",
    "_NL": "the end of the line",
    "$END": "the end of the file",
    "MACHINE": "",
    "ONCE": "'once'",
    "SOME": "'some'",
    "HOP": "'hop'",
}


@cache
def _parser() -> Lark:
    grammar = files("synfin.lab").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", propagate_positions=True)


def _expected(names: set[str]) -> str:
    shown = {name for name in names if not name.startswith("__")}
    known = {_MEANING.get(name, f"'{name.lower()}'") for name in shown} - {""}
    if "a word" in known:
        known -= {"name=value", 'a text in "quotes"'}
    listed = sorted(known)
    if len(listed) > 9:
        return "a statement" if "'case'" in known else ", ".join(listed[:9]) + " …"
    return " or ".join(listed)


def _syntax_error(error: UnexpectedInput, file: str) -> ScenarioError:
    position = Position(file, max(error.line, 1), max(error.column, 1))
    if isinstance(error, UnexpectedToken):
        found = "the end of the line" if error.token.type == "_NL" else repr(str(error.token))
        if error.token.type == "$END":
            found = "the end of the file"
        return ScenarioError(
            position, f"expected {_expected(error.accepts or error.expected)}, not {found}"
        )
    if isinstance(error, UnexpectedCharacters):
        return ScenarioError(
            position, f"expected {_expected(error.allowed or set())}, not {error.char!r}"
        )
    return ScenarioError(position, "expected more before the end of the file")


def tree_of(text: str, file: str) -> Node:
    """The statements of a file as a tree; ScenarioError at the first mistake."""
    try:
        return _parser().parse(text if text.endswith("\n") else text + "\n")
    except UnexpectedInput as error:
        raise _syntax_error(error, file) from None


def tokens(node: Node) -> list[Token]:
    """The node's own words, in order."""
    return [child for child in node.children if isinstance(child, Token)]


def subject(token: Token) -> tuple[str, str]:
    """``A.c1`` -> ("A", "c1")."""
    host, _, socket = str(token).partition(".")
    return host, socket
