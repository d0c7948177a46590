"""The tags that there are, and how a record holds those that it has: their numbers in one text, "3,17".

A record is never written because a tag was renamed, merged or deleted: numbers stay, and the vocabulary says what they mean
now. One that was merged into another counts as that one, one that was deleted is not shown; both can be brought back.

What people and programs type is the same text, with names of tags that may be new behind it: "3,17;Trade fair;VIP". Beginning
with + or - it adds to what the record has, or takes away from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from rxcrm.models import configuration
from rxcrm.models.cleaning import clean
from rxcrm.models.errors import BadValue
from rxcrm.models.searching import fold
from rxcrm.translation import N_

#: Stands between tags wherever they are written as names: in files, in history, in what is typed.
BETWEEN = ";"
#: Characters of a name; tags of one record, and of an organisation.
NAME_LENGTH, MOST_HELD, MOST_TAGS = 50, 100, 2_000
GONE = N_("A tag that was chosen does not exist.")


@dataclass(frozen=True)
class Known:
    """A tag: `meaning` is the number of the one that it counts as now, itself or what it was merged into; 0 once deleted."""

    id: int
    name: str
    colour: str
    meaning: int


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Every tag that there is or was; with `closed` only administrators make new ones."""

    known: tuple[Known, ...] = ()
    closed: bool = False

    def __bool__(self) -> bool:
        return bool(self.known) or self.closed

    @cached_property
    def _by_id(self) -> Mapping[int, Known]:
        return {tag.id: tag for tag in self.known}

    @cached_property
    def tags(self) -> tuple[Known, ...]:
        """Those that can be chosen, by name."""
        return tuple(sorted((t for t in self.known if t.meaning == t.id), key=lambda t: (fold(t.name), t.id)))

    @cached_property
    def _ranks(self) -> Mapping[int, int]:
        return {tag.id: rank for rank, tag in enumerate(self.tags)}

    @cached_property
    def _by_name(self) -> Mapping[str, int]:
        """Folded name → the tag that it means; old names of merged tags lead to the one that they went into."""
        merged = {fold(tag.name): tag.meaning for tag in self.known if tag.meaning and tag.meaning != tag.id}
        return merged | {fold(tag.name): tag.id for tag in self.tags}

    @cached_property
    def retired(self) -> tuple[int, ...]:
        """Those that records may still hold although nobody sees them any more."""
        return tuple(tag.id for tag in self.known if not tag.meaning)

    def meaning(self, tag_id: int) -> int:
        """What a number counts as now: 0 for a deleted one. One that is not known yet was made a moment ago."""
        tag = self._by_id.get(tag_id)
        return tag_id if tag is None else tag.meaning

    def all_of(self, tag_id: int) -> list[int]:
        """The numbers by which records may hold a tag: its own, and those of tags that were merged into it."""
        meant = self.meaning(tag_id)
        return [tag.id for tag in self.known if meant and tag.meaning == meant]

    def named(self, name: str) -> int:
        """The tag of a name, however it is spelled; 0 for none."""
        return self._by_name.get(fold(name), 0)

    def name(self, tag_id: int) -> str:
        """What a tag is or was called."""
        tag = self._by_id.get(tag_id)
        return tag.name if tag else str(tag_id)

    def live(self, held: str) -> list[int]:
        """The tags that a record has, by name, each once."""
        meant = {self.meaning(i) for i in numbers(held)}
        return sorted((i for i in meant if i in self._ranks), key=self._ranks.__getitem__)

    def shown(self, held: str) -> str:
        """The tags of a record as a form holds them."""
        return pack(self.live(held))

    def names(self, held: str) -> list[str]:
        """The tags of a record in words, behind them the names that are not known yet."""
        return [*(self._by_id[i].name for i in self.live(held)), *new_names(held)]

    def told(self, held: str) -> list[str]:
        """What a record had at some time, as its history tells it: by the names of today, deleted ones too."""
        meant = dict.fromkeys(self.meaning(i) or i for i in numbers(held))
        return sorted((self.name(i) for i in meant), key=fold)

    def parse(self, typed: str) -> str:
        """What was typed, names that are known put into numbers. Raises BadValue.

        A tag that was deleted while somebody had it before his eyes is left out without a word: it is gone everywhere.
        """
        head, *names = typed.split(BETWEEN)
        ids: set[int] = set()
        for part in filter(None, (part.strip() for part in head.split(","))):
            if not (part.isascii() and part.isdecimal() and len(part) <= 18 and int(part) in self._by_id):
                raise BadValue(GONE)
            ids.add(self.meaning(int(part)))
        unknown: dict[str, str] = {}
        for name in map(clean, names):
            if name and (found := self.named(name)):
                ids.add(found)
            elif name:
                unknown.setdefault(fold(name), checked(name))
        ids.discard(0)
        if len(ids) + len(unknown) > MOST_HELD:
            raise BadValue(N_("A record can have at most %(n)s tags."), n=MOST_HELD)
        return pack(ids, unknown.values())

    def kept(self, held: str, wanted: Iterable[int]) -> str:
        """What a record holds that had `held` and is to have the tags `wanted`: whatever means the same stays as it is.

        So nothing changes where nothing was changed, and what deleted or merged tags stand for comes back with them.
        """
        meant = {self.meaning(i) or i for i in wanted}
        rest = [i for i in numbers(held) if not self.meaning(i) or self.meaning(i) in meant]
        return pack([*rest, *(meant - {self.meaning(i) for i in rest})])


NOTHING = Vocabulary()


def vocabulary() -> Vocabulary:
    """The tags as this unit of work sees them."""
    found = configuration.current().part("tags")
    return found if isinstance(found, Vocabulary) else NOTHING


def numbers(held: str) -> list[int]:
    """The numbers in what a record holds."""
    return [int(part) for part in held.partition(BETWEEN)[0].split(",") if part]


def new_names(held: str) -> list[str]:
    """The names behind the numbers: tags that are not there yet."""
    return [name for name in held.split(BETWEEN)[1:] if name]


def pack(ids: Iterable[int], names: Iterable[str] = ()) -> str:
    """Numbers, each once and in order, and names behind them."""
    return BETWEEN.join([",".join(map(str, sorted(set(ids)))), *names])


def checked(name: str) -> str:
    """A name that a tag can have. Raises BadValue."""
    name = clean(name)
    if not fold(name):
        raise BadValue(N_("%(label)s is required."), label=N_("Name"))
    if len(name) > NAME_LENGTH:
        raise BadValue(N_("The name of a tag can have at most %(n)s characters."), n=NAME_LENGTH)
    if BETWEEN in name:
        raise BadValue(N_("The name of a tag cannot contain a semicolon."))
    return name


def three_way(now: str, old: str, new: str) -> str:
    """What a record holds once the change from `old` to `new` is taken back, others having changed it `now`."""
    before, after = set(numbers(old)), set(numbers(new))
    return pack((set(numbers(now)) - (after - before)) | (before - after))
