"""Who and what the sample story (`rxcrm.models.demo`) is about: staff, customers, leads, and what was said.

Nobody in it is real: hosts end in `.example` or are example.com, .net and .org.
"""

from __future__ import annotations

from rxcrm.models.choices import Role

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
#: Territory → the units whose people sell there; their manager answers for it.
TERRITORIES = {
    "Central Europe": "Sales Central Europe",
    "Western Europe": "Sales Western Europe",
    "Overseas": "Sales Overseas",
}
#: Campaign → its channel (choices.CampaignChannel), and how many days ago it began and ended.
CAMPAIGNS = {
    "Spring fair for warehouse technology": ("EVENT", 190, 187),
    "Newsletter: less energy per pallet": ("EMAIL", 120, 90),
    "Webinar: racking that can be checked": ("WEB", 45, 45),
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
