"""What several readers of workbooks say to the user, in the same words."""

from __future__ import annotations

from rxcrm.translation import N_

#: What stands in a cell whose formula was never computed.
NO_RESULT = "#NO RESULT"

NO_SHEET = N_("This workbook has no visible sheet named “%(sheet)s”.")
NO_DATA = N_("No visible sheet of this workbook has any data.")
DAMAGED = N_("This workbook is damaged. Open it in a spreadsheet program and save it again.")
PROTECTED = N_("This file is protected by a password. Save it without one and try again.")
HIDDEN = N_("Hidden sheets are left out: %(names)s.")
UNSET = N_(
    "%(n)s formulas have no stored result, the first one in cell %(place)s; their cells count as errors."
    " Open the file in a spreadsheet program, save it, and upload it again."
)
