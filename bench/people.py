"""N believable leads in seven languages, the same ones for the same N on every machine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

from rxcrm.models.choices import LeadReason, LeadStatus
from rxcrm.models.fields import TEXTUAL, fields_of
from rxcrm.models.lead import Lead
from rxcrm.models.searching import fold

SEED = 20_260_101
#: The moment up to which leads come in; the benchmark's clock stands here too.
NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
SPAN = timedelta(days=3 * 365)

#: What the search steps look for. RARE is planted in PLANTED rows whatever N is; ABSENT occurs nowhere although each
#: of its trigrams is common ("solar" and "larger" often meet in one topic).
RARE, COMMON, ABSENT, TANGLED = "xylophon", "solar", "quadrocopter", "solarger"
ACCENTED, PREFIX, PHONE = "ŁÓDŹ", "mü", "30 44 77"
PLANTED = 12

#: Twenty owners, the busiest first: most leads belong to a few of them, the last has hardly any.
OWNERS = (
    "Ada Moreau",
    "Sara Lindqvist",
    "Tom Becker",
    "Mia Kowalska",
    "Olaf Brandt",
    "João Teixeira",
    "Lucía Navarro",
    "Kenji Watanabe",
    "Emily Carter",
    "Paul Lefèvre",
    "Zofia Wiśniewska",
    "Henrik Dahl",
    "Grace Thompson",
    "Ivo Jurić",
    "Hannah Weiß",
    "Rui Marques",
    "Yuki Sato",
    "Élodie Girard",
    "Marek Nowak",
    "Nora Quiet",
)
WEIGHTS = (200, 140, 110, 90, 75, 60, 50, 45, 40, 35, 30, 25, 22, 20, 18, 15, 12, 8, 4, 0.2)


@dataclass(frozen=True)
class Country:
    """What people, companies, towns and telephone numbers of one country look like. `#` stands for a digit."""

    name: str
    weight: int
    domain: str
    phones: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]
    cities: tuple[str, ...]
    companies: tuple[str, ...]
    needs: tuple[str, ...]
    purposes: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


COUNTRIES = (
    Country(
        "United States",
        30,
        "com",
        ("(###) 555-####", "+1 ### 555 ####"),
        _words(
            "James, Mary, Robert, Patricia, John, Jennifer, Michael, Linda, David, Elizabeth, Chloe, Ethan, Ava, Noah"
        ),
        _words(
            "Smith, Johnson, Williams, Brown, Jones, Garcia, Miller, Davis, Wilson, Anderson, Taylor, Moore, O'Brien"
        ),
        _words("Seattle, Austin, Denver, Chicago, Boston, Portland, Atlanta, Columbus, San José, Baltimore"),
        _words("{} & Sons, {} Industries, {} Logistics Inc., {} Partners LLC, {} Foods Co., {} Medical Group"),
        _words("Solar panels, Fork-lift trucks, 200 laptops, Cloud backup, Cold storage, CRM seats, Office chairs"),
        _words("a larger hall, the new plant, three branches, next season, the head office, a pilot"),
    ),
    Country(
        "Deutschland",
        18,
        "de",
        ("030 #######", "+49 89 ######", "0221/######"),
        _words("Jürgen, Anna, Stefan, Käthe, Björn, Sabine, Lukas, Heike, Götz, Ulrike, Matthias, Petra"),
        _words("Müller, Schmidt, Schneider, Fischer, Weber, Wagner, Schröder, Krüger, Köhler, Groß, Jäger, Böhm"),
        _words("Berlin, München, Köln, Düsseldorf, Nürnberg, Hamburg, Lübeck, Görlitz, Würzburg"),
        _words("{} GmbH, {} AG, {} Maschinenbau GmbH, Gebrüder {} KG, {} Söhne GmbH & Co. KG"),
        _words("Solaranlage, Wärmepumpe, Büromöbel, Gabelstapler, Schaltschränke, Prüfstand, Kühlräume"),
        _words("für das Werk Süd, für drei Filialen, für den Neubau, ab März, als Ersatz"),
    ),
    Country(
        "France",
        14,
        "fr",
        ("01 ## ## ## ##", "+33 6 ## ## ## ##"),
        _words("Élodie, François, Amélie, Benoît, Chloé, Jérôme, Noémie, Hélène, Luc, Mathieu, Zoé"),
        _words("Lefèvre, Moreau, Girard, Bernard, Dubois, Rousseau, Gauthier, Chevalier, Bénard, Garçon"),
        _words("Paris, Lyon, Besançon, Nîmes, Orléans, Saint-Étienne, Marseille, Angoulême"),
        _words("{} SARL, {} et Fils, Société {}, {} Énergie SA, Les Ateliers {}"),
        _words("Panneaux solaires, Chariots élévateurs, Mobilier de bureau, Chambre froide, Logiciel de caisse"),
        _words("pour l’usine, pour trois agences, pour le siège, à partir de mars, en remplacement"),
    ),
    Country(
        "Polska",
        12,
        "pl",
        ("22 ### ## ##", "+48 ### ### ###"),
        _words("Łukasz, Zofia, Michał, Małgorzata, Paweł, Agnieszka, Stanisław, Żaneta, Jakub, Świętosława"),
        _words("Wiśniewski, Kowalska, Nowak, Wójcik, Łuczak, Dąbrowski, Zając, Śliwa, Źrebiec, Gołąb"),
        _words("Warszawa, Łódź, Kraków, Wrocław, Gdańsk, Poznań, Białystok, Częstochowa"),
        _words("{} Sp. z o.o., Zakład {}, {} i Synowie, Grupa {} S.A."),
        _words("Panele fotowoltaiczne, Wózki widłowe, Meble biurowe, Chłodnia, Serwer i kopie"),
        _words("do nowej hali, dla trzech oddziałów, od marca, na próbę, zamiast starych"),
    ),
    Country(
        "Portugal",
        10,
        "pt",
        ("21# ### ###", "+351 9## ### ###"),
        _words("João, Inês, Gonçalo, Conceição, Tomás, Beatriz, Simão, Lurdes, António, Mafalda"),
        _words("Teixeira, Gonçalves, Magalhães, Simões, Araújo, Conceição, Leitão, Brandão, Marques"),
        _words("Lisboa, Porto, Évora, Guimarães, Setúbal, Santarém, Braga"),
        _words("{} Lda., {} & Filhos, Construções {}, {} Alimentação S.A."),
        _words("Painéis solares, Empilhadores, Mobiliário, Câmara frigorífica, Gestão de armazém"),
        _words("para a fábrica, para três lojas, para a sede, a partir de março, em substituição"),
    ),
    Country(
        "日本",
        8,
        "co.jp",
        ("03-####-####", "+81 90 #### ####"),
        _words("健司, 由紀, 大輔, 美咲, 翔太, 陽子, 拓也, さくら, 直樹, 恵"),
        _words("佐藤, 鈴木, 高橋, 田中, 渡辺, 伊藤, 山本, 中村, 小林, 加藤"),
        _words("東京, 大阪, 横浜, 名古屋, 札幌, 福岡, 神戸"),
        _words("{}商事株式会社, 株式会社{}製作所, {}工業株式会社, {}電機"),
        _words("太陽光パネル, フォークリフト, オフィス家具, 冷蔵倉庫, 在庫管理システム"),
        _words("新工場向け, 三支店向け, 本社向け, 三月から, 入れ替え"),
    ),
    Country(
        "España",
        8,
        "es",
        ("91 ### ## ##", "+34 6## ### ###"),
        _words("Lucía, José, Begoña, Íñigo, Martín, Sofía, Ángel, Rocío, Andrés, Núria"),
        _words("Navarro, Muñoz, Ibáñez, Núñez, Gutiérrez, Peña, Castaño, Ordóñez, Sáez"),
        _words("Madrid, Málaga, Córdoba, A Coruña, León, Cádiz, Logroño"),
        _words("{} S.L., Hermanos {}, Grupo {} S.A., Talleres {}"),
        _words("Paneles solares, Carretillas elevadoras, Muebles de oficina, Cámara frigorífica, Copias en la nube"),
        _words("para la fábrica, para tres tiendas, para la sede, desde marzo, en sustitución"),
    ),
)
_JOBS = _words(
    "Purchasing Manager, CEO, Einkaufsleiter, Directrice, Kierownik, Diretor, 部長, Gerente, Engineer, Owner"
)
_CLOSED = {
    LeadStatus.QUALIFIED: (LeadReason.QUALIFIED,),
    LeadStatus.DISQUALIFIED: (
        LeadReason.LOST,
        LeadReason.CANNOT_CONTACT,
        LeadReason.NO_LONGER_INTERESTED,
        LeadReason.CANCELED,
    ),
}
#: How a mail address spells a name that has no Latin letters.
_ROMAN = dict(
    zip(
        "佐鈴高田渡伊山中小加",
        _words("sato, suzuki, takahashi, tanaka, watanabe, ito, yamamoto, nakamura, kobayashi, kato"),
        strict=True,
    )
)


_EMPTY: dict[str, Any] = {"custom": {}} | {n: "" for n, spec in fields_of(Lead).items() if spec.kind in TEXTUAL}


class Draft:
    """The values of one lead, with the model's own reckoning of its keys but without the cost of its record class."""

    full_name, phones, refresh_keys = Lead.full_name, Lead.phones, Lead.refresh_keys

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)
        self.refresh_keys()

    def __getattr__(self, name: str) -> Any:
        """What was not given is empty, as in a new record."""
        if name not in _EMPTY:
            raise AttributeError(name)
        return _EMPTY[name]


@dataclass(frozen=True)
class Owner:
    """Who a lead belongs to: the id, name key and unit that stand in its row."""

    id: int
    name_key: str
    unit_id: int


def leads(n: int, owners: list[Owner]) -> Iterator[Draft]:
    """The first to the last of N leads, oldest first; ids run from 1."""
    dice = random.Random(SEED)
    step = SPAN / n
    every = max(1, n // PLANTED)
    for number in range(1, n + 1):
        country = dice.choices(COUNTRIES, cum_weights=_COUNTRY_ODDS)[0] if number % 10 else COUNTRIES[1]
        planted = number % every == every // 2 and number // every < PLANTED
        owner = dice.choices(owners, cum_weights=_OWNER_ODDS)[0]
        created = NOW - SPAN + step * number - timedelta(seconds=dice.randrange(7200))
        yield Draft(
            **_person(dice, country, planted),
            **_standing(dice),
            id=number,
            owner_user_id=owner.id,
            owner_key=owner.name_key,
            unit_id=owner.unit_id,
            created_by_id=owner.id,
            modified_by_id=owner.id,
            created_on=created.replace(microsecond=dice.randrange(1_000_000)),
            modified_on=created + timedelta(days=dice.randrange(30)),
        )


_COUNTRY_ODDS = list(accumulate(country.weight for country in COUNTRIES))
_OWNER_ODDS = list(accumulate(WEIGHTS))


def _person(dice: random.Random, country: Country, planted: bool) -> dict[str, Any]:
    first, last = dice.choice(country.first), dice.choice(country.last)
    stem = dice.choice(country.last)
    topic = f"{dice.choice(country.needs)} {'for ' if country.domain == 'com' else ''}{dice.choice(country.purposes)}"
    mailbox = f"{_latin(first)}.{_latin(last)}{dice.randrange(100)}".lstrip(".")
    return {
        "topic": f"Xylophone: {topic}" if planted else topic,
        "first_name": first,
        "last_name": last,
        "company_name": dice.choice(country.companies).format(f"{stem} {dice.choice(country.cities)}"),
        "job_title": dice.choice(_JOBS),
        "email": f"{mailbox}@{_latin(stem) or 'example'}{dice.randrange(1000)}.{country.domain}",
        "business_phone": _number(dice, "030 4477 ###" if planted else country.phones[0]),
        "mobile_phone": _number(dice, country.phones[-1]) if dice.random() < 0.4 else "",
        "city": dice.choice(country.cities),
        "country": country.name,
    }


def _standing(dice: random.Random) -> dict[str, Any]:
    """Four of five are open; the others ended one way or the other."""
    luck = dice.random()
    status = LeadStatus.OPEN if luck < 0.8 else LeadStatus.QUALIFIED if luck < 0.9 else LeadStatus.DISQUALIFIED
    reasons = _CLOSED.get(status) or (LeadReason.NEW, LeadReason.NEW, LeadReason.CONTACTED)
    return {
        "status": int(status),
        "status_reason": int(dice.choice(reasons)),
        "rating": dice.choice((1, 2, 2, 2, 3, 3)),
        "lead_source": dice.choice((None, 1, 2, 3, 4, 5, 6, 7, 7, 8, 8, 8, 9, 10)),
    }


def _number(dice: random.Random, pattern: str) -> str:
    return "".join(str(dice.randrange(10)) if c == "#" else c for c in pattern)


def _latin(name: str) -> str:
    if name[0] in _ROMAN:
        return _ROMAN[name[0]]
    return "".join(c for c in fold(name) if c.isascii() and c.isalnum())
