"""Small faults in a module's source, for `mutants.py`.

A comparison, `and` or `or` swapped, a `not` dropped, a truth value turned, a number changed by
one, a string emptied, a returned value or a statement removed.
"""

import ast
import contextlib
from collections.abc import Iterator
from typing import NamedTuple

SWAPPED = {
    ast.Eq: ast.NotEq,
    ast.Lt: ast.LtE,
    ast.Gt: ast.GtE,
    ast.In: ast.NotIn,
    ast.Is: ast.IsNot,
}
SWAPPED |= {new: old for old, new in SWAPPED.items()} | {ast.And: ast.Or, ast.Or: ast.And}
REMOVABLE = (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise, ast.Continue, ast.Break)


class Mutant(NamedTuple):
    """A module's source with one fault; `lines` are those of the change and of its statement."""

    path: str
    lines: tuple[int, ...]
    change: str
    source: bytes


def replacements(node: ast.AST) -> list[ast.AST]:  # noqa: PLR0911  (one per kind)
    """Return what may take a node's place."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in SWAPPED:
            return [ast.Compare(node.left, [SWAPPED[type(op)]()], node.comparators)]
        case ast.BoolOp():
            return [ast.BoolOp(SWAPPED[type(node.op)](), node.values)]
        case ast.UnaryOp(op=ast.Not()):
            return [node.operand]
        case ast.Constant(value=bool()):
            return [ast.Constant(not node.value)]
        case ast.Constant(value=int()):
            return [ast.Constant(node.value + 1), ast.Constant(node.value - 1)]
        case ast.Constant(value=str() | bytes()) if node.value:
            return [ast.Constant(type(node.value)())]
        case ast.Return(value=ast.expr()) if ast.unparse(node.value) != "None":
            return [ast.Return(ast.Constant(None))]
        case _ if isinstance(node, REMOVABLE):
            return [ast.Pass()]
    return []


def places(node: ast.AST, statement: ast.stmt | None = None) -> Iterator[tuple]:
    """Yield what runs, with its statement: no docstring, annotation, or part of an f-string."""
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            match child:
                case ast.Expr(value=ast.Constant()) | ast.JoinedStr():
                    continue
                case ast.AST() if field not in ("annotation", "returns", "decorator_list"):
                    inner = child if isinstance(child, ast.stmt) else statement
                    yield child, inner
                    yield from places(child, inner)


def mutants_of(path: str, source: bytes) -> Iterator[Mutant]:
    """Yield the mutants of a module."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node, statement in places(ast.parse(source)):
        for new in replacements(node):
            start = starts[node.lineno - 1] + node.col_offset
            end = starts[node.end_lineno - 1] + node.end_col_offset
            text = ast.unparse(new) if isinstance(new, ast.stmt) else f"({ast.unparse(new)})"
            mutated = source[:start] + text.encode() + source[end:]
            with contextlib.suppress(SyntaxError):  # a pattern of match takes no parentheses
                ast.parse(mutated)
                lines = {statement.lineno, *range(node.lineno, node.end_lineno + 1)}
                change = f"{source[start:end].decode()}  =>  {text}"
                yield Mutant(path, tuple(sorted(lines)), change, mutated)
