"""A program's sockets by name, and the records of its calls."""

from collections.abc import Callable

from synfin.core.errno import name_of
from synfin.core.problems import Problem
from synfin.host.host import Host
from synfin.lab.handles import CallError, Handle, World
from synfin.lab.model import Args, Call


class Books:
    """What every part of a program needs: its sockets and its diary."""

    def __init__(self, name: str, host: Host, world: World, reads: bool) -> None:
        self.name = name
        self.host = host
        self.world = world
        self.reads = reads
        self.handles: dict[str, Handle] = {}
        self.by_socket: dict[int, Handle] = {}
        self.made: dict[str, int] = {"c": 0, "listener": 0, "u": 0, "s": 0}

    def react(self, handle: Handle, event: str, length: int = 0) -> None:
        """Something happened that the scenario may react to."""
        raise NotImplementedError

    def _note_name(self, handle: Handle) -> None:
        """Remember which connection the name means by now."""
        if handle.engine_id:
            self.world.recorder.named(self.name, handle.name, handle.engine_id)

    # -- records ------------------------------------------------------------------------

    def _record(self, handle: Handle | None, call: Call, **fields: object) -> None:
        conn = self.world.recorder.conn(self.name, handle.engine_id) if handle else 0
        self.world.recorder.add(
            "call",
            self.world.now(),
            host=self.name,
            conn=conn,
            socket=handle.number if handle else 0,
            socket_name=handle.name if handle else "",
            call=call.verb,
            args=call.text.partition(" ")[2],
            **fields,
        )

    def _done(
        self, handle: Handle | None, call: Call, result: object = "ok", **more: object
    ) -> None:
        self._record(handle, call, result=result, **more)

    def _caused(self, position: int) -> None:
        """The call recorded last is the cause of what was recorded from ``position`` on."""
        records = self.world.recorder.records
        records.insert(position, records.pop())

    def _failed(self, handle: Handle | None, call: Call, error: OSError, verb: str = "") -> None:
        self._record(handle, call, errno=name_of(error.errno or 0))
        if verb:
            self.world.recorder.records[-1]["call"] = verb

    def _waits(self, handle: Handle, call: Call) -> None:
        self._record(handle, call, blocking=True)

    def _tell(self, handle: Handle, name: str, **fields: object) -> None:
        conn = self.world.recorder.conn(self.name, handle.engine_id)
        fields = {"socket_name": handle.name, "errno": None, "data": None, "reason": None, **fields}
        self.world.recorder.add(
            "signal", self.world.now(), host=self.name, conn=conn, name=name, **fields
        )

    # -- sockets by name -------------------------------------------------------------------

    def _add(self, handle: Handle) -> Handle:
        self.handles[handle.name] = handle
        self.by_socket[id(handle.sock)] = handle
        return handle

    def _name(self, kind: str, args: Args) -> str:
        self.made[kind] += 1
        number = self.made[kind]
        plain = "listener" if kind == "listener" and number == 1 else f"{kind}{number}"
        return args.text("as") or plain

    def _find(self, name: str, call: Call) -> Handle:
        if name:
            if name not in self.handles:
                known = ", ".join(self.handles) or "-"
                raise CallError(
                    call,
                    Problem(
                        "run.socket",
                        "{host} has no socket {name}; there are {names}",
                        host=self.name,
                        name=name,
                        names=known,
                    ),
                )
            return self.handles[name]
        orders = {"accept": ("listener",), "sendto": ("udp",), "join": ("udp",), "leave": ("udp",)}
        for kind in orders.get(call.verb, ("stream", "udp", "listener")):
            for handle in reversed(self.handles.values()):
                if handle.kind == kind and not handle.closed:
                    return handle
        for handle in reversed(self.handles.values()):
            return handle
        raise CallError(
            call,
            Problem(
                "run.no-socket",
                "{host} has no socket for {word}",
                host=self.name,
                word=call.verb,
            ),
        )

    def _try(self, handle: Handle, call: Call, action: Callable[[], object]) -> bool:
        try:
            action()
        except OSError as error:
            self._failed(handle, call, error)
            return False
        self._done(handle, call)
        return True
