"""``%{ }%`` blocks: asserts over tcp_info, read by walking their syntax tree.

Nothing is compiled or executed: numbers, names, comparisons, arithmetic, ``and``, ``or``,
``not``, ``assert``, ``print`` and assignments to names are understood; the rest is unsupported.
"""

import ast
import operator
import textwrap
from collections.abc import Callable, Mapping
from typing import Final

from synfin.packetdrill.findings import finding
from synfin.packetdrill.model import ScriptError, Unsupported

Number = int | float

_BINARY: Final[dict[type[ast.operator], Callable[[int, int], Number]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_COMPARE: Final[dict[type[ast.cmpop], Callable[[Number, Number], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_CALLS: Final[dict[str, Callable[..., Number]]] = {"abs": abs, "min": min, "max": max}


class AssertionFailed(Exception):
    """An assert of the block does not hold; the text says which, with the values."""


def run_code(text: str, names: Mapping[str, int], line: int) -> None:
    """Every statement of the block. Raises AssertionFailed, Unsupported, ScriptError."""
    source = textwrap.dedent(text).strip().rstrip("\\").rstrip()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise ScriptError(line, finding("error-code", text=str(error))) from None
    block = _Block(names, source)
    for statement in tree.body:
        block.statement(statement)


class _Block:
    def __init__(self, names: Mapping[str, int], source: str) -> None:
        self.names: dict[str, Number] = dict(names)
        self.source = source

    def statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Assert):
            if not self.value(node.test):
                raise AssertionFailed(self._failed(node))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            self.names[node.targets[0].id] = self.value(node.value)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            name = ast.Name(node.target.id, ast.Load())
            self.names[node.target.id] = self.value(ast.BinOp(name, node.op, node.value))
        elif isinstance(node, ast.Expr):
            self._expression(node.value)
        elif not isinstance(node, ast.Pass):
            raise Unsupported(f"%{{ }}%: {type(node).__name__.lower()}")

    def _expression(self, node: ast.expr) -> None:
        """``print(...)`` prints nothing, but what it names must be there."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "print":
                for argument in node.args:
                    if not isinstance(argument, ast.Constant):
                        self.value(argument)
                return
        self.value(node)

    def _failed(self, node: ast.Assert) -> str:
        names = dict.fromkeys(
            n.id for n in ast.walk(node.test) if isinstance(n, ast.Name) and n.id in self.names
        )
        values = ", ".join(
            f"{name} = {self.names[name]}" for name in names if name.startswith(("tcpi", "bbr"))
        )
        return f"{ast.unparse(node.test)}; {values}"

    def value(self, node: ast.expr) -> Number:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return node.value
        if isinstance(node, ast.Name):
            if node.id not in self.names:
                raise Unsupported(node.id)
            return self.names[node.id]
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            return self._binary(node)
        if isinstance(node, ast.UnaryOp):
            return self._unary(node)
        if isinstance(node, ast.BoolOp):
            values = [bool(self.value(part)) for part in node.values]
            return all(values) if isinstance(node.op, ast.And) else any(values)
        if isinstance(node, ast.Compare):
            return self._compare(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in _CALLS and not node.keywords and node.args:
                return _CALLS[node.func.id](*[self.value(a) for a in node.args])
        raise Unsupported(f"%{{ }}%: {ast.unparse(node)}")

    def _binary(self, node: ast.BinOp) -> Number:
        left, right = self.value(node.left), self.value(node.right)
        try:
            # A text operand raises TypeError, which is the script's failure, told below.
            return _BINARY[type(node.op)](left, right)  # type: ignore[arg-type]
        except (TypeError, ZeroDivisionError) as error:
            raise AssertionFailed(f"{ast.unparse(node)}: {error}") from None

    def _unary(self, node: ast.UnaryOp) -> Number:
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return not value
        if isinstance(node.op, ast.USub):
            return -value
        if isinstance(node.op, ast.Invert) and isinstance(value, int):
            return ~value
        return value

    def _compare(self, node: ast.Compare) -> bool:
        left = self.value(node.left)
        for sign, other in zip(node.ops, node.comparators, strict=True):
            if type(sign) not in _COMPARE:
                raise Unsupported(f"%{{ }}%: {ast.unparse(node)}")
            right = self.value(other)
            if not _COMPARE[type(sign)](left, right):
                return False
            left = right
        return True
