"""What records refer to and administrators keep in the settings: campaigns and territories. Everybody may see and use them."""

from typing import ClassVar

from rxcrm.models import choices as c
from rxcrm.models import fields as f
from rxcrm.models.base import Record, key
from rxcrm.models.fields import Level
from rxcrm.models.searching import search_text, sort_key
from rxcrm.translation import N_

#: Characters of a name.
NAME_LENGTH = 128


class Reference(Record):
    """A row of such a table. An inactive one is offered no more, and stays where it is used.

    It has no timeline, no process and no recycle bin, is never shared, and only the settings write it.
    """

    #: What is told of it beside its name where it is looked up: fields, and spans of two days by what comes before `_start`.
    detail: ClassVar[tuple[str, ...]] = ()

    name: str = f.text(N_("Name"), NAME_LENGTH, "name", Level.REQUIRED)
    description: str = f.memo(N_("Description"), "description")
    status: int = f.choice(N_("Status"), c.RecordStatus, "statecode", c.RecordStatus.ACTIVE, always=True, locked=True)
    name_key: str = key()

    @property
    def display_name(self) -> str:
        return self.name

    @property
    def active(self) -> bool:
        return self.status == c.RecordStatus.ACTIVE

    def refresh_keys(self) -> None:
        self.folded = f.plain_texts(self, self.entity)
        self.name_key = sort_key(self.name)
        self.search_text = search_text([self.name], [])
