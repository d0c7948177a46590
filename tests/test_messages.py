"""Every text that a person reads is in the catalogue: labels that builders pass on are marked with N_."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import rxcrm

ROOT = Path(rxcrm.__file__).parent
#: The functions that look a message up in the browser.
SHOWN = {"_"}
#: Elements that look up themselves what they are given: their builder → those properties.
LOOKED_UP_IN_JSX = {"field": {"text"}}

#: Parameters of builders that end in a look-up: builder → name → position in the tuples that it takes, None for a text.
Builders = dict[str, dict[str, int | None]]


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            yield name, node


def loops(tree: ast.AST) -> Iterator[tuple[str, int | None, ast.expr]]:
    """Variables of loops: name, position in the tuples that are run through, what is run through."""
    for node in ast.walk(tree):
        if isinstance(node, ast.comprehension | ast.For):
            if isinstance(node.target, ast.Name):
                yield node.target.id, None, node.iter
            elif isinstance(node.target, ast.Tuple):
                for at, part in enumerate(node.target.elts):
                    if isinstance(part, ast.Name):
                        yield part.id, at, node.iter


def passed(
    name: str, call: ast.Call, builders: Builders, order: dict[str, list[str]]
) -> Iterator[tuple[ast.expr, int | None]]:
    """The arguments of a call that end in a look-up."""
    if name in SHOWN and call.args:
        yield call.args[0], None
    wanted = builders.get(name, {})
    for at, argument in enumerate(call.args):
        parameters = order.get(name, [])
        if at < len(parameters) and parameters[at] in wanted:
            yield argument, wanted[parameters[at]]
    for keyword in call.keywords:
        if keyword.arg in wanted:
            yield keyword.value, wanted[keyword.arg]


def builders_in(trees: list[ast.Module]) -> tuple[Builders, dict[str, list[str]]]:
    """Follows texts from look-ups back to the parameters that they come from, through builders that call builders."""
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    order = {f.name: [a.arg for a in f.args.posonlyargs + f.args.args] for f in functions}
    found: Builders = {name: dict.fromkeys(names) for name, names in LOOKED_UP_IN_JSX.items()}
    before = -1
    while before != (before := sum(map(len, found.values()))):
        for function in functions:
            parameters = {a.arg for a in function.args.posonlyargs + function.args.args + function.args.kwonlyargs}
            runs = {name: (at, source) for name, at, source in loops(function)}
            for name, call in calls(function):
                for argument, _at in passed(name, call, found, order):
                    if not isinstance(argument, ast.Name):
                        continue
                    if argument.id in parameters:
                        found.setdefault(function.name, {})[argument.id] = None
                        continue
                    part, source = runs.get(argument.id, (None, None))
                    if isinstance(source, ast.Name) and source.id in parameters:
                        found.setdefault(function.name, {})[source.id] = part
    return found, order


def literals(value: ast.expr, at: int | None = None) -> Iterator[ast.Constant]:
    """Texts that stand in an argument without a mark; `at` is the position in its tuples that is shown."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
        yield value
    elif isinstance(value, ast.IfExp):
        yield from literals(value.body, at)
        yield from literals(value.orelse, at)
    elif isinstance(value, ast.BinOp):
        yield from literals(value.left)
        yield from literals(value.right)
    elif isinstance(value, ast.List | ast.Tuple):
        inside = isinstance(value, ast.Tuple) and at is not None and len(value.elts) > at
        if inside and not all(isinstance(part, ast.Tuple) for part in value.elts):
            yield from literals(value.elts[at or 0])
        else:
            for part in value.elts:
                yield from literals(part, at)


def unmarked(sources: dict[str, str]) -> list[str]:
    """`file:line: text` of every text that is shown but that `make messages` does not find."""
    trees = {name: ast.parse(text) for name, text in sources.items()}
    builders, order = builders_in(list(trees.values()))
    found = set()
    for file, tree in trees.items():
        shown: list[ast.Constant] = []
        for scope in ast.walk(tree):
            if not isinstance(scope, ast.FunctionDef):
                continue
            runs = {name: (at, source) for name, at, source in loops(scope)}
            defaults = zip(reversed(scope.args.args), reversed(scope.args.defaults), strict=False)
            for parameter, default in [*defaults, *zip(scope.args.kwonlyargs, scope.args.kw_defaults, strict=True)]:
                if default is not None and parameter.arg in builders.get(scope.name, {}):
                    shown += literals(default)
            for name, call in calls(scope):
                for argument, at in passed(name, call, builders, order):
                    # A literal right inside the look-up is found by `make messages`; anything put together is not.
                    if name not in SHOWN or not isinstance(argument, ast.Constant):
                        shown += literals(argument, at)
                    if isinstance(argument, ast.Name) and argument.id in runs:
                        shown += literals(runs[argument.id][1], runs[argument.id][0])
        found |= {f"{file}:{text.lineno}: {text.value}" for text in shown}
    return sorted(found)


def test_every_label_that_a_builder_passes_on_is_marked() -> None:
    sources = {
        str(path.relative_to(ROOT)): path.read_text()
        for folder in ("components", "pages")
        for path in (ROOT / folder).glob("*.py")
    }
    assert unmarked(sources) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('def b(x, label): return el(_(label))\ndef p(): return b(1, "Name")', ["f.py:2: Name"]),
        ('def b(x, label): return el(_(label))\ndef p(): return b(1, N_("Name"))', []),
        ('def b(*, label): return el(_(label))\ndef c(title): return b(label=title)\ndef p(): c(title="Name")', ["f.py:3: Name"]),
        ('def b(tabs): return [_(name) for name, _p in tabs]\ndef p(): b(tabs=[("Name", "key")])', ["f.py:2: Name"]),
        ('def p(): return [_(name) for key, name in (("key", "Name"), ("other", N_("City")))]', ["f.py:1: Name"]),
        ('def p(): return [_(name) for name in ("Name", N_("City"))]', ["f.py:1: Name"]),
        ('def b(label="Name"): return _(label)', ["f.py:1: Name"]),
        ('def b(label): return _("New " + label)', ["f.py:1: New "]),
        ('def p(): return field(name="city", text="City")', ["f.py:1: City"]),
        ('def p(): return el(_("Name"), class_name="wide")', []),
    ],
)  # fmt: skip
def test_unmarked_labels_are_found_wherever_they_come_from(source: str, found: list[str]) -> None:
    assert unmarked({"f.py": source}) == found


def test_jsx_looks_up_messages_as_they_stand() -> None:
    """`t(one ? "A" : "B")` shows both, but only a text right after the bracket is collected."""
    chosen = re.compile(r"""\bt\([^"'`(),?]*\?(?!\?)\s*["']""")
    scripts = [path for path in (ROOT / "components").iterdir() if path.suffix in (".js", ".jsx")]
    assert [path.name for path in scripts if chosen.search(path.read_text())] == []
