"""Scripts out of a seed: a handshake, a life, an end, all of it with things gone wrong.

The generator knows no stack: it only draws. What a step means depends on the state that
it meets, which is the point.
"""

import random
from collections.abc import Callable
from typing import Final

from synfin.live.differential.script import GAP_MS, Arrival, Call, Place, Script, Step

MOST_STEPS: Final = 18
SIZES: Final = (1, 10, 100, 536, 1000, 1460, 2000, 5000, 12_000)
WINDOWS: Final = (65_535, 65_535, 65_535, 32_000, 8_000, 1_000, 100, 0)
SHORT_GAP_MS: Final = 14
LONG_GAPS_MS: Final = (240, 480, 1_200)


class Writer:
    """Draws one script."""

    def __init__(self, seed: int, number: int) -> None:
        self.seed = seed
        self.number = number
        self.rng = random.Random(f"synfin {seed}/{number}")
        self.steps: list[Step] = []
        self.window = self.rng.choice(WINDOWS[:5])

    def script(self) -> Script:
        """The whole."""
        if self.rng.random() < 0.6:
            self.passive()
        else:
            self.active()
        while len(self.steps) < self.rng.randrange(8, MOST_STEPS):
            self.body()
        return Script(self.seed, self.number, tuple(self.steps[: MOST_STEPS + 4]))

    # -- tools -----------------------------------------------------------------
    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return self.rng.random() < share

    def gap(self) -> int:
        """Mostly the usual one; at once sometimes, a long wait now and then."""
        drawn = self.rng.random()
        if drawn < 0.12:
            return 0
        return self.rng.choice(LONG_GAPS_MS) if drawn > 0.96 else GAP_MS

    def call(self, name: str, *words: object) -> None:
        """The program does something."""
        self.steps.append(Step(Call(name, tuple(str(word) for word in words)), self.gap()))

    def hear(
        self,
        flags: str,
        seq: Place | None = None,
        ack: Place | None = None,
        length: int = 0,
        *,
        window: int | None = None,
        urgent: int = 0,
        options: tuple[str, ...] = (),
    ) -> None:
        """A segment arrives."""
        shown = self.window if window is None else window
        ack = (ack or Place("all")) if "." in flags else None
        letters = flags.replace("-", "")
        made = Arrival(letters, seq or Place("nxt"), ack, length, shown, urgent, options)
        # An ACK may wait for the kernel's next tick (4 ms).
        self.steps.append(Step(made, self.gap() or SHORT_GAP_MS))

    def size(self) -> int:
        """Octets of a text."""
        return self.rng.choice(SIZES[:6])

    def off(self) -> int:
        """How far something is off."""
        return self.rng.choice(
            (-1, 1, -1, 1, -10, 10, -100, 100, -200_000, 200_000, 1 << 30, 1 << 31)
        )

    def offers(self) -> tuple[str, ...]:
        """The options of a SYN, in Linux's order."""
        words = [f"mss {self.rng.choice((1460, 1460, 1000, 536, 100))}"] if self.chance(0.9) else []
        words += ["sackOK"] if self.chance(0.6) else []
        words += ["TS"] if self.chance(0.5) else []
        words += [f"wscale {self.rng.choice((0, 2, 7, 14, 15))}"] if self.chance(0.6) else []
        return tuple(words)

    # -- opening ---------------------------------------------------------------
    def passive(self) -> None:
        """The program listens."""
        self.call("listen", *(self.rng.choice(((5,), (5,), (5,), (0,), (1,)))))
        if self.chance(0.15):
            self.settings()
        if self.chance(0.15):
            self.stray()
        offers = self.offers()
        flags, length = "S", 0
        if self.chance(0.08):
            flags = self.rng.choice(("SF", "SP", "SU", "SEW"))
        if self.chance(0.08):
            length = self.size()
        self.hear(flags, Place("iss"), None, length, options=offers)
        while self.chance(0.25):
            self.in_syn_received(offers)
        drawn = self.rng.random()
        if drawn < 0.75:
            self.hear(".", Place("iss", 1))
        elif drawn < 0.85:
            self.hear("P.", Place("iss", 1), None, self.size())
        elif drawn < 0.9:
            self.hear("F.", Place("iss", 1))
        else:
            self.in_syn_received(offers)
            self.hear(".", Place("iss", 1))
        if self.chance(0.9):
            self.call("accept")

    def in_syn_received(self, offers: tuple[str, ...]) -> None:
        """What may come instead of the third segment."""
        first = Place("iss", 1)
        self.rng.choice(
            (
                lambda: self.hear("S", Place("iss"), options=offers),
                lambda: self.hear("S", Place("iss", self.off()), options=offers),
                lambda: self.hear(".", first, Place("all", self.off())),
                lambda: self.hear(".", Place("iss", 1 + self.off())),
                lambda: self.hear("R", Place("iss", 1 + self.rng.choice((0, 0, self.off())))),
                lambda: self.hear("R.", first),
                lambda: self.hear("S.", Place("iss"), options=offers),
                lambda: self.hear("P", first, None, self.size()),
                lambda: self.hear("P.", first, Place("all", self.off()), self.size()),
                lambda: self.hear("P.", Place("iss", 1 + self.size()), None, self.size()),
                lambda: self.hear("F.", first, Place("all", self.off())),
                lambda: self.hear("-", first),
                lambda: self.call("accept"),
                lambda: self.call("close-listener"),
            )
        )()

    def active(self) -> None:
        """The program connects."""
        self.call("connect")
        if self.chance(0.1):
            self.settings()
        while self.chance(0.25):
            self.in_syn_sent()
        offers = self.offers()
        drawn = self.rng.random()
        if drawn < 0.75:
            self.hear("S.", Place("iss"), options=offers)
        elif drawn < 0.95:
            self.hear("S", Place("iss"), options=offers)
            if self.chance(0.5):
                self.hear("S.", Place("iss"), options=offers)
            elif self.chance(0.8):
                self.hear(".", Place("iss", 1))
            while self.chance(0.25):
                self.in_syn_received(offers)
        else:
            self.hear("S.", Place("iss"), None, self.size(), options=offers)
        if self.chance(0.6):
            self.call("connect")

    def in_syn_sent(self) -> None:
        """What may come before the SYN,ACK."""
        offers = self.offers()
        wrong = Place("all", self.off())
        self.rng.choice(
            (
                lambda: self.hear("S.", Place("iss"), wrong, options=offers),
                lambda: self.hear(".", Place("iss", 1), wrong),
                lambda: self.hear(".", Place("iss", 1)),
                lambda: self.hear("R", Place("iss")),
                lambda: self.hear("R.", Place("iss"), self.rng.choice((wrong, Place("all")))),
                lambda: self.hear("F.", Place("iss", 1)),
                lambda: self.hear("P", Place("iss", 1), None, self.size()),
                lambda: self.hear("-", Place("iss")),
                lambda: self.call("send", self.size()),
                lambda: self.call("recv", 100),
                lambda: self.call("shutdown", self.rng.choice(("rd", "wr", "rdwr"))),
                lambda: self.call("close"),
                lambda: self.call("get", "error"),
                lambda: self.call("connect"),
            )
        )()

    # -- living ----------------------------------------------------------------
    def body(self) -> None:
        """One more step, or two that belong together."""
        table: tuple[tuple[int, Callable[[], None]], ...] = (
            (14, self.data),
            (12, lambda: self.hear(".")),
            (12, lambda: self.call("send", self.rng.choice(SIZES))),
            (10, lambda: self.call("recv", self.rng.choice((1, 10, 1000, 100_000)))),
            (5, self.hole),
            (4, self.overlap),
            (5, self.wrong_data),
            (6, self.wrong_ack),
            (3, self.partial_ack),
            (4, self.new_window),
            (3, self.probe),
            (5, self.reset),
            (4, self.late_syn),
            (7, self.fin),
            (3, self.odd_flags),
            (2, self.urgent),
            (4, self.stamps),
            (4, self.sacks),
            (5, lambda: self.call("shutdown", self.rng.choice(("rd", "wr", "wr", "wr", "rdwr")))),
            (5, lambda: self.call("close")),
            (2, lambda: self.call("abort")),
            (2, self.settings),
            (1, lambda: self.call("get", "error")),
            (1, lambda: self.call("accept")),
            (1, lambda: self.call("connect")),
            (1, lambda: self.call("close-listener")),
        )
        self.rng.choices([do for _, do in table], [weight for weight, _ in table])[0]()

    def data(self) -> None:
        """In order."""
        self.hear("P." if self.chance(0.7) else ".", None, None, self.size())

    def hole(self) -> None:
        """Out of order; the hole may be filled."""
        size = self.size()
        far = size * self.rng.choice((1, 1, 2))
        self.hear("P.", Place("nxt", far), None, size)
        if self.chance(0.3):
            self.hear("P.", Place("nxt", far + 2 * size), None, size)
        if self.chance(0.7):
            self.hear("P.", Place("nxt"), None, size)

    def overlap(self) -> None:
        """Old and new in one segment; the old may read otherwise than before."""
        size = self.size() + 10
        other = ("other",) if self.chance(0.4) else ()
        self.hear("P.", Place("nxt", -self.rng.randrange(1, size)), None, size, options=other)

    def wrong_data(self) -> None:
        """Too old, beyond the window, without ACK, damaged."""
        size = self.size()
        self.rng.choice(
            (
                lambda: self.hear("P.", Place("nxt", -size), None, size),
                lambda: self.hear("P.", Place("nxt", self.off()), None, size),
                lambda: self.hear("P.", Place("nxt", 200_000), None, size),
                lambda: self.hear("P", None, None, size),
                lambda: self.hear("P.", None, None, size, options=("badsum",)),
                lambda: self.hear("P.", None, Place("all", self.off()), size),
            )
        )()

    def wrong_ack(self) -> None:
        """Of old data, of what was never sent; at odd places."""
        self.rng.choice(
            (
                lambda: self.hear(".", None, Place("all", self.off())),
                lambda: self.hear(".", None, Place("una", self.off())),
                lambda: self.hear(".", None, Place("una")),
                lambda: self.hear(".", Place("nxt", self.off())),
                lambda: self.hear(".", Place("nxt", self.off()), Place("all", self.off())),
            )
        )()

    def partial_ack(self) -> None:
        """Some of what is under way."""
        self.hear(".", None, Place("una", self.rng.choice((1, 100, 536, 1000, 1460, 2920))))

    def new_window(self) -> None:
        """Opens, shrinks, closes."""
        self.window = self.rng.choice(WINDOWS)
        self.hear(".", None, Place(self.rng.choice(("all", "una"))))

    def probe(self) -> None:
        """As keep-alive and window probes look."""
        self.hear(".", Place("nxt", -1), None, self.rng.choice((0, 0, 1)))

    def reset(self) -> None:
        """At the right place, in the window, outside of it."""
        place = Place(self.rng.choice(("nxt", "nxt", "una")), self.rng.choice((0, 0, self.off())))
        if self.chance(0.5):
            self.hear("R", place)
        else:
            self.hear("R.", place, Place("all", self.rng.choice((0, 0, self.off()))))

    def late_syn(self) -> None:
        """A SYN, or a SYN,ACK, where none belongs."""
        place = self.rng.choice((Place("nxt"), Place("iss"), Place("nxt", self.off())))
        self.hear(self.rng.choice(("S", "S.")), place, options=self.offers())

    def fin(self) -> None:
        """In order mostly; with text, ahead of a hole, once more."""
        drawn = self.rng.random()
        if drawn < 0.6:
            self.hear("F.")
        elif drawn < 0.75:
            self.hear("FP.", None, None, self.size())
        elif drawn < 0.85:
            self.hear("F.", Place("nxt", self.size()))
        elif drawn < 0.95:
            self.hear("F.", Place("nxt", -1))
        else:
            self.hear("F")

    def odd_flags(self) -> None:
        """None at all, all of them."""
        flags = self.rng.choice(("-", "P", "U", "SF", "SR", "FR.", "FSRP.U", "FP.U", "SF.", "."))
        self.hear(flags, None, None, self.rng.choice((0, 0, self.size())))

    def urgent(self) -> None:
        """Urgent text either way."""
        if self.chance(0.3):
            self.call("send", self.size(), "oob")
        else:
            size = self.size()
            self.hear("P.U", None, None, size, urgent=self.rng.choice((1, size, size + 5)))

    def stamps(self) -> None:
        """Timestamps that are old, missing, unasked for."""
        option = self.rng.choice(("TS-100", "TS-1000", "TS-100000", "noTS", "ecr 0", "ecr 5", "TS"))
        length = self.rng.choice((0, self.size()))
        self.hear("." if not length else "P.", None, None, length, options=(option,))

    def sacks(self) -> None:
        """Selective acknowledgements, true and impossible ones."""
        low = self.rng.choice((1000, 1460, 100, 2920, 0, -500))
        high = low + self.rng.choice((1460, 1000, 2920, 100, -100))
        self.hear(".", None, Place("una"), options=(f"sack {low}:{high}",))

    def settings(self) -> None:
        """setsockopt(2)."""
        self.call(
            "set",
            *self.rng.choice(
                (
                    ("nodelay", 1),
                    ("cork", 1),
                    ("cork", 0),
                    ("quickack", 0),
                    ("quickack", 1),
                    ("keepalive", 1),
                    ("linger2", 1),
                    ("maxseg", 500),
                    ("user-timeout", 300),
                )
            ),
        )

    def stray(self) -> None:
        """At a listener: what is no SYN."""
        self.hear(self.rng.choice((".", "S.", "R", "R.", "F.", "F", "-", "P.", "SR")), Place("iss"))


def generate(seed: int, number: int) -> Script:
    """Script ``number`` of ``seed``: the same at every call, on every machine."""
    return Writer(seed, number).script()
