"""The sample story: fourteen months of a small company that sells warehouse equipment, told with the verbs of the users.

Nobody in it is real: hosts end in `.example` or are example.com, .net and .org; phone numbers lie beside the examples
of each country's numbering plan. The same `now` tells the same story.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, example_number_for_type, format_number
from phonenumbers import is_valid_number as is_valid
from sqlalchemy import event
from sqlmodel import Session, SQLModel, col, select

from rxcrm.models import autofill, people, records
from rxcrm.models import choices as c
from rxcrm.models.access import Privilege, require, who_is
from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.choices import Industry, LeadReason, Rating, Role
from rxcrm.models.contact import Contact
from rxcrm.models.errors import NotAllowed
from rxcrm.models.fields import raw
from rxcrm.models.history import History
from rxcrm.models.lead import Lead
from rxcrm.models.people import BusinessUnit, User
from rxcrm.models.process import StageLog
from rxcrm.models.records import Act
from rxcrm.models.searching import fold
from rxcrm.translation import N_

R = TypeVar("R", bound=Record)

#: Days over which the leads are spread; the nearer to today, the denser.
SPAN = 420

#: Unit → who works there, his role; the first of a unit is the manager of the others. "" is the topmost unit.
STAFF = {
    "": [("Helena Brandt", Role.VICE_PRESIDENT)],
    "Sales Central Europe": [
        ("Marek Zieliński", Role.SALES_MANAGER),
        ("Agnieszka Wójcik", Role.SALESPERSON),
        ("Jonas Keller", Role.SALESPERSON),
    ],
    "Sales Western Europe": [("Claire Fontaine", Role.SALES_MANAGER), ("Duarte Nogueira", Role.SALESPERSON)],
    "Sales Overseas": [("Grace Whitmore", Role.SALES_MANAGER), ("Kenji Morita", Role.SALESPERSON)],
}
#: Country → its name, its currency, who looks after it.
COUNTRIES = {
    "PL": ("Poland", "PLN", "Agnieszka Wójcik"),
    "DE": ("Germany", "EUR", "Jonas Keller"),
    "FR": ("France", "EUR", "Claire Fontaine"),
    "ES": ("Spain", "EUR", "Duarte Nogueira"),
    "PT": ("Portugal", "EUR", "Duarte Nogueira"),
    "IT": ("Italy", "EUR", "Claire Fontaine"),
    "NL": ("Netherlands", "EUR", "Jonas Keller"),
    "SE": ("Sweden", "SEK", "Agnieszka Wójcik"),
    "GB": ("United Kingdom", "GBP", "Grace Whitmore"),
    "US": ("United States", "USD", "Grace Whitmore"),
    "BR": ("Brazil", "BRL", "Duarte Nogueira"),
    "JP": ("Japan", "JPY", "Kenji Morita"),
}

# name | country | street | postal code | city | industry | employees | revenue | then its contacts: name, job title; …
ACCOUNTS = """
Browar Pod Jesionem|PL|ul. Chmielna 14|31-874|Kraków|FOOD_AND_TOBACCO|240|64000000|Marta Kowalczyk, Head of Logistics; Piotr Sikora, Plant Director
Meblarnia Sosnowa|PL|ul. Tartaczna 3|60-129|Poznań|DURABLE_MANUFACTURING|410|118000000|Ewa Lis, Purchasing Manager
Apteki Rumianek|PL|al. Lipowa 77|20-091|Lublin|NON_DURABLE_RETAIL|960|301000000|Tomasz Wrona, Supply Chain Director; Zofia Maj, Warehouse Manager
Holzhandel Rautenberg|DE|Sägemühlenweg 8|26122|Oldenburg|BUILDING_SUPPLY_RETAIL|130|41000000|Silke Rautenberg, Managing Director
Nordlicht Getränke|DE|Am Speicher 21|24103|Kiel|WHOLESALE|320|95000000|Tobias Ahlers, Logistics Manager; Frauke Petersen, Head of Purchasing
Feinmechanik Aurich|DE|Werkstraße 5|70565|Stuttgart|DURABLE_MANUFACTURING|75|18500000|Dieter Aurich, Owner
Transports Vaucanson|FR|12 rue des Entrepôts|69007|Lyon|TRANSPORTATION|540|87000000|Sophie Vidal, Operations Director; Luc Perrin, Site Manager
Maison Brémond|FR|3 quai des Vignes|33300|Bordeaux|WHOLESALE|60|22000000|Amélie Brémond, Managing Director
Azulejos do Mondego|PT|Rua da Cerâmica 40|3020-171|Coimbra|BUILDING_SUPPLY_RETAIL|180|27000000|Inês Carvalho, Logistics Manager; Rui Tavares, Finance Director
Conservas Ría Clara|ES|Muelle Viejo 9|36202|Vigo|FOOD_AND_TOBACCO|390|71000000|Xoán Prieto, Plant Manager; Carmen Souto, Purchasing Manager
Ceramiche Valdarno|IT|Via del Forno 18|50063|Figline|DURABLE_MANUFACTURING|220|38000000|Giulia Bardi, Head of Operations
Polderbloem Export|NL|Veilingweg 112|1431 GB|Aalsmeer|DISTRIBUTORS|150|99000000|Sanne de Wit, Cold Chain Manager; Bram Visser, Managing Director
Harrowgate Parcels|GB|Unit 6, Canal Wharf|LS11 5BZ|Leeds|TRANSPORTATION|870|143000000|Oliver Marsh, Head of Automation; Priya Nair, Finance Manager
Blue Mesa Outfitters|US|480 Juniper Road|80202|Denver, CO|NON_DURABLE_RETAIL|1200|260000000|Hannah Price, VP Fulfillment; Marcus Bell, Distribution Center Manager
Café Serra Azul|BR|Avenida dos Cafezais 1500|37010-000|Varginha|FOOD_AND_TOBACCO|680|310000000|Luciana Prado, Logistics Director; Otávio Reis, Warehouse Supervisor
"""

# topic | name | job title | company | country | city | industry
LEADS = """
Pallet racking for the new malt store|Krzysztof Dudek|Warehouse Manager|Młyn Bystrzyca|PL|Świdnica|FOOD_AND_TOBACCO
Twelve electric forklifts instead of diesel|Andreas Vogt|Fleet Manager|Spedition Morgenrot|DE|Kassel|TRANSPORTATION
Conveyor between picking and packing|Isabelle Roussel|Operations Manager|Librairie du Canal|FR|Nantes|ENTERTAINMENT_RETAIL
Cold store doors and dock levellers|Paulo Quintela|Site Manager|Frio do Sado|PT|Setúbal|WHOLESALE
Label printers for two distribution centres|Emily Carter|IT Manager|Larkfield Pharmacy|GB|Bristol|NON_DURABLE_RETAIL
Automated small-parts storage|Yuki Tanabe|Production Engineer|Hoshikawa Seiki|JP|Nagoya|DURABLE_MANUFACTURING
Shelving for 40 new shops|Rafael Moura|Expansion Manager|Drogaria Bem-Viver|BR|Curitiba|NON_DURABLE_RETAIL
Mezzanine over the returns area|Megan Doyle|Facilities Director|Prairie Thread Co.|US|Omaha, NE|NON_DURABLE_RETAIL
Used stacker cranes wanted|Henning Lorenz|Purchasing|Lorenz Autoteile|DE|Bremen|VEHICLE_RETAIL
Racking inspection contract|Joanna Pawlak|Safety Officer|Zakłady Wierzba|PL|Łódź|DURABLE_MANUFACTURING
Pick-by-light for cosmetics orders|Chiara Lombardi|Logistics Manager|Profumi Levante|IT|Genova|WHOLESALE
Forklift rental for the harvest|Antonio Belmonte|Cooperative Manager|Aceites Sierra Parda|ES|Jaén|AGRICULTURE
Tilt trays for a sorter that jams|Nils Ekström|Maintenance Manager|Postbud Väst|SE|Göteborg|TRANSPORTATION
Fire doors for the battery room|Lotte Bakker|Safety Manager|Fietsenhal Oost|NL|Enschede|ENTERTAINMENT_RETAIL
Quote for 2,000 pallet positions|Wiktor Adamski|Owner|Hurtownia Adamski|PL|Rzeszów|WHOLESALE
Replacement of tow tractors|Céline Marchand|Fleet Manager|Aéro Services Garonne|FR|Toulouse|BUSINESS_SERVICES
Loading bay for refrigerated trucks|Bruno Falcão|Operations Director|Laticínios Serra Fria|BR|Juiz de Fora|FOOD_AND_TOBACCO
Narrow aisle study|Stephen Whitlock|Consultant|Whitlock & Rowe|GB|Manchester|CONSULTING
Warehouse move to a second site|Karin Schubert|Head of Logistics|Uhren Schubert|DE|Pforzheim|DURABLE_MANUFACTURING
Shuttle system for frozen goods|Haruto Ishida|Plant Manager|Kita Suisan Foods|JP|Sapporo|FOOD_AND_TOBACCO
Packaging line end-of-life|Laura Bennett|Engineering Manager|Two Rivers Dairy|US|Madison, WI|FOOD_AND_TOBACCO
Safety barriers after an accident|Monika Gajda|HSE Manager|Stalrem Bytom|PL|Bytom|INBOUND_REPAIR
Order picker trucks, lease or buy|Pilar Requena|Finance Director|Textil Albufera|ES|Valencia|WHOLESALE
Cross-belt sorter for returns|Daan Mulder|Project Manager|Kleding Direct|NL|Tilburg|NON_DURABLE_RETAIL
Vertical lift modules for spare parts|Matteo Ferraris|Service Manager|Trattori Langhe|IT|Cuneo|VEHICLE_RETAIL
Roller shutters for a flood-prone hall|Simon Achterberg|Managing Director|Elbhafen Lager|DE|Magdeburg|DISTRIBUTORS
Barcode scanners for goods-in|Teresa Pinheiro|Warehouse Manager|Papelaria Central Norte|PT|Braga|NON_DURABLE_RETAIL
Hand pallet trucks, 60 pieces|Adam Kubiak|Buyer|Market Osiedlowy|PL|Białystok|NON_DURABLE_RETAIL
Automation feasibility for wine storage|Hugo Castaing|Cellar Master|Domaine des Trois Puits|FR|Dijon|FOOD_AND_TOBACCO
Second-hand racking, dismantled|Gareth Price|Owner|Valley Self Storage|GB|Swansea|SPECIALTY_REALTY
Robot palletiser for 25 kg bags|Camila Duarte|Plant Engineer|Rações Planalto|BR|Goiânia|AGRICULTURE
Goods lift to the second floor|Aiko Nomura|General Affairs|Nomura Stationery|JP|Kyoto|WHOLESALE
Dock scheduling with our system|Kevin O'Rourke|IT Director|Lakeshore Freight|US|Cleveland, OH|TRANSPORTATION
Racking for long goods|Michał Szulc|Yard Manager|Stal-Dom Centrum|PL|Kielce|BUILDING_SUPPLY_RETAIL
Heated gloves and cold store wear?|Ulrike Brandes|Assistant|Tiefkühl Brandes|DE|Osnabrück|FOOD_AND_TOBACCO
Stretch wrappers for three sites|Elena Marín|Purchasing Manager|Frutas del Segura|ES|Murcia|AGRICULTURE
Conveyor spare parts, urgent|Anders Lindqvist|Maintenance Planner|Bageriet Norr|SE|Umeå|FOOD_AND_TOBACCO
Floor renovation before automation|Femke Jansen|Facility Manager|Maasstad Medisch|NL|Rotterdam|DOCTORS_OFFICES
Storage for dangerous goods|Roberto Salvi|HSE Manager|Vernici Adriatiche|IT|Ancona|DURABLE_MANUFACTURING
Return logistics for e-bikes|Nathalie Girod|Founder|Vélo Libre Atelier|FR|Grenoble|INBOUND_REPAIR
Autonomous tuggers for an assembly line|Marcin Borowski|Production Manager|Autobusy Wisła|PL|Płock|DURABLE_MANUFACTURING
Racks for archive boxes|Beatriz Sampaio|Office Manager|Sampaio & Filhos Advogados|PT|Porto|LEGAL_SERVICES
Container unloading belt|Charlotte Webb|Inbound Manager|Saltmarsh Homeware|GB|Southampton|NON_DURABLE_RETAIL
Warehouse lighting with sensors|Sebastian Kurz|Energy Manager|Versandhaus Kurz|DE|Fürth|NON_DURABLE_RETAIL
Clean room storage cabinets|Naoki Fujii|Quality Manager|Midori Optics|JP|Yokohama|DURABLE_MANUFACTURING
Forklift training for 35 drivers|Dorota Nowicka|HR Manager|Ogrody Mazowsza|PL|Radom|AGRICULTURE
Pallet pooling or own pallets|Fernanda Luz|Supply Chain Analyst|Sucos Tropicália|BR|Campinas|FOOD_AND_TOBACCO
Pick tower for fashion peak|Tyler Jennings|VP Operations|Harbor & Pine|US|Portland, OR|NON_DURABLE_RETAIL
Maintenance contract for 80 trucks|Iñaki Etxeberri|Fleet Manager|Logística Nervión|ES|Bilbao|TRANSPORTATION
Weighing and dimensioning at goods-in|Jeroen Hoekstra|Operations Manager|Pakket Punt Noord|NL|Groningen|TRANSPORTATION
Automated key cabinet|Paola Greco|Office Manager|Noleggio Etna|IT|Catania|EQUIPMENT_RENTAL
Multi-shuttle for automotive supplier|Jürgen Wittmann|Head of Planning|Wittmann Fahrwerk|DE|Ingolstadt|DURABLE_MANUFACTURING
Racking for a film archive|Aurélie Blanchet|Archivist|Cinémathèque du Rhône|FR|Valence|BROADCASTING
Cool boxes for last mile|Björn Hallberg|Founder|Matkassen Direkt|SE|Malmö|CONSUMER_SERVICES
Tyre racks with wheel storage|Paweł Mazurek|Owner|Opony Mazurek|PL|Gdynia|VEHICLE_RETAIL
Layout for a hospital pharmacy|Rachel Osborne|Chief Pharmacist|St Brannoc Hospital Trust|GB|Exeter|DOCTORS_OFFICES
Storage of solar panels|Vítor Amorim|Project Manager|Sol Alentejano|PT|Évora|UTILITY
Robotic depalletising pilot|Shinji Okabe|Innovation Lead|Okabe Drinks|JP|Osaka|WHOLESALE
Voice picking in two languages|Adriana Telles|Logistics Manager|Atacado Ponto Certo|BR|Recife|WHOLESALE
Dock shelters for winter|Brandon Hayes|Site Lead|Northfield Grocers|US|Duluth, MN|WHOLESALE
Mobile racking for deep freeze|Kamil Jasiński|Investment Manager|Mroźnia Bałtyk|PL|Koszalin|FOOD_AND_TOBACCO
Battery swap or lithium|Sabine Hartwig|Fleet Manager|Hartwig Transporte|DE|Leipzig|TRANSPORTATION
Small hoist for a workshop|Etienne Lacombe|Workshop Manager|Lutherie Lacombe|FR|Annecy|DESIGN
Buffer storage before dispatch|Nuria Ballester|Operations Manager|Cítricos Levantina|ES|Castellón|AGRICULTURE
Automatic storage for 12,000 SKUs|Wouter Smit|Managing Director|Bouten & Moeren Smit|NL|Apeldoorn|WHOLESALE
Seismic check of old racks|Alessandra Conti|Safety Consultant|Studio Conti|IT|L'Aquila|CONSULTING
Goods-to-person for spare parts|Freja Sandberg|Aftersales Manager|Nordmotor Delar|SE|Västerås|VEHICLE_RETAIL
Warehouse software interface|Filip Grabowski|IT Manager|Chłodnia Grabowski|PL|Olsztyn|DISTRIBUTORS
Lockers for click and collect|Jessica Thornton|Store Planner|Thornton Garden Centres|GB|Norwich|BUILDING_SUPPLY_RETAIL
Seven reach trucks before summer|Diego Fonseca|Fleet Manager|Bebidas Litoral|BR|Florianópolis|WHOLESALE
Racking for a start-up brewery|Mónica Esteves|Founder|Cerveja Farol|PT|Aveiro|FOOD_AND_TOBACCO
Conveyor noise is over the limit|Stefan Oberhuber|Works Council|Wäscherei Alpenblick|DE|Rosenheim|CONSUMER_SERVICES
Dark store in the old tram depot|Quentin Lefort|Expansion Manager|Panier Minute|FR|Lille|NON_DURABLE_RETAIL
Overhead crane modernisation|Takeshi Ueno|Maintenance Manager|Ueno Kogyo|JP|Kitakyushu|DURABLE_MANUFACTURING
Temporary hall for the season|Alicja Rutkowska|Logistics Director|Zabawki Karuzela|PL|Wrocław|ENTERTAINMENT_RETAIL
Carousel for medical devices|Nicole Ramirez|Supply Manager|Cedar Valley Clinics|US|Tucson, AZ|DOCTORS_OFFICES
AMR fleet for a bonded warehouse|Marijke Vos|Customs Manager|Vos Douane Logistiek|NL|Venlo|DISTRIBUTORS
Replace the wrapping machine|Davide Moretti|Production Manager|Pastificio Moretti|IT|Parma|FOOD_AND_TOBACCO
Shelves for a museum depot|Laia Ferrer|Conservator|Museu de la Vall|ES|Girona|SOCIAL_SERVICES
Automated warehouse, tender in spring|Katarzyna Urban|Supply Chain Director|Kosmetyki Jaśmin|PL|Toruń|WHOLESALE
"""

#: What was asked, agreed or found out, in the words of those who noted it.
TALKS = (
    "Called back. They want a first layout within two weeks; drawings of the hall follow by mail.",
    "Spoke with the reception first, then {first} rang back. Interested, but the landlord must agree.",
    "Met at the fair. Saw our shuttle film and asked for references in the same line of business.",
    "Long call. Today everything is done by hand; errors cost them about two full-time people.",
    "They have two other offers. Price matters less than the delivery date.",
    "Left a message, then answered by mail: wants a visit on site before any figures.",
    "{first} sent photos and a floor plan. Ceiling height is 7.2 m, columns every 12 m.",
)
FINDINGS = (
    "Budget is approved for this year. Decision lies with {first} and the finance director.",
    "The board decides in its spring meeting; we should have a written offer four weeks earlier.",
    "Wants to lease, not buy. Needs a calculation over 60 months with full service.",
    "Site visited. The floor must be levelled first, which they will order themselves.",
    "Will start with one hall as a pilot and add the other two if it goes well.",
)


def load_sample(act: Act) -> None:
    """Tell the story on behalf of an administrator, who gets a dozen open leads himself. Raises NotAllowed the second time."""
    _Story(act).tell()


@dataclass
class _Sheet:
    """One line of the tables above."""

    cells: list[str]

    def __getitem__(self, index: int) -> str:
        return self.cells[index]


def _sheet(text: str) -> list[_Sheet]:
    return [_Sheet(line.split("|")) for line in text.strip().splitlines()]


def mail(name: str, host: str) -> str:
    """`Marek Zieliński` at a host → marek.zielinski@host."""
    return ".".join("".join(x for x in fold(word) if x.isascii() and x.isalnum()) for word in name.split()) + f"@{host}"


def host_of(company: str) -> str:
    """A host that nobody can own (RFC 2606)."""
    return (
        "-".join("".join(x for x in word if x.isascii() and x.isalnum()) for word in fold(company).split()) + ".example"
    )


def phone(country: str, n: int, kind: int = PhoneNumberType.FIXED_LINE) -> str:
    """The n-th valid number beside the example of a country's numbering plan, as people there write it abroad."""
    example = _example(country, kind)
    for step in range(100):
        number = PhoneNumber()
        number.merge_from(example)
        number.national_number = (example.national_number or 0) // 100 * 100 + (n * 7 + step) % 100
        if is_valid(number):
            break
    return format_number(number, PhoneNumberFormat.INTERNATIONAL)


@contextmanager
def _at_the_end(session: Session, *tables: type[SQLModel]) -> Iterator[None]:
    """New rows of these tables wait and go in together: nobody reads them meanwhile, and each would be a statement."""
    waiting: list[SQLModel] = []

    def set_aside(*_: object) -> None:
        for row in [row for row in session.new if isinstance(row, tables)]:
            session.expunge(row)
            waiting.append(row)

    event.listen(session, "before_flush", set_aside)
    try:
        with session.no_autoflush:  # every verb flushes its record itself
            yield
        session.flush()
    finally:
        event.remove(session, "before_flush", set_aside)
    session.bulk_save_objects(waiting, preserve_order=False)


@functools.cache
def _example(country: str, kind: int) -> PhoneNumber:
    example = example_number_for_type(country, kind)
    assert example is not None, country
    return example


class _Story:
    def __init__(self, act: Act) -> None:
        self.act, self.session = act, act.session
        self.organisation = act.organisation
        self.users: dict[str, User] = {act.who.name: self.session.get_one(User, act.who.id)}
        self.me = act.who.name
        self.known: dict[str, Act] = {self.me: act}
        self.contacts: list[Contact] = []

    def tell(self) -> None:
        self._hire()
        self.session.flush()
        with _at_the_end(self.session, History, StageLog):
            self._serve_customers()
            for n, line in enumerate(_sheet(LEADS)):
                self._lead(n, line)

    def _as(self, name: str, when: datetime) -> Act:
        if name not in self.known:
            who = who_is(self.session, self.users[name], self.organisation)
            self.known[name] = Act(self.session, who, when)
        return Act(self.session, self.known[name].who, when)

    # -- the company -------------------------------------------------------------------------------------------------

    def _hire(self) -> None:
        addresses = [mail(name, "example.com") for members in STAFF.values() for name, _ in members]
        if self.session.exec(select(User.id).where(col(User.email).in_(addresses))).first():
            raise NotAllowed(N_("The sample data is in this database already."))
        root = self.session.exec(select(BusinessUnit).where(col(BusinessUnit.parent_id).is_(None))).one()
        chief = None
        for unit_name, members in STAFF.items():
            unit = root
            if unit_name:
                unit = people.add_unit(self.session, unit_name, root.id or 0)
            manager = chief
            for name, role in members:
                user = people.add_user(
                    self.session,
                    email=mail(name, "example.com"),
                    name=name,
                    unit_id=unit.id or 0,
                    roles=[role],
                    now=self.act.now - timedelta(days=SPAN + 30),
                    manager_id=manager,
                )
                self.users[name] = user
                if role in (Role.VICE_PRESIDENT, Role.SALES_MANAGER):
                    manager = user.id
            chief = chief or manager

    def _serve_customers(self) -> None:
        for n, line in enumerate(_sheet(ACCOUNTS)):
            country, currency, owner = COUNTRIES[line[1]]
            act = self._as(owner, self._day(SPAN + 20 - 3 * n, 9))
            place = {"street1": line[2], "postal_code": line[3], "city": line[4], "country": country}
            company = {
                "name": line[0],
                "main_phone": phone(line[1], n),
                "website": f"https://www.{host_of(line[0])}",
                "email": f"info@{host_of(line[0])}",
                "industry": raw(int(Industry[line[5]])),
                "employees": line[6],
                "annual_revenue": line[7],
                "currency": currency,
                "relationship_type": raw(int(c.RelationshipType.CUSTOMER if n % 3 else c.RelationshipType.PROSPECT)),
                **place,
            }
            account = records.create(act, Account, company)
            team = [self._contact(act, account, line[1], person, place) for person in line[8].split("; ")]
            self._save(self._as(owner, act.now + timedelta(hours=1)), account, {"primary_contact_id": raw(team[0].id)})

    def _contact(self, act: Act, account: Account, country: str, person: str, place: dict[str, str]) -> Contact:
        name, job = person.split(", ", 1)
        first, last = name.split(" ", 1)
        n = len(self.contacts)
        typed = {
            "first_name": first,
            "last_name": last,
            "job_title": job,
            "account_id": raw(account.id),
            "email": mail(name, host_of(account.name)),
            "business_phone": phone(country, n + 40),
            "mobile_phone": phone(country, n + 60, PhoneNumberType.MOBILE),
            "role": raw(int(c.ContactRole.EMPLOYEE if n % 2 else c.ContactRole.DECISION_MAKER)),
            **place,
        }
        contact = records.create(act, Contact, typed)
        self.contacts.append(contact)
        return contact

    # -- the leads ---------------------------------------------------------------------------------------------------

    def _lead(self, n: int, line: _Sheet) -> None:
        """The n-th lead from the day it came in to where it stands now."""
        total = LEADS.count("\n") - 1
        born = self._day(round(SPAN * ((total - 1 - n) / total) ** 1.5), 8 + n % 9, n * 7 % 60)
        country, currency, seller = COUNTRIES[line[4]]
        owner = self.me if n % 7 == 2 else seller
        clerk = "Marek Zieliński" if n % 5 == 1 and owner in ("Agnieszka Wójcik", "Jonas Keller") else owner
        customer = next((x for x in self.contacts if x.country == country), None) if n % 5 in (1, 3) else None
        if customer:
            self.contacts.remove(customer)
            typed = {"first_name": customer.first_name, "last_name": customer.last_name}
        else:
            typed = _stranger(n, line)
        typed |= {"topic": line[0], "country": country, "currency": currency, "lead_source": raw(n * 7 % 10 + 1)}
        lead = records.create(self._as(clerk, born), Lead, typed)
        if clerk != owner:
            act = self._as(clerk, born + timedelta(hours=2))
            require(self.session, act.who, Privilege.ASSIGN, lead)
            records.assign(act, lead, self.users[owner])
        if customer:
            act = self._as(owner, min(born + timedelta(hours=3), self.act.now))
            self._save(act, lead, _choice_of(act, lead, customer))
        for when, values in _steps(n, lead.first_name, line[4], born):
            if when >= self.act.now:
                break
            self._save(self._as(owner, when), lead, values)

    def _save(self, act: Act, row: Record, values: dict[str, str]) -> None:
        """What `find` and `save` do, without reading again what lies in the hand."""
        require(self.session, act.who, Privilege.WRITE, row)
        records.save(act, row, values)

    def _day(self, ago: int, hour: int, minute: int = 0) -> datetime:
        """A working hour so many days ago; never later than now."""
        day = self.act.now - timedelta(days=ago)
        if day.weekday() > 4 and ago > 7:
            day -= timedelta(days=day.weekday() - 4)
        return min(day.replace(hour=hour, minute=minute, second=0, microsecond=0), self.act.now - timedelta(minutes=50))


def _stranger(n: int, line: _Sheet) -> dict[str, str]:
    """What is known of somebody new when he first writes or calls: more or less."""
    first, last = line[1].split(" ", 1)
    private = ("example.com", "example.org", "example.net")[n % 3]
    typed = {
        "first_name": first,
        "last_name": last,
        "job_title": line[2],
        "company_name": line[3],
        "city": line[5],
        "industry": raw(int(Industry[line[6]])),
        "email": mail(line[1], private if n % 6 == 5 else host_of(line[3])),
    }
    if n % 4 != 3:
        typed["business_phone"] = phone(line[4], n)
    if n % 3 == 0:
        typed["mobile_phone"] = phone(line[4], n, PhoneNumberType.MOBILE)
    if n % 3 != 1:
        typed |= {"website": f"https://www.{host_of(line[3])}", "employees": raw(12 * (n * 13 % 40 + 1))}
    return typed


def _choice_of(act: Act, lead: Lead, customer: Contact) -> dict[str, str]:
    """What the form fills in when somebody chooses an existing contact."""
    names = (*autofill.FROM_CONTACT, "existing_account_id", "company_name")
    current = {name: raw(getattr(lead, name)) for name in names}
    filled = autofill.fill(act, "existing_contact_id", customer.id or 0, current)
    return {"existing_contact_id": raw(customer.id)} | {k: v for k, v in filled.items() if ":" not in k}


def _steps(n: int, first: str, country: str, born: datetime) -> Iterator[tuple[datetime, dict[str, str]]]:
    """What its owner did with a lead, one save after the other; not every lead gets far."""
    if n % 8 == 4:
        yield born + timedelta(days=1), {"rating": raw(int(Rating.COLD))}
        return
    if n % 5 == 4:
        return
    talk = TALKS[n % len(TALKS)].format(first=first)
    reached = {"status_reason": raw(int(LeadReason.CONTACTED)), "initial_communication": "0", "description": talk}
    yield born + timedelta(days=1 + n % 3, minutes=25), reached
    if n % 3 == 1:
        return
    budget = (n * 17 % 23 + 2) * (15_000 if country != "JP" else 1_500_000)
    asked = {
        "budget_amount": raw(budget),
        "purchase_timeframe": raw(n % 5),
        "purchase_process": raw(n % 3),
        "need": raw(n % 3),
    }
    yield born + timedelta(days=6 + n % 4, hours=3), asked
    weighed = {
        "rating": raw(int(Rating.HOT if n % 2 else Rating.WARM)),
        "budget_status": raw(n % 4),
        "decision_maker": raw(bool(n % 2)),
        "estimated_amount": raw(budget * 9 // 10),
        "estimated_close_date": (born + timedelta(days=120 + n)).date().isoformat(),
        "description": f"{talk}\n\n{FINDINGS[n % len(FINDINGS)].format(first=first)}",
    }
    yield born + timedelta(days=13 + n % 6, hours=1), weighed
