"""What Photon, Nominatim and Azure Maps answer, as addresses that fit the fields of a form.

Their formats: GeoJSON of Photon's /api, jsonv2 with address details of Nominatim's /search, and the results of Azure
Maps' Get Search Address 1.0. What is missing or of the wrong type is passed over; what is no such answer raises NoAnswer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rxcrm.models.addresses.tables import SourceKind
from rxcrm.models.errors import CrmError
from rxcrm.models.fields import clean, countries, fields_of
from rxcrm.models.lead import Lead
from rxcrm.models.searching import fold
from rxcrm.translation import N_

#: Suggestions of one answer.
MOST = 6
#: Countries in which the number of a house stands before its street.
NUMBER_FIRST = frozenset(
    [
        "AU",
        "BM",
        "BS",
        "BW",
        "BZ",
        "CA",
        "CI",
        "CM",
        "EG",
        "FJ",
        "FR",
        "GB",
        "GG",
        "GH",
        "GI",
        "GY",
        "HK",
        "IE",
        "IL",
        "IM",
        "IN",
        "JE",
        "JM",
        "KE",
        "KH",
        "LB",
        "LK",
        "LU",
        "MA",
        "MC",
        "MG",
        "ML",
        "MM",
        "MT",
        "MU",
        "MY",
        "NG",
        "NZ",
        "OM",
        "PG",
        "PH",
        "PK",
        "SC",
        "SG",
        "TH",
        "TN",
        "TT",
        "TZ",
        "UG",
        "US",
        "VN",
        "ZA",
        "ZM",
        "ZW",
    ]
)
#: A number of a house, typed before or behind a street.
_TYPED = re.compile(r"^\s*(\d+\s?[a-zA-Z]?)[\s,]+\D|[\s,](\d+[\s]?[a-zA-Z]?(?:[/-]\d+[a-zA-Z]?)?)\s*$")


class NoAnswer(CrmError):
    """What came back is not what such a server answers."""

    message = N_("What came back is no answer of such a server. Check the address.")


class WebPage(NoAnswer):
    """A page for people came back."""

    message = N_("A web page came back instead of an answer. Check the address: it is the one of the server itself.")


@dataclass(frozen=True)
class Suggestion:
    """One address, each part as it goes into its field."""

    street1: str
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""

    @property
    def detail(self) -> str:
        """What tells it from others in the same street."""
        place = " ".join(part for part in (self.postal_code, self.city) if part)
        state = "" if self.state == self.city else self.state
        return ", ".join(part for part in (place, state, self.country) if part)


@dataclass(frozen=True)
class _Found:
    """An address as its server tells it."""

    street: str
    number: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    code: str = ""


def read(kind: SourceKind, body: bytes, typed: str, language: str) -> list[Suggestion]:
    """The addresses of an answer, countries called as in this language. Raises NoAnswer."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise (WebPage if body.lstrip()[:1] == b"<" else NoAnswer) from None
    found = (_suggestion(each, typed, language) for each in _READERS[kind](data))
    return list(dict.fromkeys(each for each in found if each.street1))[:MOST]


def _photon(data: Any) -> Iterator[_Found]:
    for feature in _list(data, "features"):
        told = _mapping(feature.get("properties"))
        street = _text(told, "street") or (_text(told, "name") if told.get("type") == "street" else "")
        yield _Found(
            street,
            _text(told, "housenumber"),
            _text(told, "city", "town", "village", "locality"),
            _text(told, "state"),
            _text(told, "postcode"),
            _text(told, "country"),
            _text(told, "countrycode"),
        )


def _nominatim(data: Any) -> Iterator[_Found]:
    for place in _list({"": data}, ""):
        told = _mapping(place.get("address"))
        yield _Found(
            _text(told, "road", "pedestrian", "footway", "square", "path"),
            _text(told, "house_number"),
            _text(told, "city", "town", "village", "municipality", "hamlet"),
            _text(told, "state", "province", "region"),
            _text(told, "postcode"),
            _text(told, "country"),
            _text(told, "country_code"),
        )


def _azure(data: Any) -> Iterator[_Found]:
    for result in _list(data, "results"):
        told = _mapping(result.get("address"))
        yield _Found(
            _text(told, "streetName"),
            _text(told, "streetNumber"),
            _text(told, "localName", "municipality"),
            _text(told, "countrySubdivisionName", "countrySubdivision"),
            _text(told, "extendedPostalCode", "postalCode")
            if told.get("countryCode") == "GB"
            else _text(told, "postalCode"),
            _text(told, "country"),
            _text(told, "countryCode"),
        )


_READERS: dict[SourceKind, Callable[[Any], Iterator[_Found]]] = {
    SourceKind.PHOTON: _photon,
    SourceKind.NOMINATIM: _nominatim,
    SourceKind.AZURE: _azure,
}


def _list(data: Any, name: str) -> Iterable[Mapping[str, Any]]:
    found = data.get(name) if isinstance(data, Mapping) else None
    if not isinstance(found, list):
        raise NoAnswer
    return [each for each in found[:50] if isinstance(each, Mapping)]


def _mapping(held: Any) -> Mapping[str, Any]:
    return held if isinstance(held, Mapping) else {}


def _text(told: Mapping[str, Any], *names: str) -> str:
    """The first of some texts that is there."""
    return next((clean(found) for name in names if isinstance(found := told.get(name), str) and found.strip()), "")


def _suggestion(found: _Found, typed: str, language: str) -> Suggestion:
    code = found.code.upper()
    number = found.number or _typed_number(found.street, typed)
    parts = (number, found.street) if code in NUMBER_FIRST else (found.street, number)
    country = dict(countries(language)).get(code) or found.country
    line = " ".join(part for part in parts if part) if found.street else ""
    values = (line, found.city, found.state, found.postal_code, country)
    specs = fields_of(Lead)
    names = ("street1", "city", "state", "postal_code", "country")
    return Suggestion(*(value[: specs[name].length] for name, value in zip(names, values, strict=True)))


def _typed_number(street: str, typed: str) -> str:
    """The number of a house that was typed: of a street that the server knows without numbers it is kept."""
    told = _TYPED.search(typed)
    number = clean(next((part for part in told.groups() if part), "")) if told else ""
    return "" if not street or fold(number) in fold(street).split() else number
