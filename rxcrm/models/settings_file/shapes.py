"""What JSON of a settings file must look like, told before anything is done with it: each problem with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from rxcrm.models.errors import BadValue, CrmError
from rxcrm.models.filters.conditions import BadFilter, read
from rxcrm.translation import N_

#: Where something stands within an item: names of an object and places of a list (the first is 1).
Place = tuple[str | int, ...]
#: What is wrong with a value, if anything.
Shape = Callable[[Any], Iterator[tuple[Place, CrmError]]]

#: Instead of an item: what ships with rxcrm, as it was shipped.
AS_SHIPPED = "as shipped"


def text(most: int = 300) -> Shape:
    """A text of so many characters, which may be empty."""

    def check(value: Any) -> Iterator[tuple[Place, CrmError]]:
        if not isinstance(value, str) or len(value) > most:
            yield (), BadValue(N_("A text of at most %(n)s characters is expected here."), n=most)

    return check


def flag(value: Any) -> Iterator[tuple[Place, CrmError]]:
    """Yes or no."""
    if not isinstance(value, bool):
        yield (), BadValue(N_("true or false is expected here."))


def whole(low: int, high: int) -> Shape:
    """A whole number within bounds."""

    def check(value: Any) -> Iterator[tuple[Place, CrmError]]:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            yield (), BadValue(N_("A whole number from %(low)s to %(high)s is expected here."), low=low, high=high)

    return check


def amount(value: Any) -> Iterator[tuple[Place, CrmError]]:
    """A number with at most two decimals, written as text, so that nothing of it gets lost."""
    try:
        number = Decimal(value) if isinstance(value, str) and len(value) <= 20 else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or number != number.quantize(Decimal("0.01")):
        yield (), BadValue(N_("A number with at most two decimals is expected here, written as text."))


def one_of(*values: str) -> Shape:
    """One of some words."""

    def check(value: Any) -> Iterator[tuple[Place, CrmError]]:
        if not isinstance(value, str) or value not in values:
            told = ", ".join(f"“{known}”" for known in values)
            yield (), BadValue(N_("One of these is expected here: %(values)s."), values=told)

    return check


def maybe(shape: Shape) -> Shape:
    """The same, or null."""

    def check(value: Any) -> Iterator[tuple[Place, CrmError]]:
        if value is not None:
            yield from shape(value)

    return check


def shipped_or(shape: Shape) -> Shape:
    """The same, or "as shipped"."""

    def check(value: Any) -> Iterator[tuple[Place, CrmError]]:
        if value != AS_SHIPPED:
            yield from shape(value)

    return check


def listing(shape: Shape, most: int = 500) -> Shape:
    """A list of such values."""

    def check(value: Any) -> Iterator[tuple[Place, CrmError]]:
        if not isinstance(value, list) or len(value) > most:
            yield (), BadValue(N_("A list of at most %(n)s entries is expected here."), n=most)
            return
        for at, each in enumerate(value, 1):
            for place, problem in shape(each):
                yield (at, *place), problem

    return check


def mapping(shape: Shape, most: int = 500, key: Shape = text(120)) -> Shape:
    """An object whose names are free."""

    def check(value: Any) -> Iterator[tuple[Place, CrmError]]:
        if not isinstance(value, Mapping) or len(value) > most:
            yield (), BadValue(N_("An object is expected here."))
            return
        for name, each in value.items():
            for place, problem in [*key(name), *shape(each)]:
                yield (name, *place), problem

    return check


def record(optional: Mapping[str, Shape] | None = None, **wanted: Shape) -> Shape:
    """An object with these names, and perhaps those that are optional."""
    known = {**wanted, **(optional or {})}

    def check(value: Any) -> Iterator[tuple[Place, CrmError]]:
        if not isinstance(value, Mapping):
            yield (), BadValue(N_("An object is expected here."))
            return
        for name in wanted:
            if name not in value:
                yield (), BadValue(N_("“%(name)s” is missing here."), name=name)
        for name, each in value.items():
            if name not in known:
                yield (), BadValue(N_("“%(name)s” is not known here."), name=name[:80])
                continue
            for place, problem in known[name](each):
                yield (name, *place), problem

    return check


def condition(value: Any) -> Iterator[tuple[Place, CrmError]]:
    """A filter, as rxcrm.models.filters.conditions writes it; whether its fields exist is found out later."""
    try:
        read(value)
    except BadFilter as problem:
        yield (), problem


def anything(value: Any) -> Iterator[tuple[Place, CrmError]]:
    """An object whose reader checks it by itself."""
    if not isinstance(value, Mapping):
        yield (), BadValue(N_("An object is expected here."))


#: A text in several languages.
LABELS = mapping(text(300), 100, text(20))
#: Names of things in their order.
NAMES = listing(text(300), 1000)
