"""From text to a tree: the grammar, and its errors said in the language's own words."""

from functools import cache
from importlib.resources import files
from typing import Final

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from synfin.core.problems import Part, Problem
from synfin.core.settings import PROFILES
from synfin.lab.model import Position, ScenarioError

Node = Tree[Token]


def _word(word: str) -> Problem:
    return Problem("token.word", "'{word}'", word=word)


def _one_of(*words: str) -> Problem:
    return Problem("token.one-of", "{names}", names=words)


_MEANING: Final[dict[str, Problem]] = {
    "INTEGER": Problem("token.integer", "a number"),
    "TIME": Problem("token.time", "a time (0.050, 3s, 50ms)"),
    "STRING": Problem("token.string", 'a text in "quotes"'),
    "NAME": Problem("token.name", "a name"),
    "SLUG": Problem("token.name", "a name"),
    "SUBJECT": Problem("token.subject", "a host (A, or A.c1)"),
    "ADDRESS": Problem("token.address", "an IP address"),
    "DESTINATION": Problem("token.destination", "a host or address"),
    "PAIR": Problem("token.pair", "name=value"),
    "WORD": Problem("token.any-word", "a word"),
    "VERB": Problem("token.verb", "a call or event"),
    "EVENT": _one_of("connected", "accept", "data", "eof", "reset", "error", "idle"),
    "GROUP": _one_of("opening", "closing", "failure", "data"),
    "LANGUAGE": _one_of("en", "zh"),
    "PROFILE": _one_of("/".join(PROFILES)),
    "DIRECTION": Problem("token.direction", "a direction such as A>B"),
    "FLAGS": Problem("token.flags", "flags such as SYN,ACK"),
    "TRANSITION": Problem("token.transition", "a state change such as CLOSED->SYN-SENT"),
    "OUTCOME": _one_of("quiescent", "idle", "limit"),
    "COUNTED": Problem("token.counted", "what to count"),
    "COUNTER": Problem("token.counter", "a counter's name"),
    "REST": Problem("token.fault", "a fault such as A>B SYN nth=1 drop"),
    "YESNO": _one_of("yes", "no"),
    "STEP": Problem("token.step", "a step such as +250000"),
    "TEXTKIND": _one_of("title", "question", "note"),
    "NODEKIND": _one_of("host", "router", "attacker", "switch", "lan"),
    "_NL": Problem("token.end-of-line", "the end of the line"),
    "$END": Problem("token.end-of-file", "the end of the file"),
}
_UNSAID: Final = frozenset({"MACHINE"})


@cache
def _parser() -> Lark:
    grammar = files("synfin.lab").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", propagate_positions=True)


def _expected(names: set[str]) -> Part:
    """What could have stood there: a few things, of many the first nine."""
    known = {name for name in names if not name.startswith("__")} - _UNSAID
    if "WORD" in known:
        known -= {"PAIR", "STRING"}
    listed = sorted({str(one): one for one in map(_meaning, known)}.items())
    if len(listed) <= 9:
        return [one for _, one in listed]
    if "CASE" in known:
        return Problem("token.statement", "a statement")
    return Problem("token.many", "{names} …", names=[one for _, one in listed[:9]])


def _meaning(name: str) -> Problem:
    return _MEANING.get(name) or _word(name.lower())


def _syntax_error(error: UnexpectedInput, file: str) -> ScenarioError:
    position = Position(file, max(error.line, 1), max(error.column, 1))
    if isinstance(error, UnexpectedToken):
        wanted, found = error.accepts or error.expected, _word(str(error.token))
        if error.token.type in ("_NL", "$END"):
            found = _MEANING[error.token.type]
    elif isinstance(error, UnexpectedCharacters):
        wanted, found = error.allowed or set(), _word(error.char)
    else:
        return ScenarioError(
            position, Problem("file.end", "expected more before the end of the file")
        )
    problem = Problem(
        "file.syntax", "expected {wanted}, not {found}", wanted=_expected(wanted), found=found
    )
    return ScenarioError(position, problem)


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
