"""Headings that people and programs write in languages other than English, beside the labels of our own catalogues.

German, French, Spanish, Portuguese, Italian, Polish, Dutch, Czech, Swedish and Danish, Japanese; the longer ones are
those of Outlook in that language. A word for "name" alone (Nom, Nombre, Name) counts as the full name; the mapping
takes it for the part that the file's other columns leave.
"""

from __future__ import annotations

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
