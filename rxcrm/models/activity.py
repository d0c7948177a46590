"""Everything that happens with a record and is worth an entry of its timeline: activities, notes, posts (S 1.6, 4)."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import Boolean, Index, Integer, SmallInteger, String, Text
from sqlmodel import Field, SQLModel

from rxcrm.models import choices as c
from rxcrm.models import fields as f
from rxcrm.models.base import GONE, LIVE, Record, identity, key, sorted_by
from rxcrm.models.choices import ActivityKind as K
from rxcrm.models.choices import ActivityReason as R
from rxcrm.models.choices import ActivityStatus as S
from rxcrm.models.db import BigInt, Json, Moment
from rxcrm.models.fields import Level
from rxcrm.models.found_by import text_of
from rxcrm.models.richtext import plain
from rxcrm.models.searching import sort_key
from rxcrm.translation import N_

#: Characters of a subject by kind (S 1.6, 4.4); a post is one text of at most POST_LENGTH characters (S 4.5).
SUBJECT_LENGTH = {K.NOTE: 500}
SUBJECT_LENGTH_OTHERWISE = 200
POST_LENGTH = 1_000
#: Characters of rich text, without its markup (S 4.4).
BODY_LENGTH = 100_000

#: Kind → status → its reasons, the default first (S 1.6).
ACTIVITY_REASONS: dict[K, dict[S, tuple[R, ...]]] = {
    K.TASK: {
        S.OPEN: (R.TASK_NOT_STARTED, R.TASK_IN_PROGRESS, R.TASK_WAITING, R.TASK_DEFERRED),
        S.COMPLETED: (R.TASK_COMPLETED,),
        S.CANCELED: (R.TASK_CANCELED,),
    },
    K.PHONE_CALL: {
        S.OPEN: (R.CALL_OPEN,),
        S.COMPLETED: (R.CALL_MADE, R.CALL_RECEIVED),
        S.CANCELED: (R.CALL_CANCELED,),
    },
    K.APPOINTMENT: {
        S.SCHEDULED: (R.APPOINTMENT_BUSY, R.APPOINTMENT_OUT_OF_OFFICE),
        S.OPEN: (R.APPOINTMENT_FREE, R.APPOINTMENT_TENTATIVE),
        S.COMPLETED: (R.APPOINTMENT_COMPLETED,),
        S.CANCELED: (R.APPOINTMENT_CANCELED,),
    },
    K.EMAIL: {
        S.OPEN: (R.EMAIL_DRAFT, R.EMAIL_FAILED),
        S.COMPLETED: (
            R.EMAIL_COMPLETED,
            R.EMAIL_SENT,
            R.EMAIL_RECEIVED,
            R.EMAIL_PENDING_SEND,
            R.EMAIL_SENDING,
        ),
        S.CANCELED: (R.EMAIL_CANCELED,),
    },
}
#: Stands for "not due at all" where activities are ordered by their due date.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
#: Statuses in which an activity can still be worked on.
ACTIVE = (S.OPEN, S.SCHEDULED)


class Activity(Record, table=True):
    """A task, phone call, appointment or e-mail; or a note or post, which have no status.

    `start_on` and `due_on` are a task's Start Date and Due Date, an appointment's Start Time and End Time. `body` is
    sanitised HTML (notes, e-mails); `description` is plain text (all others). The record that it regards is also its
    party of the role Regarding. `parent_id` is what a reply answers.
    """

    __table_args__ = (
        *sorted_by(
            "activity", "subject_key", "due_key", "owner_key", "modified_on", "kind", "priority", within=("status",)
        ),
        *sorted_by("activity", "due_key", "modified_on", within=("owner_user_id", "status")),
        Index("ix_activity_team", "owner_team_id", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_activity_unit", "unit_id", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_activity_regarding", "regarding_entity", "regarding_id"),
        Index("ix_activity_parent_id", "parent_id"),
        Index("ix_activity_message_id", "message_id"),
        Index("ix_activity_deleted", "deleted_on", sqlite_where=GONE, postgresql_where=GONE),
        Index("ix_activity_import", "import_id"),
        Index("ix_activity_start", "start_on", "id"),
    )
    entity: ClassVar[str] = "activity"
    title: ClassVar[str] = N_("Activity")
    title_many: ClassVar[str] = N_("Activities")
    path: ClassVar[str] = "/activities"

    kind: int = f.choice(N_("Activity Type"), c.ActivityKind, "activitytypecode", always=True, locked=True)
    subject: str = f.text(N_("Subject"), SUBJECT_LENGTH_OTHERWISE, "subject", Level.REQUIRED, room=500)
    description: str = f.memo(N_("Description"), "description")
    body: str = Field(default="", sa_type=Text)
    regarding_entity: str = Field(default="", sa_type=String(40))
    regarding_id: int | None = Field(default=None, sa_type=BigInt)
    start_on: datetime | None = f.time(N_("Start Date"), "scheduledstart")
    due_on: datetime | None = f.time(N_("Due Date"), "scheduledend")
    all_day: bool = f.yesno(N_("All Day Event"), N_("No"), N_("Yes"), "isalldayevent")
    duration: int | None = f.whole(N_("Duration"), 10_000_000, "scheduleddurationminutes")
    percent_complete: int | None = f.whole(N_("% Complete"), 100, "percentcomplete")
    priority: int = f.choice(N_("Priority"), c.Priority, "prioritycode", c.Priority.NORMAL, always=True)
    category: str = f.text(N_("Category"), 250, "category")
    subcategory: str = f.text(N_("Sub-Category"), 250, "subcategory")
    phone_number: str = f.phone(N_("Phone Number"), 200, "phonenumber")
    outgoing: bool = f.yesno(N_("Direction"), N_("Incoming"), N_("Outgoing"), "directioncode", default=True)
    left_voice_mail: bool = f.yesno(N_("Left Voice Mail"), N_("No"), N_("Yes"), "leftvoicemail")
    location: str = f.text(N_("Location"), 200, "location")
    remind_on: datetime | None = f.time(N_("Reminder"))
    status: int = f.choice(N_("Activity Status"), c.ActivityStatus, "statecode", S.OPEN, always=True, locked=True)
    status_reason: int | None = f.choice(N_("Status Reason"), c.ActivityReason, "statuscode")
    closed_on: datetime | None = f.moment(N_("Actual End"), "actualend", nullable=True)

    pinned: bool = Field(default=False, sa_type=Boolean)
    automatic: bool = Field(default=False, sa_type=Boolean)
    parent_id: int | None = Field(default=None, sa_type=BigInt)
    liked_by: list[int] = Field(default_factory=list, sa_type=Json)
    #: The Message-ID of an e-mail, by which replies find what they answer and nothing is fetched twice.
    message_id: str = Field(default="", sa_type=String(255))
    #: Why sending failed, as a catalogue message with its values; empty otherwise.
    problem: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    subject_key: str = key()
    #: When it is due, for ordering: what is never due comes last.
    due_key: datetime = Field(default=NEVER, sa_type=Moment)

    @property
    def display_name(self) -> str:
        return self.subject or plain(self.body or self.description)[:80]

    @property
    def is_open(self) -> bool:
        return self.status in ACTIVE

    @property
    def is_reply(self) -> bool:
        """Whether it is shown under the post that it answers. Mails that answer mails stand for themselves."""
        return self.kind == K.POST and self.parent_id is not None

    def refresh_keys(self) -> None:
        self.folded = f.plain_texts(self, "activity")
        self.subject_key, self.due_key = sort_key(self.display_name), self.due_on or NEVER
        self.search_text = text_of(self, "activity")


class Party(SQLModel, table=True):
    """Who or what takes part in an activity: a record, a user, or a bare address (S 1.6, R4.2).

    Timelines are read from here: `at` repeats when the activity was last updated and `bucket` where its timeline shows
    it; of several parts that one record has in one activity only one is `first`. All three are kept by
    rxcrm.models.timeline.placing.
    """

    __table_args__ = (
        Index("ix_party_timeline", "entity", "record_id", "bucket", "at", "activity_id"),
        Index("ix_party_activity_id", "activity_id"),
    )
    id: int | None = identity()
    activity_id: int = Field(foreign_key="activity.id", sa_type=BigInt)
    role: int = Field(sa_type=SmallInteger)
    entity: str = Field(default="", sa_type=String(40))
    record_id: int | None = Field(default=None, sa_type=BigInt)
    name: str = Field(default="", sa_type=String(160))
    address: str = Field(default="", sa_type=String(254))
    at: datetime = Field(sa_type=Moment)
    bucket: int = Field(default=0, sa_type=SmallInteger)


class Attachment(SQLModel, table=True):
    """A file of a note, e-mail or appointment. The bytes lie in the store under their SHA-256 (`digest`)."""

    __table_args__ = (Index("ix_attachment_activity_id", "activity_id"), Index("ix_attachment_digest", "digest"))
    id: int | None = identity()
    activity_id: int | None = Field(default=None, foreign_key="activity.id", sa_type=BigInt)
    name: str = Field(sa_type=String(255))
    mime: str = Field(sa_type=String(100))
    size: int = Field(sa_type=Integer)
    digest: str = Field(sa_type=String(64))
    width: int = Field(default=0, sa_type=Integer)
    height: int = Field(default=0, sa_type=Integer)
    #: Shown within the text rather than below it.
    inline: bool = Field(default=False, sa_type=Boolean)
    created_on: datetime = Field(sa_type=Moment)
    created_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
