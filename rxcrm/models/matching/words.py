"""One spelling for what is compared: addresses, numbers, companies, streets, names, sounds."""

from __future__ import annotations

import re
from functools import lru_cache

from rxcrm.models.searching import digits, fold


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Domains of mail providers: sharing one says nothing about the company.
PUBLIC_MAIL = _words(
    "gmail.com googlemail.com outlook.com outlook.de outlook.fr hotmail.com hotmail.co.uk hotmail.fr hotmail.de live.com"
    " msn.com yahoo.com yahoo.co.uk yahoo.co.jp yahoo.de yahoo.fr ymail.com icloud.com me.com mac.com aol.com gmx.de"
    " gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de mail.ru yandex.ru yandex.com proton.me protonmail.com"
    " orange.fr wanadoo.fr free.fr sfr.fr laposte.net libero.it virgilio.it wp.pl onet.pl o2.pl op.pl interia.pl"
    " uol.com.br bol.com.br terra.com.br qq.com 163.com 126.com seznam.cz centrum.cz bluewin.ch btinternet.com"
    " comcast.net verizon.net att.net sbcglobal.net bigpond.com zoho.com mail.com fastmail.com naver.com"
)
#: Digits below which a "phone" is an extension or a slip and says nothing about the person.
SHORTEST_PHONE = 5
#: Digits in which a national and an international spelling of one number agree.
PHONE_TAIL = 8

#: What companies are called after: never what tells two of them apart.
_FORMS = _words(
    "inc incorporated llc llp lp ltd limited corp corporation co company plc pllc gmbh mbh ag kg kgaa ohg gbr ug ev"
    " eg se sa sas sarl sasu eurl snc spa srl sapa sl slu sc bv nv cv vof oy oyj ab as asa aps ou uab sia kft zrt bt"
    " sro spol zoo oo z sp spk doo dd ad ead ood eood pty pte bhd sdn kk gk ltda me eireli lda holding group the and und et"
    " y e i"
)
#: Abbreviations of what a street is, by the long form: a slip in that is a small one.
_STREETS = {
    short: long
    for long, shorts in {
        "street": "st str",
        "strasse": "str",
        "road": "rd",
        "avenue": "ave av avenida",
        "drive": "dr drv",
        "circuit": "cct circle cir",
        "crescent": "cres cr",
        "place": "pl",
        "court": "ct",
        "lane": "ln",
        "highway": "hwy",
        "terrace": "tce ter",
        "parade": "pde",
        "boulevard": "bvd blvd",
        "square": "sq",
        "close": "cl",
        "parkway": "pkwy",
        "ulica": "ul",
    }.items()
    for short in shorts.split()
} | {"str": "strasse"}
#: Short and long forms of common given names; the first of each line stands for all.
_CALLED = {
    name: line.split()[0]
    for line in (
        "robert rob bob bobby robbie bert",
        "william will bill billy willy liam",
        "richard rick dick richie ricky",
        "james jim jimmy jamie",
        "john johnny jack jon",
        "jonathan jonny jonathon",
        "joseph joe joey josef",
        "thomas tom tommy",
        "michael mike mick mickey",
        "matthew matt",
        "christopher chris kristopher",
        "christine christina kristina chrissie",
        "daniel dan danny",
        "david dave davey",
        "andrew andy drew",
        "anthony tony antony",
        "edward ed eddie ted ned",
        "benjamin ben benny",
        "alexander alex sasha",
        "alexandra alexa sandra",
        "nicholas nick nicky nicolas nikolas",
        "samuel sam sammy",
        "stephen steve steven stefan",
        "timothy tim",
        "gregory greg",
        "patrick pat paddy",
        "peter pete",
        "charles charlie chuck",
        "frederick fred freddy",
        "lawrence larry laurence",
        "ronald ron ronny",
        "donald don donny",
        "kenneth ken kenny",
        "jeffrey jeff geoffrey",
        "joshua josh",
        "zachary zach zac zack",
        "nathaniel nathan nate",
        "elizabeth liz lizzie beth betty eliza lisa",
        "katherine kate katie kathy catherine cathy kathryn katharina",
        "margaret maggie meg peggy",
        "jennifer jen jenny",
        "jessica jess jessie",
        "rebecca becky bec",
        "susan sue susie suzanne",
        "deborah debbie deb",
        "patricia patty trish",
        "barbara barb",
        "victoria vicky tori",
        "samantha samanta",
        "isabella bella isabel isabelle",
        "abigail abby",
        "emily em emilie",
        "natalie nat nathalie",
        "madeleine maddie maddy madeline",
        "gabrielle gabby gabriella",
        "johannes hans hannes",
        "friedrich fritz",
        "heinrich heinz",
        "wilhelm willi",
    )
    for name in line.split()
}
_BRACKETED = re.compile(r"<([^<>]*)>")
_NOT_WORD = re.compile(r"[^\w]+|_+")
_NUMBER = re.compile(r"\d+")
_DOTS = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_QUOTES = re.compile(r"['’`´]")


def mail_address(text: str) -> str:
    """The bare address, folded, of an e-mail that may carry a display name; empty for what is none.

    >>> mail_address("Ann Lee <Ann@X.com>")
    'ann@x.com'
    """
    if "<" in text and (found := _BRACKETED.search(text)):
        text = found[1]
    text = fold(text).removeprefix("mailto:").replace(" ", "")
    return text if "@" in text[1:-1] else ""


def domain_of(address: str) -> str:
    """The domain of a folded address; empty for a mail provider's, which says nothing about the company."""
    domain = address.rpartition("@")[2]
    return "" if domain in PUBLIC_MAIL else domain


def phone_number(text: str) -> str:
    """The digits that dial a number, without zeros before them; empty for what is too short to be one."""
    number = digits(text).lstrip("0")
    return number if len(number) >= SHORTEST_PHONE else ""


def same_phone(a: str, b: str) -> bool:
    """The same number, also if one carries the code of the country or town and the other does not."""
    if len(a) > len(b):
        a, b = b, a
    return a == b or (len(a) >= PHONE_TAIL and len(b) - len(a) <= 4 and b.endswith(a))


@lru_cache(20_000)
def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a name or address; dots inside abbreviations and apostrophes join what they part.

    >>> words_of("O'Neil-Smith, S.A.")
    ('oneil', 'smith', 'sa')
    """
    if not text:
        return ()
    folded = fold(text)
    if not folded.isalpha():
        return tuple(_NOT_WORD.sub(" ", _DOTS.sub("", _QUOTES.sub("", folded))).split())
    return (folded,)


@lru_cache(20_000)
def company(text: str) -> str:
    """What a company is called, without legal form and punctuation: `Contoso.inc` is `contoso`."""
    words = words_of(text)
    telling = [word for word in words if word not in _FORMS]
    return " ".join(telling or words)


@lru_cache(20_000)
def street(text: str) -> tuple[str, str]:
    """A street's house number and name: `6 Tullaroop Street` is `6` and `tullaroop street`."""
    words = words_of(text)
    numbers = [word for word in words if word[0].isdigit()]
    return " ".join(numbers), " ".join(_STREETS.get(word, word) for word in words if not word[0].isdigit())


def called(name: str) -> str:
    """The long form of a given name: *Bob* is *Robert*."""
    return _CALLED.get(name, name)


# Letters that sound alike share one; vowels are dropped, as is what follows them silently.
_DIGRAPHS = (
    ("sch", "s"), ("tch", "s"), ("ch", "s"), ("sh", "s"), ("ph", "f"), ("gh", "g"), ("th", "t"), ("ck", "k"), ("wh", "w"),
    ("kn", "n"), ("wr", "r"), ("dg", "g"), ("qu", "k"), ("rz", "s"), ("cz", "s"), ("sz", "s"),
)  # fmt: skip
_SOUNDS = str.maketrans(
    "bcdfgjklmnpqrstvxzw",
    "bktfkklmnnpkrstfssf",
    "aeiouyh",
)
_FIRST = str.maketrans("aeiouyh", "aaaaaaa")
_TWICE = re.compile(r"(.)\1+")


@lru_cache(50_000)
def sound(word: str) -> str:
    """How a folded word sounds, roughly: *Murphy* and *Merphy* are alike; at least its first letter is left.

    >>> sound("murphy") == sound("merphy")
    True
    """
    if not word:
        return ""
    for letters, one in _DIGRAPHS:
        if letters in word:
            word = word.replace(letters, one)
    first = word[0].translate(_FIRST) or "a"
    return _TWICE.sub(r"\1", (first.translate(_SOUNDS) or first) + word[1:].translate(_SOUNDS))
