"""Activate and Deactivate accounts and contacts (S 1.2, 1.3)."""

from __future__ import annotations

from typing import Any

import pytest

from rxcrm.models import activating, records
from rxcrm.models.access import Privilege
from rxcrm.models.choices import RecordReason, RecordStatus
from rxcrm.models.errors import NotAllowed
from tests.office import Office


@pytest.fixture(params=["account", "contact"])
def row(office: Office, request: pytest.FixtureRequest) -> Any:
    return getattr(office, request.param)()


def test_an_inactive_record_is_read_only_until_it_is_activated(office: Office, row: Any) -> None:
    activating.deactivate(office.act(office.sara), row)
    assert (row.status, row.status_reason) == (RecordStatus.INACTIVE, RecordReason.INACTIVE)
    with pytest.raises(NotAllowed, match="is Inactive and read-only until it is activated"):
        records.save(office.act(office.sara), row, {"description": "x"})
    activating.activate(office.act(office.sara), row)
    records.save(office.act(office.sara), row, {"description": "x"})
    assert (row.status, row.status_reason) == (RecordStatus.ACTIVE, RecordReason.ACTIVE)
    assert office.told(row)[1:3] == ["Sara activated this record", "Sara deactivated this record"]


def test_twice_is_refused_with_the_state(office: Office, row: Any) -> None:
    with pytest.raises(NotAllowed, match=f"{row.display_name} is active already"):
        activating.activate(office.act(office.sara), row)
    activating.deactivate(office.act(office.sara), row)
    with pytest.raises(NotAllowed, match=f"{row.display_name} is inactive already"):
        activating.deactivate(office.act(office.sara), row)


def test_leads_are_not_deactivated(office: Office) -> None:
    with pytest.raises(NotAllowed, match="Only accounts and contacts"):
        activating.deactivate(office.act(office.sara), office.lead())


def test_the_banner_tells_who_made_it_inactive_and_when(office: Office, row: Any) -> None:
    assert activating.closing_of(office.act(office.sara), row) is None
    activating.deactivate(office.act(office.mia), row)
    told = activating.closing_of(office.act(office.sara), row)
    assert (told.title, told.who, told.at) == (
        "Inactive, and read-only until it is activated",
        "Mia",
        office.now.isoformat(),
    )


def test_commands_fit_the_state_and_the_rights(office: Office, row: Any) -> None:
    def offered(user: Any) -> dict[str, str]:
        act = office.act(user)
        return activating.offers(act, row, {Privilege.WRITE: act.may(Privilege.WRITE, row)})

    assert (offered(office.sara), offered(office.olaf)) == ({"deactivate": ""}, {})
    activating.deactivate(office.act(office.sara), row)
    assert offered(office.sara) == {"activate": ""}
