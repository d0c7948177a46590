"""Headings that people and programs write in languages other than English, beside the labels of our own catalogues.

German, French, Spanish, Portuguese, Italian, Polish, Dutch, Czech, Swedish and Danish, Japanese; the longer ones are
those of Outlook in that language. A word for "name" alone (Nom, Nombre, Name) counts as the full name; the mapping
takes it for the part that the file's other columns leave.
"""

from __future__ import annotations

#: What leads and other tables have in common, by the name in leads.
VERNACULAR: dict[str, tuple[str, ...]] = {
    "topic": ("Thema", "Betreff", "Sujet", "Asunto", "Tema", "Assunto", "Oggetto", "Temat", "Onderwerp", "Předmět", "件名"),
    "salutation": ("Anrede", "Civilité", "Tratamiento", "Tratamento", "Titolo", "Aanhef", "Oslovení", "敬称"),
    "first_name": ("Vorname", "Prénom", "Nombre de pila", "Primeiro nome", "Nome próprio", "Imię", "Voornaam", "Jméno", "Křestní jméno", "Förnamn", "Fornavn", "名"),
    "last_name": (
        "Nachname", "Familienname", "Nom de famille", "Apellido", "Apellidos", "Sobrenome", "Apelido", "Último nome", "Cognome", "Nazwisko", "Achternaam", "Příjmení", "Efternamn", "Efternavn", "姓",
    ),
    "full_name": ("Vollständiger Name", "Ansprechpartner", "Nom", "Nom complet", "Nombre", "Nombre completo", "Nome", "Nome completo", "Imię i nazwisko", "Naam", "Volledige naam", "Celé jméno", "Namn", "Navn", "氏名"),
    "company_name": (
        "Firma", "Unternehmen", "Firmenname", "Unternehmensname", "Société", "Entreprise", "Empresa", "Compañía", "Organización", "Azienda", "Società", "Nazwa firmy", "Bedrijf", "Bedrijfsnaam", "Společnost", "Företag", "Firmanavn", "Virksomhed", "会社", "会社名",
    ),
    "job_title": ("Berufsbezeichnung", "Funktion", "Fonction", "Titre", "Poste", "Puesto", "Cargo", "Função", "Mansione", "Qualifica", "Stanowisko", "Functie", "Pozice", "Funkce", "Befattning", "Stilling", "役職"),
    "business_phone": (
        "Telefon", "Telefon geschäftlich", "Telefonnummer", "Téléphone", "Téléphone (bureau)", "Teléfono", "Teléfono del trabajo", "Telefone", "Telefone comercial", "Telefono", "Telefono ufficio", "Telefon służbowy", "Telefoon", "Telefoon op werk", "Telefon do zaměstnání", "電話番号", "電話",
    ),
    "mobile_phone": (
        "Mobiltelefon", "Handy", "Mobil", "Mobilnummer", "Portable", "Tél. mobile", "Téléphone mobile", "Móvil", "Teléfono móvil", "Celular", "Telemóvel", "Cellulare", "Telefon komórkowy", "Komórka", "Mobiele telefoon", "Mobiel", "Mobilní telefon", "携帯電話",
    ),
    "home_phone": ("Telefon privat", "Téléphone (domicile)", "Teléfono particular", "Telefone residencial", "Telefono casa", "Telefon domowy"),
    "email": (
        "E-Mail-Adresse", "Courriel", "Adresse de messagerie", "Adresse e-mail", "Correo", "Correo electrónico", "Dirección de correo electrónico", "Endereço de email", "Correio eletrónico", "Indirizzo posta elettronica", "Indirizzo email", "Adres e-mail", "E-mailadres", "E-postadress", "E-post", "メールアドレス", "電子メール アドレス",
    ),
    "website": ("Webseite", "Internetseite", "Site web", "Site internet", "Page Web", "Sitio web", "Página web", "Pagina web", "Sito web", "Strona internetowa", "Strona WWW", "Webové stránky", "Webbplats", "Hjemmeside"),
    "street1": ("Straße", "Strasse", "Adresse", "Straße geschäftlich", "Rue", "Rue (bureau)", "Calle", "Dirección", "Calle del trabajo", "Endereço", "Morada", "Rua", "Indirizzo", "Via", "Ulica", "Adres", "Straat", "Ulice", "Gatuadress", "住所"),
    "city": ("Ort", "Stadt", "Ort geschäftlich", "Ville", "Ville (bureau)", "Ciudad", "Ciudad de trabajo", "Cidade", "Localidade", "Città", "Miasto", "Miejscowość", "Plaats", "Stad", "Město", "By", "市区町村"),
    "state": ("Bundesland", "Région", "Provincia", "Estado", "Provincia/Estado", "Województwo", "Provincie", "Kraj/oblast", "都道府県"),
    "postal_code": ("PLZ", "Postleitzahl", "Postleitzahl geschäftlich", "Code postal", "Code postal (bureau)", "Código postal", "CP", "CEP", "CAP", "Codice postale", "Kod pocztowy", "Postcode", "PSČ", "Postnummer", "郵便番号"),
    "country": ("Land", "Staat", "Land/Region", "Land/Region geschäftlich", "Pays", "Pays/Région", "Pays/Région (bureau)", "País", "Paese", "Nazione", "Kraj", "Země", "Stát", "国"),
    "description": ("Beschreibung", "Notizen", "Bemerkung", "Bemerkungen", "Remarques", "Descripción", "Notas", "Descrição", "Observações", "Descrizione", "Note", "Opis", "Notatki", "Uwagi", "Omschrijving", "Notities", "Popis", "Poznámka", "備考"),
    "industry": ("Branche", "Secteur", "Secteur d'activité", "Sector", "Industria", "Setor", "Settore", "Branża", "Odvětví", "Bransch", "業種"),
    "annual_revenue": ("Jahresumsatz", "Umsatz", "Chiffre d'affaires", "Chiffre d'affaires annuel", "Ingresos anuales", "Receita anual", "Faturamento anual", "Fatturato", "Roczny przychód", "Přychod", "Jaaromzet"),
    "employees": ("Mitarbeiter", "Mitarbeiterzahl", "Anzahl Mitarbeiter", "Effectif", "Nombre d'employés", "Número de empleados", "Número de funcionários", "N.º de empregados", "Numero dipendenti", "Liczba pracowników", "Aantal werknemers", "Počet zaměstnanců"),
    "lead_source": ("Lead-Quelle", "Quelle", "Origine de la piste", "Origen", "Origem", "Origem do lead", "Źródło", "Bron", "Zdroj"),
    "rating": ("Bewertung", "Évaluation", "Valoración", "Classificação", "Ocena", "Hodnocení"),
    "status": ("Statut", "Estado del lead", "Stato", "Stav"),
    "owner": ("Besitzer", "Inhaber", "Eigentümer", "Propriétaire", "Propietario", "Proprietário", "Proprietario", "Właściciel", "Eigenaar", "Vlastník", "Verkäufer", "Vendeur", "Comercial", "Vendedor", "Handlowiec"),
    "created_on": ("Erstellt am", "Erstelldatum", "Date de création", "Créé le", "Fecha de creación", "Data de criação", "Criado em", "Data creazione", "Data utworzenia", "Aanmaakdatum", "Datum vytvoření", "作成日"),
}  # fmt: skip
#: The German headings of Outlook's export of contacts and of its calendar and tasks, as programs that read them list them
#: (Open-Xchange's importer, the vilesci timetable, Exchange import tools); beside those above.
_OUTLOOK_PEOPLE: dict[str, tuple[str, ...]] = {
    "middle_name": ("Weitere Vornamen", "Zweiter Vorname", "Deuxième prénom", "Segundo nombre"),
    "job_title": ("Position", "Beruf"),
    "fax": ("Fax geschäftlich", "Télécopie (bureau)", "Fax del trabajo"),
    "street2": ("Straße geschäftlich 2",),
    "street3": ("Straße geschäftlich 3",),
    "state": ("Region geschäftlich", "Bundesland/Kanton geschäftlich"),
    "country": ("Land geschäftlich",),
    "post_office_box": ("Postfach geschäftlich", "Postfach"),
    "address2_street1": ("Straße privat",),
    "address2_city": ("Ort privat",),
    "address2_state": ("Region privat", "Bundesland/Kanton privat"),
    "address2_postal_code": ("Postleitzahl privat",),
    "address2_country": ("Land/Region privat", "Land privat"),
    "other_phone": ("Weiteres Telefon",),
    "pager": ("Pager",),
    "email2": ("E-Mail 2: Adresse", "E-Mail 2-Adresse"),
    "email3": ("E-Mail 3: Adresse", "E-Mail 3-Adresse"),
}
_OF_CONTACTS: dict[str, tuple[str, ...]] = {
    "account_id": ("Konto",),
    "department": ("Abteilung", "Service", "Departamento", "Reparto", "Dział", "Afdeling", "Oddělení", "部署"),
    "assistant_name": ("Name Assistent", "Assistent", "Assistante"),
    "assistant_phone": ("Telefon Assistent",),
    "manager_name": ("Name des/der Vorgesetzten", "Vorgesetzter", "Responsable"),
    "birthday": ("Geburtstag", "Geburtsdatum", "Anniversaire", "Date de naissance", "Fecha de nacimiento", "Data de nascimento", "Data di nascita", "Data urodzenia", "Datum narození", "Geboortedatum", "誕生日"),
    "anniversary": ("Jahrestag",),
    "spouse_name": ("Partner", "Ehepartner", "Conjoint"),
    "gender": ("Geschlecht", "Sexe", "Género", "Sesso", "Płeć", "Pohlaví", "Geslacht"),
    "status": ("Status",),
}  # fmt: skip
_OF_ACCOUNTS: dict[str, tuple[str, ...]] = {
    "name": ("Kunde", "Kundenname", "Client", "Cliente", "Klient", "Zákazník", "Klant"),
    "account_number": ("Kundennummer", "Kundennr.", "Numéro client", "Número de cliente", "Numer klienta"),
    "parent_account_id": ("Mutterfirma", "Muttergesellschaft", "Übergeordnete Firma", "Société mère", "Empresa matriz"),
    "primary_contact_id": ("Ansprechpartner", "Hauptkontakt", "Contact principal", "Contacto principal"),
}
_OF_OPPORTUNITIES: dict[str, tuple[str, ...]] = {
    "topic": ("Verkaufschance", "Chance", "Opportunité", "Affaire", "Oportunidad", "Oportunidade", "Opportunità", "Szansa", "Szansa sprzedaży", "Příležitost", "Verkoopkans"),
    "customer": ("Kunde", "Kundenname", "Client", "Cliente", "Klient", "Zákazník", "Klant"),
    "contact_id": ("Kontakt", "Ansprechpartner", "Contact", "Contacto", "Contatto", "Contato"),
    "estimated_revenue": ("Betrag", "Wert", "Umsatz", "Erwarteter Umsatz", "Geschätzter Umsatz", "Montant", "Importe", "Valor", "Importo", "Kwota", "Wartość", "Částka", "Bedrag"),
    "estimated_close_date": ("Abschlussdatum", "Geschätztes Abschlussdatum", "Voraussichtliches Abschlussdatum", "Date de clôture", "Fecha de cierre", "Data de fechamento", "Data di chiusura", "Data zamknięcia", "Datum uzavření", "Sluitingsdatum"),
    "actual_close_date": ("Geschlossen am", "Tatsächliches Abschlussdatum"),
    "actual_revenue": ("Tatsächlicher Umsatz",),
    "probability": ("Wahrscheinlichkeit", "Probabilité", "Probabilidad", "Probabilidade", "Probabilità", "Prawdopodobieństwo", "Pravděpodobnost", "Waarschijnlijkheid"),
    "currency": ("Währung", "Devise", "Moneda", "Moeda", "Valuta", "Waluta", "Měna"),
    "status": ("Phase", "Verkaufsphase", "Étape", "Etapa", "Fase", "Etap", "Fáze"),
}  # fmt: skip
_OF_ACTIVITIES: dict[str, tuple[str, ...]] = {
    "subject": ("Betreff", "Thema", "Titel", "Objet", "Sujet", "Asunto", "Assunto", "Oggetto", "Temat", "Předmět", "Onderwerp", "件名"),
    "kind": ("Art", "Typ", "Aktivitätstyp", "Type d'activité", "Tipo", "Rodzaj"),
    "start_on": ("Beginnt am", "Startdatum", "Beginn", "Commence le", "Date de début", "Début", "Fecha de comienzo", "Fecha de inicio", "Data de início", "Data inizio", "Data rozpoczęcia", "Datum zahájení", "Begindatum"),
    "start_time": ("Beginnt um", "Startzeit", "Heure de début", "Hora de inicio", "Hora de início", "Ora inizio"),
    "due_on": ("Endet am", "Enddatum", "Ende", "Fällig am", "Fälligkeitsdatum", "Fällig", "Date de fin", "Échéance", "Date d'échéance", "Fin", "Fecha de finalización", "Fecha de vencimiento", "Data de término", "Data de conclusão", "Data fine", "Scadenza", "Termin", "Termin realizacji", "Datum ukončení", "Termín", "Einddatum", "Vervaldatum"),
    "due_time": ("Endet um", "Endzeit", "Heure de fin", "Hora de finalización", "Hora de término", "Ora fine"),
    "all_day": ("Ganztägiges Ereignis", "Ganztägig", "Journée entière", "Todo el día", "Dia inteiro"),
    "remind_on": ("Erinnerung am", "Erinnerungsdatum", "Erinnerung", "Rappel", "Recordatorio", "Lembrete", "Przypomnienie"),
    "organizer": ("Besprechungsplanung", "Organisator", "Organisateur", "Organizador"),
    "required": ("Erforderliche Teilnehmer", "Teilnehmer", "Participants obligatoires", "Asistentes necesarios"),
    "optional": ("Optionale Teilnehmer", "Participants facultatifs", "Asistentes opcionales"),
    "category": ("Kategorien", "Kategorie", "Catégories", "Categorías", "Categorias", "Kategoria"),
    "description": ("Beschreibung", "Notizen", "Notiz", "Bemerkungen", "Description", "Descripción", "Descrição", "Descrizione", "Opis", "Popis", "Omschrijving"),
    "location": ("Ort", "Lieu", "Emplacement", "Ubicación", "Lugar", "Local", "Luogo", "Miejsce", "Místo", "Locatie"),
    "priority": ("Priorität", "Wichtigkeit", "Priorité", "Prioridad", "Prioridade", "Priorità", "Priorytet", "Priorita", "Prioriteit"),
    "status": ("Zeitspanne zeigen als", "Status", "Statut", "Estado", "Stato", "Stav", "Erledigt"),
    "percent_complete": ("% erledigt", "% abgeschlossen", "% achevé", "% completado", "% concluído"),
    "closed_on": ("Erledigt am", "Abgeschlossen am", "Date d'achèvement"),
    "duration": ("Dauer", "Durée", "Duración", "Duração", "Durata", "Czas trwania"),
    "phone_number": ("Telefonnummer", "Telefon", "Téléphone", "Teléfono", "Telefone", "Telefono"),
    "regarding": ("Bezug", "Bezieht sich auf", "Zugeordnet", "Concernant", "Referente a", "Dotyczy", "Týká se"),
    "regarding_account": ("Firma", "Firmen", "Unternehmen", "Société", "Empresa", "Azienda", "Společnost", "Bedrijf"),
    "regarding_contact": ("Kontakt", "Kontakte", "Contact", "Contacto", "Contato", "Contatto"),
    "regarding_opportunity": ("Verkaufschance", "Opportunité", "Oportunidad", "Oportunidade"),
    "from": ("Von", "De", "Od", "Van"),
    "to": ("An", "À", "Para", "Do", "Aan"),
    "owner": ("Zuständig", "Besitzer", "Verantwortlich", "Propriétaire", "Responsable", "Propietario", "Responsável", "Właściciel"),
    "created_on": ("Erstellt am", "Créé le", "Fecha de creación", "Data de criação", "Data utworzenia"),
}  # fmt: skip
#: Table → the name that a field of leads has there; an empty one: it has none.
_RENAMED: dict[str, dict[str, str]] = {
    "lead": {},
    "contact": {"company_name": "account_id", "status": "", "other_phone": ""},
    "account": {"company_name": "name", "business_phone": "main_phone", "mobile_phone": "other_phone", "full_name": ""},
    "opportunity": {"company_name": "account_id", "full_name": ""},
}
#: Fields that tables other than leads have as well, beside those of the address.
_SHARED: dict[str, frozenset[str]] = {
    "opportunity": frozenset({"topic", "account_id", "description", "rating", "status", "owner", "created_on"}),
}
_MORE = {"contact": _OF_CONTACTS, "account": _OF_ACCOUNTS, "opportunity": _OF_OPPORTUNITIES}
_PERSONAL = frozenset(
    {"salutation", "first_name", "last_name", "job_title", "home_phone", "topic", "rating", "lead_source"}
)


def vernacular(entity: str) -> dict[str, tuple[str, ...]]:
    """Field of a table → its headings in other languages."""
    if entity == "activity":
        return _OF_ACTIVITIES
    found = dict(_MORE.get(entity, {}))
    common = dict(VERNACULAR)
    if entity in ("lead", "contact"):
        for name, headings in _OUTLOOK_PEOPLE.items():
            common[name] = (*common.get(name, ()), *headings)
    for name, headings in common.items():
        target = _RENAMED[entity].get(name, name)
        if target and _fits(entity, target):
            found[target] = tuple(dict.fromkeys((*found.get(target, ()), *headings)))
    return found


def _fits(entity: str, target: str) -> bool:
    if entity in _SHARED:
        return target in _SHARED[entity]
    if entity == "contact":
        return target not in ("topic", "rating", "lead_source", "industry", "annual_revenue", "employees") and not (
            target.startswith("address2_") or target == "post_office_box"
        )
    return entity == "lead" or target not in _PERSONAL
