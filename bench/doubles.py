"""People as leads and the same people once more, typed by somebody else: to measure the duplicate detection.

The first of every group of records is how things are; the second has errors as they happen: slips of the keyboard,
letters that sound alike, short names, fields in each other's place or left out, a new address, number or employer.
Among them are people who only look alike: colleagues, families, namesakes. `person` says who is who, for scoring alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

SEED = 77_041
PEOPLE, DOUBLED = 1_500, 600


def _words(text: str) -> list[str]:
    return text.split()


_FIRST = _words(
    "james mary robert patricia john jennifer michael linda william elizabeth david barbara richard susan joseph"
    " jessica thomas sarah charles karen christopher nancy daniel lisa matthew betty anthony margaret mark sandra"
    " donald ashley steven kimberly paul emily andrew donna joshua michelle kenneth carol kevin amanda brian dorothy"
    " george melissa edward deborah ronald stephanie timothy rebecca jason sharon jeffrey laura ryan cynthia jacob"
    " kathleen gary amy nicholas angela eric shirley jonathan anna stephen brenda larry pamela justin emma scott"
    " nicole brandon helen benjamin samantha samuel katherine gregory christine frank debra alexander rachel raymond"
    " carolyn patrick janet jack catherine dennis maria jerry heather tyler diane aaron ruth jose julie adam olivia"
    " nathan joyce henry virginia zoe lena matteo ingrid pavel hugo greta ivan selma bruno"
)
_LAST = _words(
    "smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson"
    " anderson thomas taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson"
    " walker young allen king wright scott torres nguyen hill flores green adams nelson baker hall rivera campbell"
    " mitchell carter roberts gomez phillips evans turner diaz parker cruz edwards collins reyes stewart morris"
    " morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward"
    " richardson watson brooks chavez wood james bennett gray mendoza ruiz hughes price alvarez castillo sanders patel"
    " myers long ross foster jimenez powell jenkins perry russell sullivan bell coleman butler henderson barnes"
    " fisher vasquez simmons romero jordan patterson alexander hamilton graham reynolds griffin wallace moreno west"
    " cole hayes bryant herrera gibson ellis tran medina aguilar stevens murray ford castro marshall owens harrison"
    " kowalski lindqvist brandt okafor haddad novak fitzgerald oconnor vandenberg schroeder weissmann delacroix"
)
_STREETS = _words(
    "oak maple cedar pine elm walnut washington lake hill church spring river highland mill sunset railroad jefferson"
    " center park lincoln franklin meadow forest chestnut willow jackson madison prospect dogwood hickory laurel"
    " linden juniper orchard summit valley ridge garden harbour station market bridge castle abbey quarry"
)
_KINDS = ("street", "road", "avenue", "lane", "drive", "court", "place")
_SHORT = {"street": "st", "road": "rd", "avenue": "ave", "drive": "dr", "place": "pl", "court": "ct", "lane": "ln"}
_TOWNS = _words(
    "springfield riverton fairview georgetown salem clinton greenville bristol ashland burlington manchester oxford"
    " milton newport auburn dover hudson kingston lexington dayton winchester cleveland centerville franklin arlington"
    " lakewood oakdale troy monroe concord"
)
_TRADES = _words(
    "systems foods logistics energy medical interiors consulting optics packaging robotics textiles marine"
)
_FORMS = ("Inc.", "LLC", "Ltd", "Corp.", "GmbH", "S.A.", "")
_PROVIDERS = ("gmail.com", "outlook.com", "yahoo.com", "icloud.com")
_SOUNDS = (("ph", "f"), ("ck", "k"), ("ie", "y"), ("ei", "ai"), ("mm", "m"), ("ll", "l"), ("tt", "t"), ("nn", "n"),
           ("c", "k"), ("th", "t"), ("ee", "ea"), ("y", "i"), ("z", "s"), ("ou", "u"), ("sch", "sh"))  # fmt: skip
_NICKNAMES = {
    "robert": "bob", "william": "bill", "elizabeth": "liz", "michael": "mike", "jennifer": "jenny", "richard": "rick",
    "katherine": "kate", "thomas": "tom", "christopher": "chris", "margaret": "maggie", "joseph": "joe", "james": "jim",
    "daniel": "dan", "matthew": "matt", "andrew": "andy", "steven": "steve", "anthony": "tony", "samantha": "sam",
    "rebecca": "becky", "timothy": "tim", "jeffrey": "jeff", "nicholas": "nick", "benjamin": "ben", "edward": "ed",
}  # fmt: skip

Values = dict[str, str]


@dataclass(frozen=True)
class Double:
    """A lead's values, and which person it really is."""

    person: int
    values: Values


def made(seed: int = SEED) -> list[Double]:
    """The records, shuffled; the same for the same seed."""
    dice = random.Random(seed)
    firms = [_firm(dice) for _ in range(400)]
    people: list[Values] = []
    while len(people) < PEOPLE:
        people.append(_person(dice, firms))
        luck = dice.random()
        if luck < 0.02:
            people.append(_relative(dice, people[-1], firms))
        elif luck < 0.10 and people[-1]["company_name"]:
            people.append(_colleague(dice, people[-1], firms))
        elif luck < 0.13:
            people.append(_person(dice, firms) | {n: people[-1][n] for n in ("first_name", "last_name")})
    records = [Double(i, values) for i, values in enumerate(people)]
    records += [Double(i, _again(dice, people[i], firms)) for i in dice.sample(range(len(people)), DOUBLED)]
    dice.shuffle(records)
    return records


# -- who there is ----------------------------------------------------------------------------------------------------


def _firm(dice: random.Random) -> Values:
    stem = f"{dice.choice(_LAST)} {dice.choice(_TRADES)}"
    return {
        "company_name": f"{stem} {dice.choice(_FORMS)}".strip().title(),
        "domain": stem.replace(" ", "") + ".com",
    } | _address(dice)


def _address(dice: random.Random) -> Values:
    town = dice.randrange(len(_TOWNS))
    return {
        "street1": f"{dice.randrange(1, 400)} {dice.choice(_STREETS)} {dice.choice(_KINDS)}".title(),
        "city": _TOWNS[town].title(),
        "postal_code": f"{10_000 + town * 2_700 + dice.randrange(40)}",
    }


def _person(dice: random.Random, firms: list[Values]) -> Values:
    """Somebody at a company, or nine in forty at home; not everything is known of everybody."""
    first, last = _common(dice, _FIRST), _common(dice, _LAST)
    firm = dice.choice(firms) if dice.random() < 0.78 else None
    where = firm or _address(dice)
    values = {
        "first_name": first.title(),
        "last_name": last.title(),
        "company_name": firm["company_name"] if firm else "",
        "email": _mail(dice, first, last, firm),
        "business_phone": _phone(dice),
        **{name: where[name] for name in ("street1", "city", "postal_code")},
    }
    for name, odds in (("email", 0.2), ("business_phone", 0.35), ("first_name", 0.03)):
        if dice.random() < odds:
            values[name] = ""
    if dice.random() < 0.2:
        values["street1"] = ""
        if dice.random() < 0.5:
            values["postal_code"] = ""
    return values


def _common(dice: random.Random, names: list[str]) -> str:
    """The names at the beginning are the commonest."""
    return names[int(len(names) * dice.random() ** 1.5)]


def _mail(dice: random.Random, first: str, last: str, firm: Values | None) -> str:
    shape = dice.choice(("{f}.{l}", "{i}{l}", "{f}{l}", "{l}.{f}"))
    number = "" if firm else str(dice.randrange(100))
    return (
        shape.format(f=first, l=last, i=first[0]) + number + "@" + (firm["domain"] if firm else dice.choice(_PROVIDERS))
    )


def _phone(dice: random.Random) -> str:
    return f"+1 {dice.randrange(200, 990)} {dice.randrange(200, 999)} {dice.randrange(10_000):04}"


def _relative(dice: random.Random, one: Values, firms: list[Values]) -> Values:
    other = _person(dice, firms)
    return other | {name: one[name] for name in ("last_name", "street1", "city", "postal_code")} | {"company_name": ""}


def _colleague(dice: random.Random, one: Values, firms: list[Values]) -> Values:
    other = _person(dice, firms)
    domain = next(f["domain"] for f in firms if f["company_name"] == one["company_name"])
    mail = _mail(dice, other["first_name"].lower() or "info", other["last_name"].lower(), {"domain": domain})
    return other | {n: one[n] for n in ("company_name", "street1", "city", "postal_code")} | {"email": mail}


# -- what happens when they are typed again --------------------------------------------------------------------------


def _again(dice: random.Random, values: Values, firms: list[Values]) -> Values:
    """The same person with one to four errors."""
    again = dict(values)
    for _ in range(dice.choice((1, 1, 2, 2, 3, 4))):
        error = dice.choices(list(_ERRORS), weights=list(_ERRORS.values()))[0]
        error(dice, again, firms)
    return again


def _slip(dice: random.Random, values: Values, _firms: list[Values]) -> None:
    """A key missed, hit twice, another one hit, or two in the wrong order."""
    name = dice.choice([n for n in values if values[n] and n != "email"] or ["last_name"])
    text = values[name]
    if len(text) < 3:
        return
    at = dice.randrange(1, len(text) - 1)
    kind = dice.randrange(4)
    near = dice.choice("abcdefghijklmnopqrstuvwxyz" if text[at].isalpha() else "0123456789")
    values[name] = (
        text[:at] + text[at + 1 :],
        text[:at] + text[at] + text[at:],
        text[:at] + near + text[at + 1 :],
        text[:at] + text[at + 1] + text[at] + text[at + 2 :],
    )[kind]


def _by_ear(dice: random.Random, values: Values, _firms: list[Values]) -> None:
    """A name as somebody understood it on the phone."""
    name = dice.choice(("first_name", "last_name", "last_name", "company_name"))
    text = values[name].lower()
    fitting = [(a, b) for a, b in _SOUNDS if a in text[1:]]
    if fitting:
        heard, written = dice.choice(fitting)
        values[name] = (text[0] + text[1:].replace(heard, written, 1)).title()


def _short(dice: random.Random, values: Values, _firms: list[Values]) -> None:
    first = values["first_name"].lower()
    values["first_name"] = (_NICKNAMES.get(first) or (first[:1] + "." if dice.random() < 0.3 else first)).title()


def _crossed(_dice: random.Random, values: Values, _firms: list[Values]) -> None:
    if values["first_name"]:
        values["first_name"], values["last_name"] = values["last_name"], values["first_name"]


def _missing(dice: random.Random, values: Values, _firms: list[Values]) -> None:
    values[dice.choice(("email", "business_phone", "street1", "postal_code", "city", "company_name"))] = ""


def _abbreviated(dice: random.Random, values: Values, _firms: list[Values]) -> None:
    """The street's kind in short, the company without its legal form."""
    for long, short in _SHORT.items():
        values["street1"] = values["street1"].replace(long.title(), short.title())
    for form in filter(None, _FORMS):
        values["company_name"] = values["company_name"].removesuffix(form.title()).strip(" ,")


def _moved(dice: random.Random, values: Values, _firms: list[Values]) -> None:
    values |= _address(dice)


def _new_mail(dice: random.Random, values: Values, _firms: list[Values]) -> None:
    values["email"] = _mail(dice, values["first_name"].lower() or "x", values["last_name"].lower(), None)


def _new_phone(dice: random.Random, values: Values, _firms: list[Values]) -> None:
    number = values["business_phone"]
    values["business_phone"] = number.removeprefix("+1 ").replace(" ", "-") if dice.random() < 0.6 else _phone(dice)


def _new_surname(dice: random.Random, values: Values, _firms: list[Values]) -> None:
    values["last_name"] = _common(dice, _LAST).title()


#: Errors with how often they happen.
_ERRORS: dict[Callable[[random.Random, Values, list[Values]], None], int] = {
    _slip: 34,
    _by_ear: 14,
    _missing: 18,
    _short: 8,
    _crossed: 4,
    _abbreviated: 10,
    _moved: 4,
    _new_mail: 4,
    _new_phone: 7,
    _new_surname: 1,
}
