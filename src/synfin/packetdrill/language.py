"""From text to :class:`Script`: the grammar stands in ``grammar.lark``."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from synfin.packetdrill.conditions import for_platform
from synfin.packetdrill.findings import finding
from synfin.packetdrill.model import (
    Action,
    Array,
    Call,
    Code,
    Command,
    Dots,
    Either,
    Event,
    Expression,
    IcmpSpec,
    IpInfo,
    Option,
    Script,
    ScriptError,
    Structure,
    TcpSpec,
    Text,
    Timing,
    UdpSpec,
    Unsupported,
    When,
    Word,
)
from synfin.packetdrill.options import TcpOptionError, read_option, spoil_check
from synfin.wire.tcp import ACK, CWR, ECE, FIN, PSH, RST, SYN, URG

Node = Tree[Token]
_FLAGS: Final = {"F": FIN, "S": SYN, "R": RST, "P": PSH, ".": ACK, "U": URG, "E": ECE, "W": CWR}
_DEFINE: Final = re.compile(r"(\w+)=(.*)", re.DOTALL)


@cache
def _parser() -> Lark:
    grammar = files("synfin.packetdrill").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", start="script", maybe_placeholders=True)


def parse(
    text: str,
    name: str,
    given: Mapping[str, str] | None = None,
    platform: str = "",
) -> Script:
    """The script in ``text``, with symbols ``given`` as by ``--define``; ``platform`` is
    what its ``#ifdef`` lines ask for.

    Raises ScriptError (with line and column), and Unsupported for what the grammar knows
    and nothing here can do.
    """
    try:
        tree = _parser().parse(for_platform(text, platform))
    except UnexpectedInput as error:
        raise _syntax_error(error) from None
    options: list[tuple[str, str]] = []
    events: list[Event] = []
    commands: dict[bool, Command] = {}
    defines: dict[str, str] = dict(given or {})
    for child in tree.children:
        if isinstance(child, Token):
            if child.type == "OPTION":
                _option(str(child), options, defines)
            else:
                commands[bool(events)] = Command(_unquoted(str(child)))
        elif child is not None:
            events.append(_Reader(defines).event(child))
    lines = tuple(text.splitlines())
    return Script(
        name, tuple(options), commands.get(False), tuple(events), commands.get(True), lines
    )


def _syntax_error(error: UnexpectedInput) -> ScriptError:
    line, column = max(error.line, 1), max(error.column, 1)
    if isinstance(error, UnexpectedToken):
        if error.token.type == "$END":
            return ScriptError(line, finding("error-end"), column)
        return ScriptError(line, finding("error-token", text=str(error.token)), column)
    if isinstance(error, UnexpectedCharacters):
        return ScriptError(line, finding("error-token", text=error.char), column)
    return ScriptError(line, finding("error-end"), column)


def _option(text: str, options: list[tuple[str, str]], defines: dict[str, str]) -> None:
    name, _, value = text[2:].partition("=")
    if name == "define":
        found = _DEFINE.fullmatch(value)
        if found is not None:
            defines[found[1]] = found[2]
        return
    options.append((name, value.strip('"')))


def _unquoted(text: str) -> str:
    return text[1:-1]


def nanoseconds(text: str) -> int:
    """Seconds with a decimal point as ns, exactly."""
    sign = -1 if text.startswith("-") else 1
    whole, _, part = text.lstrip("-").partition(".")
    return sign * (int(whole or 0) * 1_000_000_000 + int((part + "0" * 9)[:9]))


class _Reader:
    """One event of the tree."""

    def __init__(self, defines: dict[str, str]) -> None:
        self.defines = defines

    def event(self, node: Node) -> Event:
        when, action = node.children
        assert isinstance(when, Tree)
        assert isinstance(action, Tree)
        tokens = node.scan_values(lambda value: isinstance(value, Token))
        line = min(token.line for token in tokens if token.line)
        try:
            return Event(line, _when(when), self.action(action))
        except TcpOptionError as error:
            raise ScriptError(line, error.what) from None

    def action(self, node: Node) -> Action:
        kind = node.data
        if kind == "tcp":
            return _tcp(node, self.defines)
        if kind == "udp":
            return _udp(node)
        if kind == "icmp":
            return _icmp(node, self.defines)
        if kind == "call":
            return self.call(node)
        text = str(node.children[0])
        return Command(text[1:-1]) if kind == "command" else Code(text[2:-2].strip(" \t"))

    def call(self, node: Node) -> Call:
        until_node = node.children[0]
        until = -1
        if isinstance(until_node, Tree):
            until = nanoseconds(str(until_node.children[1]))
        name = str(node.children[1])
        note_node, errno_node, result = node.children[-1], node.children[-2], node.children[-3]
        del note_node
        arguments = [a for a in node.children[2:-3] if a is not None]
        return Call(
            name,
            tuple(self.expression(a) for a in arguments),
            self.expression(result),
            str(errno_node) if errno_node is not None else "",
            until,
        )

    def expression(self, node: object) -> Expression:
        assert isinstance(node, Tree), node
        kind = node.data
        inside = [c for c in node.children if c is not None]
        if kind == "ellipsis":
            return Dots()
        if kind in ("number", "port"):
            return int(str(inside[0]), 0) if str(inside[0])[:2] == "0x" else int(str(inside[0]))
        if kind == "name":
            return self.word(str(inside[0]))
        if kind in ("text", "address"):
            return Text("".join(_unquoted(str(c)) for c in inside))
        if kind == "sized":
            return Dots()
        if kind == "either":
            return Either(self.expression(inside[0]), self.expression(inside[1]))
        if kind == "array":
            return Array(tuple(self.expression(c) for c in inside))
        assert kind == "structure", kind
        return Structure(tuple(self.member(c) for c in inside))

    def word(self, name: str) -> Expression:
        value = self.defines.get(name)
        if value is None:
            return Word(name)
        if value[:1] == '"':
            return Text(value.strip('"'))
        try:
            return int(value, 0)
        except ValueError:
            return Word(value)

    def member(self, node: object) -> tuple[str, Expression]:
        assert isinstance(node, Tree)
        if node.data == "unnamed":
            return "", self.expression(node.children[0])
        return str(node.children[0]), self.expression(node.children[-1])


def _when(node: Node) -> When:
    times = [nanoseconds(str(t)) for t in node.children]
    kind = node.data
    if kind == "relative":
        return When(Timing.RELATIVE, times[0], times[0])
    if kind == "absolute":
        return When(Timing.ABSOLUTE, times[0], times[0])
    if kind == "anytime":
        return When(Timing.ANY)
    timing = Timing.ABSOLUTE_RANGE if kind == "absolute_range" else Timing.RELATIVE_RANGE
    return When(timing, times[0], times[1])


def _named(node: Node, name: str) -> Node | None:
    for child in node.children:
        if isinstance(child, Tree) and child.data == name:
            return child
    return None


def _number(node: Node | None, default: int) -> int:
    if node is None or not node.children:
        return default
    return int(str(node.children[0]))


def _ip_info(node: Node) -> IpInfo:
    info = _named(node, "ip_info")
    ecn, tos, ttl = "", -1, -1
    for item in info.children if info is not None else []:
        assert isinstance(item, Tree)
        value = str(item.children[0])
        if item.data == "ecn":
            ecn = value
        elif item.data == "tos":
            tos = int(value, 16)
        elif item.data == "ttl":
            ttl = int(value)
        else:
            raise Unsupported("flowlabel")
    return IpInfo(ecn, tos, ttl)


def _outbound(node: Node) -> bool:
    return str(node.children[0]) == ">"


def _ports(node: Node) -> tuple[int, int]:
    ports = _named(node, "ports")
    if ports is None:
        return 0, 0
    return int(str(ports.children[0])), int(str(ports.children[1]))


def _seq(node: Node | None) -> tuple[int, int]:
    assert node is not None
    start, end, length = (int(str(t)) for t in node.children[:3])
    line = getattr(node.children[0], "line", 0) or 0
    if end < start or (end - start) & 0xFFFFFFFF != length:
        raise ScriptError(line, finding("error-length", text=f"{start}:{end}({length})"))
    return start, length


def _tcp(node: Node, defines: Mapping[str, str]) -> TcpSpec:
    outbound = _outbound(node)
    flags_node = next(
        c
        for c in node.children
        if isinstance(c, Tree) and c.data in ("flags", "no_flags", "ace_flags")
    )
    if flags_node.data == "ace_flags":
        raise Unsupported("AccECN")
    letters = "".join(str(c) for c in flags_node.children if c is not None)
    flags = 0
    for letter in letters:
        if letter == "A":
            raise Unsupported("AccECN")
        if letter not in _FLAGS:
            line = getattr(flags_node.children[0], "line", 0) or 0
            raise ScriptError(line, finding("error-flag", text=letter))
        flags |= _FLAGS[letter]
    numbers, free = _named(node, "seq"), _named(node, "any_seq")
    seq, length = (0, int(str(free.children[1]))) if free is not None else _seq(numbers)
    src, dst = _ports(node)
    if free is not None and not outbound:
        raise TcpOptionError(finding("error-outbound", text="..."))
    return TcpSpec(
        outbound,
        _ip_info(node),
        src,
        dst,
        flags,
        seq,
        length,
        _number(_named(node, "ack"), 0),
        _number(_named(node, "window"), -1),
        _number(_named(node, "urgent"), 0),
        _options(node, outbound, defines),
        numbers is not None and numbers.children[3] is not None,
        free is not None,
        _encapsulation(node),
    )


def _encapsulation(node: Node) -> tuple[int, int] | None:
    found = _named(node, "inside_udp")
    if found is None:
        return None
    return int(str(found.children[0])), int(str(found.children[1]))


def _options(node: Node, outbound: bool, defines: Mapping[str, str]) -> tuple[Option, ...] | None:
    found = _named(node, "options")
    if found is None:
        return ()
    first = found.children[0]
    if isinstance(first, Token):
        if not outbound:
            raise TcpOptionError(finding("error-outbound", text="<...>"))
        return None
    options: list[Option] = []
    for child in found.children:
        assert isinstance(child, Tree)
        words = [
            tuple(str(t) for t in c.children)
            if isinstance(c, Tree)
            else defines.get(str(c), str(c))
            for c in child.children
            if c is not None
        ]
        options.append(read_option(child.data, words))
    spoil_check(options)
    return tuple(options)


def _udp(node: Node) -> UdpSpec:
    length = next(
        int(str(c)) for c in node.children if isinstance(c, Token) and c.type == "INTEGER"
    )
    src, dst = _ports(node)
    return UdpSpec(_outbound(node), _ip_info(node), length, src, dst)


def _icmp(node: Node, defines: Mapping[str, str]) -> IcmpSpec:
    tokens = [c for c in node.children if isinstance(c, Token) and c.type == "WORD"]
    words = [defines.get(str(token), str(token)) for token in tokens]
    if _named(node, "echoed_raw") is not None:
        raise Unsupported("icmp [raw]")
    echoed = _named(node, "echoed_tcp")
    quoted: tuple[int, int] | None = None
    udp: tuple[int, int] | None = None
    if echoed is not None:
        udp = _encapsulation(echoed)
        inner = echoed.children[0]
        assert isinstance(inner, Tree)
        quoted = _seq(inner)
    code = words[1] if len(words) > 1 else ""
    mtu = _number(_named(node, "mtu"), -1)
    return IcmpSpec(
        _outbound(node),
        _ip_info(node),
        words[0],
        code,
        mtu,
        quoted,
        udp,
        _number(_named(node, "echoed_udp"), -1),
        _number(_named(node, "echo_id"), -1),
    )
