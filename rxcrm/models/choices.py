"""Option lists with the numbers and labels of the specification (S 1.1-1.3, 1.6). Everybody may read this module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Any, Self

from rxcrm.translation import N_


class Choice(IntEnum):
    """One option of a list: the stored number and the English label, which is also its catalogue message."""

    label: str

    def __new__(cls, value: int, label: str = "") -> Self:
        option = int.__new__(cls, value)
        option._value_ = value
        option.label = label
        return option


class Option(int):
    """One option of a list as administrators have shaped it: the stored number, and how it is shown.

    `label` is a message of the catalogue or words of the administrator's own (translation.Words), `colour` one of COLOURS
    or empty. One that is not `active` is shown where it is stored, and never offered. A status reason says its `status`.
    """

    label: str
    colour: str
    active: bool
    status: int | None

    def __new__(
        cls, value: int, label: str = "", *, colour: str = "", active: bool = True, status: int | None = None
    ) -> Self:
        option = int.__new__(cls, value)
        option.label, option.colour, option.active, option.status = label, colour, active, status
        return option

    def __reduce__(self) -> Any:
        return _option, (int(self), self.label, self.colour, self.active, self.status)


def _option(value: int, label: str, colour: str, active: bool, status: int | None) -> Option:
    return Option(value, label, colour=colour, active=active, status=status)


@dataclass(frozen=True, eq=False)
class OptionList:
    """The options of a field in the order of its menu; `key` names the list.

    Where administrators have `chosen` so, new records begin with the option `default`, None for none of them.
    """

    key: str
    options: tuple[Option, ...]
    default: int | None = None
    chosen: bool = False

    def __iter__(self) -> Iterator[Option]:
        return iter(self.options)

    def __len__(self) -> int:
        return len(self.options)

    @cached_property
    def _known(self) -> dict[int, Option]:
        return {int(option): option for option in self.options}

    def find(self, value: int) -> Option | None:
        """The option of a stored number, active or not; None for a number that is not in the list (any more)."""
        return self._known.get(value)

    def label(self, value: int) -> str:
        """What a stored number is called; the number itself if it is not in the list (any more)."""
        found = self.find(value)
        return str(value) if found is None else found.label  # an option of number 0 is a falsy one

    @property
    def offered(self) -> tuple[Option, ...]:
        """The options that may be chosen."""
        return tuple(option for option in self.options if option.active)


def shipped(kind: type[Choice]) -> OptionList:
    """A list of options as the product brings it."""
    return OptionList(kind.__name__, tuple(Option(int(option), option.label) for option in kind))


#: The colours of options, as the design tokens name them; each is told apart in light and in dark.
COLOURS = {
    "": N_("None"),
    "grey": N_("Grey"),
    "blue": N_("Blue"),
    "teal": N_("Teal"),
    "green": N_("Green"),
    "yellow": N_("Yellow"),
    "orange": N_("Orange"),
    "red": N_("Red"),
    "purple": N_("Purple"),
}


class LeadSource(Choice):
    """Broad channel that a lead came through, not one campaign (S 1.1.1)."""

    ADVERTISEMENT = 1, N_("Advertisement")
    EMPLOYEE_REFERRAL = 2, N_("Employee Referral")
    EXTERNAL_REFERRAL = 3, N_("External Referral")
    PARTNER = 4, N_("Partner")
    PUBLIC_RELATIONS = 5, N_("Public Relations")
    SEMINAR = 6, N_("Seminar")
    TRADE_SHOW = 7, N_("Trade Show")
    WEB = 8, N_("Web")
    WORD_OF_MOUTH = 9, N_("Word of Mouth")
    OTHER = 10, N_("Other")


class CampaignChannel(Choice):
    """By what a campaign reaches people; the first five are those of Dynamics (campaign.typecode)."""

    ADVERTISEMENT = 1, N_("Advertisement")
    DIRECT_MARKETING = 2, N_("Direct Marketing")
    EVENT = 3, N_("Event")
    CO_BRANDING = 4, N_("Co-branding")
    OTHER = 5, N_("Other")
    EMAIL = 6, N_("Email")
    WEB = 7, N_("Web")
    SOCIAL_MEDIA = 8, N_("Social Media")
    TELEPHONE = 9, N_("Telephone")


class Rating(Choice):
    """How promising a lead is."""

    HOT = 1, N_("Hot")
    WARM = 2, N_("Warm")
    COLD = 3, N_("Cold")


class LeadStatus(Choice):
    """Life-cycle state of a lead; fixed (S 1.1.3)."""

    OPEN = 0, N_("Open")
    QUALIFIED = 1, N_("Qualified")
    DISQUALIFIED = 2, N_("Disqualified")


class LeadReason(Choice):
    """Status reasons of a lead (S 1.1.3)."""

    NEW = 1, N_("New")
    CONTACTED = 2, N_("Contacted")
    QUALIFIED = 3, N_("Qualified")
    LOST = 4, N_("Lost")
    CANNOT_CONTACT = 5, N_("Cannot Contact")
    NO_LONGER_INTERESTED = 6, N_("No Longer Interested")
    CANCELED = 7, N_("Canceled")


class RecordStatus(Choice):
    """State of an account, contact, campaign or territory (S 1.2, 1.3)."""

    ACTIVE = 0, N_("Active")
    INACTIVE = 1, N_("Inactive")


class RecordReason(Choice):
    """Status reasons of an account or contact."""

    ACTIVE = 1, N_("Active")
    INACTIVE = 2, N_("Inactive")


class ContactMethod(Choice):
    ANY = 1, N_("Any")
    EMAIL = 2, N_("Email")
    PHONE = 3, N_("Phone")
    FAX = 4, N_("Fax")
    MAIL = 5, N_("Mail")


class PurchaseTimeframe(Choice):
    IMMEDIATE = 0, N_("Immediate")
    THIS_QUARTER = 1, N_("This Quarter")
    NEXT_QUARTER = 2, N_("Next Quarter")
    THIS_YEAR = 3, N_("This Year")
    UNKNOWN = 4, N_("Unknown")


class PurchaseProcess(Choice):
    INDIVIDUAL = 0, N_("Individual")
    COMMITTEE = 1, N_("Committee")
    UNKNOWN = 2, N_("Unknown")


class Budget(Choice):
    NO_COMMITTED_BUDGET = 0, N_("No Committed Budget")
    MAY_BUY = 1, N_("May Buy")
    CAN_BUY = 2, N_("Can Buy")
    WILL_BUY = 3, N_("Will Buy")


class Need(Choice):
    MUST_HAVE = 0, N_("Must have")
    SHOULD_HAVE = 1, N_("Should have")
    GOOD_TO_HAVE = 2, N_("Good to have")
    NO_NEED = 3, N_("No need")


class InitialCommunication(Choice):
    CONTACTED = 0, N_("Contacted")
    NOT_CONTACTED = 1, N_("Not Contacted")


class SalesStage(Choice):
    QUALIFY = 0, N_("Qualify")


class OpportunityStatus(Choice):
    """Life-cycle state of an opportunity; fixed (S 1.4)."""

    OPEN = 0, N_("Open")
    WON = 1, N_("Won")
    LOST = 2, N_("Lost")


class ForecastCategory(Choice):
    """How far an open opportunity can be counted on (S 1.4)."""

    PIPELINE = 1, N_("Pipeline")
    BEST_CASE = 2, N_("Best case")
    COMMITTED = 3, N_("Committed")
    OMITTED = 4, N_("Omitted")


class OpportunityReason(Choice):
    """Status reasons of an opportunity (S 1.4)."""

    IN_PROGRESS = 1, N_("In Progress")
    ON_HOLD = 2, N_("On Hold")
    WON = 3, N_("Won")
    CANCELED = 4, N_("Canceled")
    OUT_SOLD = 5, N_("Out-Sold")


class OpportunityStage(Choice):
    """The stage of the sale that an opportunity has reached (S 1.4, "Sales Stage")."""

    QUALIFY = 0, N_("Qualify")
    DEVELOP = 1, N_("Develop")
    PROPOSE = 2, N_("Propose")
    CLOSE = 3, N_("Close")


class OpportunityTimeline(Choice):
    IMMEDIATE = 0, N_("Immediate")
    THIS_QUARTER = 1, N_("This Quarter")
    NEXT_QUARTER = 2, N_("Next Quarter")
    THIS_YEAR = 3, N_("This Year")
    NOT_KNOWN = 4, N_("Not known")


class Industry(Choice):
    """Line of business; one list for leads and accounts (S 1.1.2)."""

    ACCOUNTING = 1, N_("Accounting")
    AGRICULTURE = 2, N_("Agriculture and Non-petrol Natural Resource Extraction")
    BROADCASTING = 3, N_("Broadcasting Printing and Publishing")
    BROKERS = 4, N_("Brokers")
    BUILDING_SUPPLY_RETAIL = 5, N_("Building Supply Retail")
    BUSINESS_SERVICES = 6, N_("Business Services")
    CONSULTING = 7, N_("Consulting")
    CONSUMER_SERVICES = 8, N_("Consumer Services")
    DESIGN = 9, N_("Design, Direction and Creative Management")
    DISTRIBUTORS = 10, N_("Distributors, Dispatchers and Processors")
    DOCTORS_OFFICES = 11, N_("Doctor's Offices and Clinics")
    DURABLE_MANUFACTURING = 12, N_("Durable Manufacturing")
    EATING_AND_DRINKING = 13, N_("Eating and Drinking Places")
    ENTERTAINMENT_RETAIL = 14, N_("Entertainment Retail")
    EQUIPMENT_RENTAL = 15, N_("Equipment Rental and Leasing")
    FINANCIAL = 16, N_("Financial")
    FOOD_AND_TOBACCO = 17, N_("Food and Tobacco Processing")
    INBOUND_CAPITAL_INTENSIVE = 18, N_("Inbound Capital Intensive Processing")
    INBOUND_REPAIR = 19, N_("Inbound Repair and Services")
    INSURANCE = 20, N_("Insurance")
    LEGAL_SERVICES = 21, N_("Legal Services")
    NON_DURABLE_RETAIL = 22, N_("Non-Durable Merchandise Retail")
    OUTBOUND_CONSUMER_SERVICE = 23, N_("Outbound Consumer Service")
    PETROCHEMICAL = 24, N_("Petrochemical Extraction and Distribution")
    SERVICE_RETAIL = 25, N_("Service Retail")
    SIG_AFFILIATIONS = 26, N_("SIG Affiliations")
    SOCIAL_SERVICES = 27, N_("Social Services")
    SPECIAL_OUTBOUND_TRADE = 28, N_("Special Outbound Trade Contractors")
    SPECIALTY_REALTY = 29, N_("Specialty Realty")
    TRANSPORTATION = 30, N_("Transportation")
    UTILITY = 31, N_("Utility Creation and Distribution")
    VEHICLE_RETAIL = 32, N_("Vehicle Retail")
    WHOLESALE = 33, N_("Wholesale")


class RelationshipType(Choice):
    COMPETITOR = 1, N_("Competitor")
    CONSULTANT = 2, N_("Consultant")
    CUSTOMER = 3, N_("Customer")
    INVESTOR = 4, N_("Investor")
    PARTNER = 5, N_("Partner")
    INFLUENCER = 6, N_("Influencer")
    PRESS = 7, N_("Press")
    PROSPECT = 8, N_("Prospect")
    RESELLER = 9, N_("Reseller")
    SUPPLIER = 10, N_("Supplier")
    VENDOR = 11, N_("Vendor")
    OTHER = 12, N_("Other")


class AccountCategory(Choice):
    PREFERRED_CUSTOMER = 1, N_("Preferred Customer")
    STANDARD = 2, N_("Standard")


class Ownership(Choice):
    PUBLIC = 1, N_("Public")
    PRIVATE = 2, N_("Private")
    SUBSIDIARY = 3, N_("Subsidiary")
    OTHER = 4, N_("Other")


class PaymentTerms(Choice):
    NET_30 = 1, N_("Net 30")
    TWO_TEN_NET_30 = 2, N_("2% 10, Net 30")
    NET_45 = 3, N_("Net 45")
    NET_60 = 4, N_("Net 60")


class ContactRole(Choice):
    DECISION_MAKER = 1, N_("Decision Maker")
    EMPLOYEE = 2, N_("Employee")
    INFLUENCER = 3, N_("Influencer")


class Gender(Choice):
    MALE = 1, N_("Male")
    FEMALE = 2, N_("Female")


class MaritalStatus(Choice):
    SINGLE = 1, N_("Single")
    MARRIED = 2, N_("Married")
    DIVORCED = 3, N_("Divorced")
    WIDOWED = 4, N_("Widowed")


class Role(StrEnum):
    """Security roles that ship with the product (S 9.4)."""

    SALESPERSON = "salesperson"
    SALES_MANAGER = "sales_manager"
    VICE_PRESIDENT = "vice_president"
    TEAM_MEMBER = "team_member"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.SALESPERSON: N_("Salesperson"),
    Role.SALES_MANAGER: N_("Sales Manager"),
    Role.VICE_PRESIDENT: N_("Vice President of Sales"),
    Role.TEAM_MEMBER: N_("Sales Team Member"),
    Role.ADMINISTRATOR: N_("System Administrator"),
}


class ActivityKind(Choice):
    """What an entry of the timeline is (S 1.6). Notes and posts are no activities: they have no status."""

    TASK = 1, N_("Task")
    PHONE_CALL = 2, N_("Phone Call")
    APPOINTMENT = 3, N_("Appointment")
    EMAIL = 4, N_("Email")
    NOTE = 5, N_("Note")
    POST = 6, N_("Post")


class ActivityStatus(Choice):
    """State of an activity (S 1.6); notes and posts have none."""

    OPEN = 0, N_("Open")
    COMPLETED = 1, N_("Completed")
    CANCELED = 2, N_("Canceled")
    SCHEDULED = 3, N_("Scheduled")
    NONE = 9, N_("None")


class ActivityReason(Choice):
    """Status reasons of all kinds of activities: a hundred for the kind, then the number that Dynamics gives it (S 1.6)."""

    TASK_NOT_STARTED = 102, N_("Not Started")
    TASK_IN_PROGRESS = 103, N_("In Progress")
    TASK_WAITING = 104, N_("Waiting on someone else")
    TASK_COMPLETED = 105, N_("Completed")
    TASK_CANCELED = 106, N_("Canceled")
    TASK_DEFERRED = 107, N_("Deferred")
    CALL_OPEN = 201, N_("Open")
    CALL_MADE = 202, N_("Made")
    CALL_CANCELED = 203, N_("Canceled")
    CALL_RECEIVED = 204, N_("Received")
    APPOINTMENT_FREE = 301, N_("Free")
    APPOINTMENT_TENTATIVE = 302, N_("Tentative")
    APPOINTMENT_COMPLETED = 303, N_("Completed")
    APPOINTMENT_CANCELED = 304, N_("Canceled")
    APPOINTMENT_BUSY = 305, N_("Busy")
    APPOINTMENT_OUT_OF_OFFICE = 306, N_("Out of Office")
    EMAIL_DRAFT = 401, N_("Draft")
    EMAIL_COMPLETED = 402, N_("Completed")
    EMAIL_SENT = 403, N_("Sent")
    EMAIL_RECEIVED = 404, N_("Received")
    EMAIL_CANCELED = 405, N_("Canceled")
    EMAIL_PENDING_SEND = 406, N_("Pending Send")
    EMAIL_SENDING = 407, N_("Sending")
    EMAIL_FAILED = 408, N_("Failed")


class Priority(Choice):
    """How urgent an activity is (S 1.6)."""

    LOW = 0, N_("Low")
    NORMAL = 1, N_("Normal")
    HIGH = 2, N_("High")


class PartyRole(Choice):
    """What a record or person has to do with an activity; the numbers are Dynamics' participation types (S 1.6)."""

    FROM = 1, N_("From")
    TO = 2, N_("To")
    CC = 3, N_("Cc")
    BCC = 4, N_("Bcc")
    REQUIRED = 5, N_("Required Attendees")
    OPTIONAL = 6, N_("Optional Attendees")
    ORGANIZER = 7, N_("Organizer")
    REGARDING = 8, N_("Regarding")


class RoleCategory(Choice):
    """Category of a connection role (S 1.5)."""

    BUSINESS = 1, N_("Business")
    FAMILY = 2, N_("Family")
    SOCIAL = 3, N_("Social")
    SALES = 4, N_("Sales")
    OTHER = 5, N_("Other")
    STAKEHOLDER = 1000, N_("Stakeholder")
    SALES_TEAM = 1001, N_("Sales Team")
    SERVICE = 1002, N_("Service")
