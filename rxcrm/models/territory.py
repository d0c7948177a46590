"""The territory: a part of the market that a manager answers for and sellers work in (S 1.2, 3.10 R3.33, 8.3)."""

from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field

from rxcrm.models.base import LIVE
from rxcrm.models.db import BigInt
from rxcrm.models.reference import Reference
from rxcrm.translation import N_


class Territory(Reference, table=True):
    """Accounts lie in one; users work in at most one (`people.User.territory_id`), as in Dynamics."""

    __table_args__ = (
        Index(
            "ix_territory_status_name_key",
            "status",
            "name_key",
            "id",
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )
    entity: ClassVar[str] = "territory"
    title: ClassVar[str] = N_("Territory")
    title_many: ClassVar[str] = N_("Territories")
    path: ClassVar[str] = ""

    manager_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
