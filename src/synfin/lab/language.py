"""Reads scenario files: text -> :class:`~synfin.lab.model.Scenario`.

The grammar (``grammar.lark``, LALR) knows statements and their words; this
module gives the words their types and puts cases together. Every mistake ends
as one :class:`~synfin.lab.model.ScenarioError` that says where and what was
expected.
"""

from collections.abc import Callable
from typing import NoReturn, TypeVar

from lark import Token, Tree

from synfin.core.problems import Problem
from synfin.lab import expectations, values
from synfin.lab.calls import VERBS, ArgumentError, read_arguments
from synfin.lab.draft import CaseDraft, Draft
from synfin.lab.model import (
    Args,
    Call,
    Case,
    Expectations,
    FaultDecl,
    HostDecl,
    Iss,
    LinkDecl,
    Note,
    Position,
    Reaction,
    RouteDecl,
    Scenario,
    ScenarioError,
    Setting,
    Texts,
    Timed,
)
from synfin.lab.syntax import Node, subject, tokens, tree_of
from synfin.sim.faults import parse_fault

T = TypeVar("T")


def parse(text: str, file: str = "<text>") -> Scenario:
    """The scenario that ``text`` says; ``file`` is for messages. Raises ScenarioError."""
    return _Reader(file).read(tree_of(text, file))


def parse_switch(text: str) -> Setting:
    """``[HOST.]switch=value`` from a command line; ScenarioError when it says nothing."""
    position = Position("--set", 1, 1)
    name, equals, word = text.partition("=")
    host, dot, switch = name.rpartition(".")
    if not equals:
        raise ScenarioError(
            position,
            Problem(
                "switch.pair", "expected switch=value or HOST.switch=value, not '{word}'", word=text
            ),
        )
    try:
        full, value = values.parse_setting(switch if dot else name, word)
    except ValueError as error:
        raise ScenarioError(position, error) from None
    return Setting(host, full, value, position)


class _Reader:
    """Walks the statements of one file in order."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.number = -1
        self.name = ""
        self.group = ""
        self.sources: list[str] = []
        self.shared = Draft()
        self.cases: list[CaseDraft] = []
        self.handlers: dict[str, Callable[[Node], None]] = {
            "scenario": self._scenario,
            "group": self._group,
            "text": self._text,
            "source": self._source,
            "live": self._live,
            "node": self._node,
            "link": self._link,
            "route": self._route,
            "seed": self._seed,
            "profile": self._profile,
            "set": self._set,
            "iss": self._iss,
            "until": self._until,
            "at": self._at,
            "remark": self._remark,
            "on": self._on,
            "fault": self._fault,
            "established": self._established,
            "case": self._case,
            "expect": self._expect,
        }

    # -- the whole file

    def read(self, tree: Node) -> Scenario:
        statements = [child for child in tree.children if isinstance(child, Tree)]
        if not statements or statements[0].data != "scenario":
            raise ScenarioError(
                Position(self.file), Problem("file.begin", "expected 'scenario NN name' first")
            )
        for statement in statements:
            self.handlers[str(statement.data)](statement)
        if not self.cases:
            self.cases.append(CaseDraft("main", "", Position(self.file)))
        names = {host.name for host in self.shared.hosts}
        cases = tuple(self._finish(case) for case in self.cases)
        for case in cases:
            _check_names(case, names)
        return Scenario(
            self.number,
            self.name,
            self.group,
            self.shared.text("title"),
            self.shared.text("question"),
            self.shared.text("note"),
            tuple(self.sources),
            cases,
            self.file,
        )

    def _finish(self, case: CaseDraft) -> Case:
        body = case.draft.body()
        live, why = case.draft.live, case.draft.text("live")
        ancestor = case
        while ancestor.parent:
            ancestor = self._named(ancestor)
            body = body.over(ancestor.draft.body())
        live = live and self.shared.live
        return Case(
            case.name,
            case.draft.text("title"),
            case.draft.text("note"),
            body.over(self.shared.body()),
            case.expect or Expectations(position=case.position),
            live,
            why if why != Texts() else self.shared.text("live"),
            case.position,
        )

    def _named(self, child: CaseDraft) -> CaseDraft:
        for case in self.cases:
            if case is child:
                break
            if case.name == child.parent:
                return case
        raise ScenarioError(
            child.position,
            Problem("case.parent", "no case '{name}' stands above this one", name=child.parent),
        )

    @property
    def draft(self) -> Draft:
        return self.cases[-1].draft if self.cases else self.shared

    def position(self, token: Token | Node) -> Position:
        if isinstance(token, Token):
            return Position(self.file, token.line or 1, token.column or 1)
        return Position(self.file, token.meta.line, token.meta.column)

    def value(self, reader: Callable[[str], T], token: Token) -> T:
        """The token's value; what is wrong with it becomes a ScenarioError."""
        try:
            return reader(str(token))
        except ValueError as error:
            raise ScenarioError(self.position(token), error) from None

    def fail(self, token: Token | Node, problem: Problem) -> NoReturn:
        raise ScenarioError(self.position(token), problem)

    # -- header

    def _scenario(self, node: Node) -> None:
        number, name = tokens(node)
        if self.name:
            self.fail(number, Problem("file.two", "one file holds one scenario"))
        self.number, self.name = int(number), str(name)

    def _group(self, node: Node) -> None:
        self.group = str(tokens(node)[0])

    def _text(self, node: Node) -> None:
        kind, language, text = tokens(node)
        key = (str(kind), str(language))
        said = self.value(values.parse_words, text)
        before = self.draft.texts.get(key, "")
        joiner = "" if language == "zh" else " "
        self.draft.texts[key] = f"{before}{joiner}{said}" if before and kind == "note" else said

    def _source(self, node: Node) -> None:
        self.sources.append(self.value(values.parse_words, tokens(node)[0]))

    def _live(self, node: Node) -> None:
        answer, *why = tokens(node)
        self.draft.live = answer == "yes"
        if why:
            language = str(why[0]) if len(why) > 1 else "en"
            self.draft.texts["live", language] = self.value(values.parse_words, why[-1])

    # -- network and settings

    def _node(self, node: Node) -> None:
        kind, name, *addresses = tokens(node)
        if any(host.name == name for host in [*self.shared.hosts, *self.draft.hosts]):
            self.fail(name, Problem("host.twice", "{name} is there already", name=name))
        if kind == "host" and not addresses:
            self.fail(name, Problem("host.address", "a host needs an address"))
        kind_name = "switch" if kind == "lan" else str(kind)
        listed = tuple(self.value(values.parse_prefixed, address) for address in addresses)
        self.draft.hosts.append(HostDecl(str(name), kind_name, listed, self.position(name)))

    def _link(self, node: Node) -> None:
        a, b, *pairs = tokens(node)
        read: dict[str, Callable[[str], int]] = {
            "delay": values.parse_duration,
            "jitter": values.parse_duration,
            "rate": values.parse_rate,
            "queue": values.parse_integer,
            "mtu": values.parse_integer,
            "mark": values.parse_integer,
        }
        got = {"delay": 0, "jitter": 0, "rate": 0, "queue": 0, "mtu": 1500, "mark": 0}
        red: tuple[int, int] | None = None
        for pair in pairs:
            key, _, word = str(pair).partition("=")
            if key == "red":
                red = self.value(values.parse_thresholds, pair)
                continue
            if key not in read:
                names = ", ".join(f"{name}=" for name in [*read, "red"])
                self.fail(
                    pair,
                    Problem("link.field", "expected {names}, not {key}=", names=names, key=key),
                )
            try:
                got[key] = read[key](word)
            except ValueError as error:
                raise ScenarioError(self.position(pair), error) from None
        link = LinkDecl(
            str(a),
            str(b),
            got["delay"],
            got["jitter"],
            got["rate"],
            got["queue"],
            got["mtu"],
            got["mark"],
            red,
            self.position(a),
        )
        self.draft.links.append(link)

    def _route(self, node: Node) -> None:
        router, destination, via = tokens(node)
        self.draft.routes.append(
            RouteDecl(str(router), str(destination), str(via), self.position(router))
        )

    def _seed(self, node: Node) -> None:
        self.draft.seed = int(tokens(node)[0])

    def _profile(self, node: Node) -> None:
        self.draft.profile = str(tokens(node)[0])

    def _set(self, node: Node) -> None:
        words = tokens(node)
        host = ""
        if words[0].type == "NAME":
            host = str(words.pop(0))
        self.draft.settings.extend(self._settings(host, words))

    def _settings(self, host: str, pairs: list[Token]) -> list[Setting]:
        read = []
        for pair in pairs:
            name, equals, word = str(pair).partition("=")
            if not equals:
                self.fail(
                    pair,
                    Problem("switch.value", "expected switch=value, not {word}", word=str(pair)),
                )
            try:
                switch, value = values.parse_setting(name, values.unquote(word))
            except ValueError as error:
                raise ScenarioError(self.position(pair), error) from None
            read.append(Setting(host, switch, value, self.position(pair)))
        return read

    def _iss(self, node: Node) -> None:
        host, *numbers = tokens(node)
        self.draft.iss.append(Iss(str(host), tuple(int(number) for number in numbers)))

    def _until(self, node: Node) -> None:
        self.draft.until = self.value(values.parse_time, tokens(node)[0])

    # -- what happens

    def _at(self, node: Node) -> None:
        head = [child for child in node.children if isinstance(child, Token)]
        trees = [child for child in node.children if isinstance(child, Tree)]
        time = self.value(values.parse_time, head[0])
        host, socket = subject(head[-1])
        call = self._call(host, socket, trees[-1])
        every, times = 0, 1
        if len(trees) > 1:
            step, last = tokens(trees[0])
            every = self.value(values.parse_time, step)
            if every <= 0:
                self.fail(step, Problem("at.every", "expected a duration above 0"))
            if last.type == "INTEGER":
                times = int(last)
            else:
                times = (self.value(values.parse_time, last) - time) // every + 1
        self.draft.calls.append(Timed(time, call, every, times))

    def _call(self, host: str, socket: str, node: Node) -> Call:
        verb, *words = tokens(node)
        if str(verb) not in VERBS:
            hint = values.near(str(verb), VERBS)
            self.fail(
                verb,
                Problem(
                    "call.unknown", "no call is named {word}; {hint}", word=str(verb), hint=hint
                ),
            )
        text = " ".join([str(verb), *(str(word) for word in words)])
        if verb == "set":
            if not words:
                self.fail(
                    verb,
                    Problem("switch.missing", "expected switch=value after set"),
                )
            changed = tuple(self._settings(host, words))
            return Call(host, socket, "set", Args(), text, self.position(verb), changed)
        try:
            args = read_arguments(str(verb), [str(word) for word in words])
        except ArgumentError as error:
            where = words[error.index] if error.index >= 0 else verb
            raise ScenarioError(self.position(where), error.problem) from None
        return Call(host, socket, str(verb), args, text, self.position(verb))

    def _remark(self, node: Node) -> None:
        time, *rest = tokens(node)
        said = {
            str(language): self.value(values.parse_words, text)
            for language, text in zip(rest[::2], rest[1::2], strict=True)
        }
        texts = Texts(said.get("en", ""), said.get("zh", ""))
        self.draft.notes.append(Note(self.value(values.parse_time, time), texts))

    def _on(self, node: Node) -> None:
        words = tokens(node)
        call_node = next(child for child in node.children if isinstance(child, Tree))
        host, socket = subject(words[0])
        event, amount, once, after = str(words[1]), 0, False, 0
        rest = words[2:]
        if rest and rest[0].type in ("TIME", "INTEGER") and event in ("data", "idle"):
            word = rest.pop(0)
            amount = int(word) if event == "data" else self.value(values.parse_time, word)
        if event == "idle" and amount <= 0:
            self.fail(
                words[1],
                Problem("on.idle", "expected a duration: on B idle 5s close"),
            )
        if rest and rest[0].type == "ONCE":
            once = True
            rest.pop(0)
        if rest:
            after = self.value(values.parse_time, rest[0])
        call = self._call(host, socket, call_node)
        self.draft.reactions.append(
            Reaction(host, socket, event, amount, once, after, call, self.position(words[0]))
        )

    def _fault(self, node: Node) -> None:
        rest = tokens(node)[0]
        text = str(rest).strip()
        self.value(lambda word: parse_fault(word.strip()), rest)
        self.draft.faults.append(FaultDecl(text, self.position(rest)))

    def _established(self, node: Node) -> None:
        client, server, *words = tokens(node)
        target = self.value(values.parse_endpoint, server)
        split = [str(word) for word in words]
        port: list[str] = []
        if "from" in split:
            where = split.index("from")
            port, split = split[where : where + 2], split[:where] + split[where + 2 :]
        position = self.position(client)
        try:
            listening = read_arguments("listen", [str(target.port), *split])
            connecting = read_arguments("connect", [str(server), *port])
        except ArgumentError as error:
            raise ScenarioError(position, error.problem) from None
        listen = " ".join(["listen", str(target.port), *split])
        connect = " ".join(["connect", str(server), *port])
        start = -values.SECOND
        self.draft.calls.append(
            Timed(start, Call(target.host, "", "listen", listening, listen, position))
        )
        self.draft.calls.append(
            Timed(start, Call(str(client), "", "connect", connecting, connect, position))
        )

    # -- cases

    def _case(self, node: Node) -> None:
        words = tokens(node)
        if any(case.name == words[0] for case in self.cases):
            self.fail(
                words[0],
                Problem("case.twice", "case {name} is there already", name=str(words[0])),
            )
        parent = str(words[1]) if len(words) > 1 else ""
        self.cases.append(CaseDraft(str(words[0]), parent, self.position(words[0])))

    def _expect(self, node: Node) -> None:
        if not self.cases:
            self.cases.append(CaseDraft("main", "", self.position(node)))
        case = self.cases[-1]
        if case.expect is not None:
            self.fail(
                node,
                Problem("case.expect", "case {name} has its expectations already", name=case.name),
            )
        case.expect = expectations.read(node, self.file)


def _check_names(case: Case, shared: set[str]) -> None:
    """Every host that the case speaks of must exist."""
    known = shared | {host.name for host in case.body.hosts}
    used: list[tuple[str, Position]] = []
    used += [(link.a, link.position) for link in case.body.links]
    used += [(link.b, link.position) for link in case.body.links]
    used += [(setting.host, setting.position) for setting in case.body.settings if setting.host]
    used += [(timed.call.host, timed.call.position) for timed in case.body.calls]
    used += [(reaction.host, reaction.position) for reaction in case.body.reactions]
    used += [(route.via, route.position) for route in case.body.routes]
    used += expectations.hosts_named(case.expect)
    for name, position in used:
        if name not in known:
            names = ", ".join(sorted(known))
            raise ScenarioError(
                position,
                Problem(
                    "host.unknown",
                    "no host is called {name}; there are {names}",
                    name=name,
                    names=names,
                ),
            )
