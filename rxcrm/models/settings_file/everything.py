"""Every module that adds parts to settings files: a new one is named here."""

from rxcrm.models.settings_file import (  # noqa: F401
    of_addresses,
    of_charts,
    of_column_security,
    of_connections,
    of_currencies,
    of_exchange,
    of_fields,
    of_forms,
    of_mail,
    of_matching,
    of_options,
    of_organisation,
    of_processes,
    of_references,
    of_roles,
    of_rules,
    of_score,
    of_selling,
    of_tags,
    of_views,
)
