"""What records get when somebody hangs tags on them or takes them off; tags come into being by being used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, select

from rxcrm.models import configuration
from rxcrm.models.access import Who
from rxcrm.models.choices import COLOURS
from rxcrm.models.errors import BadValue, NotAllowed
from rxcrm.models.searching import fold, sort_key
from rxcrm.models.tagging.tables import Tag
from rxcrm.models.tagging.vocabulary import MOST_HELD, MOST_TAGS, Vocabulary, new_names, numbers, vocabulary
from rxcrm.translation import N_

if TYPE_CHECKING:
    from rxcrm.models.records import Act

ADD, REMOVE = "+", "-"
CLOSED = N_("There is no tag “%(name)s”. Only administrators make new tags here.")
TOO_MANY = N_("There can be at most %(n)s tags. An administrator can merge or delete some.")
#: The colours that new tags get in turn.
_COLOURS = [colour for colour in COLOURS if colour]


def may_create(who: Who) -> bool:
    """Whether somebody makes new tags by using them."""
    return who.administrator or not vocabulary().closed


def has_new(typed: str) -> bool:
    """Whether tags would have to be made for what was typed. Raises nothing."""
    return any(not vocabulary().named(name) for name in new_names(typed) if fold(name))


def settled(act: Act, held: str, typed: str) -> str:
    """What a record that has the tags `held` gets for what was typed (vocabulary); new tags are made.

    Raises BadValue for tags that there are not and that the user may not make.
    """
    how = typed[:1] if typed[:1] in (ADD, REMOVE) else ""
    known = vocabulary()
    parsed = known.parse(typed.removeprefix(how))
    wanted = {*numbers(parsed), *(made(act, new_names(parsed)) if how != REMOVE else ())}
    has = {known.meaning(i) for i in numbers(held)} - {0}
    wanted = has | wanted if how == ADD else has - wanted if how == REMOVE else wanted
    if len(wanted) > MOST_HELD:
        raise BadValue(N_("A record can have at most %(n)s tags."), n=MOST_HELD)
    return known.kept(held, wanted)


def made(act: Act, names: Sequence[str]) -> list[int]:
    """The numbers of tags by names that the vocabulary does not know; those that are really new are made.

    Raises BadValue for whoever may not make them, NotAllowed where there are too many already.
    """
    if not names:
        return []
    keys = {sort_key(name): name for name in names}
    found = _by_key(act, keys)
    if missing := [key for key in keys if key not in found]:
        if not may_create(act.who):
            raise BadValue(CLOSED, name=keys[missing[0]])
        configuration.changed(act)  # whoever makes the same tags at this moment waits, or has made them by now
        found |= _by_key(act, missing)
        for key in (key for key in missing if key not in found):
            found[key] = create(act, keys[key], "")
    return [found[key] for key in keys]


def create(act: Act, name: str, colour: str) -> int:
    """A new tag of a name that is free; without a colour it gets the next one. `configuration.changed` was called."""
    columns: Any = Tag
    count = act.session.scalar(select(func.count()).select_from(Tag)) or 0
    chosen = select(func.count()).where(columns.deleted_on.is_(None), columns.merged_into_id.is_(None))
    if (act.session.scalar(chosen) or 0) >= MOST_TAGS:
        raise NotAllowed(TOO_MANY, n=MOST_TAGS)
    tag = Tag(
        name=name,
        name_key=sort_key(name),
        colour=colour or _COLOURS[count % len(_COLOURS)],
        created_on=act.now,
        created_by_id=act.who.id,
    )
    act.session.add(tag)
    act.session.flush()
    return cast(int, tag.id)


def _by_key(act: Act, keys: Iterable[str]) -> dict[str, int]:
    columns: Any = Tag
    chosen = (columns.name_key.in_(list(keys)), columns.deleted_on.is_(None), columns.merged_into_id.is_(None))
    return dict(cast(Any, act.session.execute(select(columns.name_key, columns.id).where(*chosen)).all()))


def united(helds: Iterable[str]) -> str:
    """The tags of several records together; the first keeps what it holds as it is."""
    known: Vocabulary = vocabulary()
    first, *others = helds
    wanted = {i for held in (first, *others) for i in numbers(held) if known.meaning(i)}
    return known.kept(first, wanted)
