"""Lists for the set-up and settings pages, as `[value, text]`."""

from __future__ import annotations

from zoneinfo import available_timezones

from babel import Locale

from rxcrm.models.fields import countries, currencies
from rxcrm.translation import N_, languages

COUNTRIES = [list(item) for item in countries("en")]
LANGUAGES = [[code, (Locale.parse(code, sep="-").get_display_name(code) or code).capitalize()] for code in languages()]
CURRENCIES = [[code, f"{code} – {Locale('en').currencies.get(code, code)}"] for code in currencies()]
TIME_ZONES = [
    [zone, zone.replace("_", " ")]
    for zone in sorted(available_timezones())
    if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "posix", "right"))
]
TIME_ZONES.insert(0, ["UTC", "UTC"])
WEEKDAYS = [["0", N_("Monday")], ["5", N_("Saturday")], ["6", N_("Sunday")]]
MONTHS = [
    [str(i), name]
    for i, name in enumerate(
        (
            N_("January"),
            N_("February"),
            N_("March"),
            N_("April"),
            N_("May"),
            N_("June"),
            N_("July"),
            N_("August"),
            N_("September"),
            N_("October"),
            N_("November"),
            N_("December"),
        ),
        1,
    )
]
DAYS = [[str(day), str(day)] for day in range(1, 32)]
