"""A file while it is being read: statements collected until the cases are put together."""

from synfin.lab.model import (
    Body,
    Expectations,
    FaultDecl,
    HostDecl,
    Iss,
    LinkDecl,
    Note,
    Position,
    Reaction,
    RouteDecl,
    Setting,
    Texts,
    Timed,
)


class Draft:
    """A body being read, with what belongs to the case alone."""

    def __init__(self) -> None:
        self.profile = ""
        self.hosts: list[HostDecl] = []
        self.links: list[LinkDecl] = []
        self.routes: list[RouteDecl] = []
        self.settings: list[Setting] = []
        self.iss: list[Iss] = []
        self.calls: list[Timed] = []
        self.reactions: list[Reaction] = []
        self.faults: list[FaultDecl] = []
        self.notes: list[Note] = []
        self.seed: int | None = None
        self.until: int | None = None
        self.texts: dict[tuple[str, str], str] = {}
        self.live = True

    def body(self) -> Body:
        """What was collected, frozen."""
        return Body(
            self.profile,
            tuple(self.hosts),
            tuple(self.links),
            tuple(self.routes),
            tuple(self.settings),
            tuple(self.iss),
            tuple(self.calls),
            tuple(self.reactions),
            tuple(self.faults),
            tuple(self.notes),
            self.seed,
            self.until,
        )

    def text(self, kind: str) -> Texts:
        """The title, question or note in both languages."""
        return Texts(self.texts.get((kind, "en"), ""), self.texts.get((kind, "zh"), ""))


class CaseDraft:
    """A case being read; ``parent`` is the case that it continues, or ""."""

    def __init__(self, name: str, parent: str, position: Position) -> None:
        self.name = name
        self.parent = parent
        self.position = position
        self.draft = Draft()
        self.expect: Expectations | None = None
