"""How older leads of the sample story ended: qualified into deals that were won, lost or go on, or disqualified."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from rxcrm.models import closing, disqualifying, process_moves
from rxcrm.models.access import Privilege
from rxcrm.models.choices import OpportunityStatus
from rxcrm.models.fields import raw
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.qualifying import planning
from rxcrm.models.qualifying.doing import Choice, Part, Way, qualify
from rxcrm.models.records import Act, save

#: What sellers noted when they gave up on a lead, by the reason.
COMMENTS = (
    "Went with a local dealer who is on site anyway.",
    "Number does not exist any more, mails come back.",
    "The project is off until the new hall is decided.",
    "Was looking for a used single piece; not our business.",
)
#: What was said when a deal was decided.
WON = "Signed after the visit to a reference customer. Delivery in two lots."
LOST = "Price was close; the other one could deliver six weeks earlier."
#: What a deal is about, written down while it is developed.
NEEDS = "Fewer manual moves between goods-in and storage, and figures that hold in front of the board."
SOLUTION = "Layout B with two lifts less, service contract included in the offer."


#: Whether an existing record, by table and id, may be used for the story.
Ours = Callable[[str, int], bool]


def tell(n: int, lead: Lead, now: datetime, as_owner: Callable[[datetime], Act], ours: Ours | None = None) -> None:
    """Bring the n-th lead to its end, by its owner, some days after it was changed last.

    Where somebody else's records are there too, `ours` tells those of the story: no other is used.
    """
    when = lead.modified_on + timedelta(days=4 + n % 5, hours=2)
    if when >= now or not lead.is_open:
        return
    if n % 7 in (0, 3, 5):
        _sell(n, lead, when, now, as_owner, ours)
    elif n % 7 == 6:
        reason = disqualifying.reasons()[n % len(disqualifying.reasons())]
        disqualifying.disqualify(as_owner(when), lead, reason, COMMENTS[n % len(COMMENTS)] if n % 2 else "")


def _sell(
    n: int, lead: Lead, when: datetime, now: datetime, as_owner: Callable[[datetime], Act], ours: Ours | None
) -> None:
    """Qualify the lead as the pane presets it, then work on the deal stage by stage."""
    act = as_owner(when)
    found = planning.proposal(act, lead.id or 0)
    choice = planning.decided(found)
    if ours is not None:
        account = _known(choice.account, "account", ours, can_be_new=bool(lead.company_name))
        contact = _known(choice.contact, "contact", ours, can_be_new=True)
        choice = Choice(account, contact, choice.deals)
    outcome = qualify(act, found.lead_id, found.version, choice)
    if not outcome.primary:
        return
    deal = act.find(Opportunity, outcome.primary, Privilege.WRITE)
    value = lead.estimated_amount or lead.budget_amount or (n * 11 % 19 + 3) * 4_000
    close = (when + timedelta(days=75 + n * 5 % 60)).date()
    known = {
        "estimated_revenue": raw(value),
        "estimated_close_date": close.isoformat(),
        "probability": str(20 + n % 4 * 10),
    }
    steps: list[tuple[timedelta, Callable[[Act], object]]] = [
        (timedelta(days=3), lambda act: save(act, deal, {**known, "customer_need": NEEDS})),
        (timedelta(days=12), lambda act: save(act, deal, {"proposed_solution": SOLUTION, "identify_contacts": "1"})),
        (timedelta(days=15), lambda act: process_moves.next_stage(act, deal)),
        (timedelta(days=31), lambda act: save(act, deal, {"develop_proposal": "1", "probability": "60"})),
        (timedelta(days=36), lambda act: process_moves.next_stage(act, deal)),
        (timedelta(days=55 + n % 9), lambda act: _decide(n, act, deal)),
    ]
    # Some rest where they are.
    for after, step in steps[: {2: 3, 4: 2}.get(n % 5, len(steps))]:
        if when + after >= now:
            break
        step(as_owner(when + after))


def _known(part: Part, entity: str, ours: Ours, *, can_be_new: bool) -> Part:
    """What was chosen, unless it is an existing record of somebody else's."""
    if part.way is not Way.EXISTING or ours(entity, part.id):
        return part
    return Part(Way.NEW if can_be_new else Way.SKIP)


def _decide(n: int, act: Act, deal: Opportunity) -> None:
    """Two of three are won."""
    status = OpportunityStatus.LOST if n % 3 == 1 else OpportunityStatus.WON
    typed = closing.draft(act, deal, status).values
    if status is OpportunityStatus.WON:
        closing.win(act, deal, {**typed, "closing_description": WON})
    else:
        closing.lose(act, deal, {**typed, "closing_description": LOST})
