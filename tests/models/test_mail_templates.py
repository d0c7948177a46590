"""Templates of e-mails (issue 3, part 3): merge fields filled in as text, unknown ones refused."""

from __future__ import annotations

import pytest

from rxcrm.models.choices import LeadSource
from rxcrm.models.errors import BadValue, Invalid, NotAllowed, NotFound
from rxcrm.models.mail import templates
from rxcrm.models.mail.tables import MailTemplate
from tests.office import Office


def template(office: Office, subject: str = "Hi", body: str = "<p>Hi</p>", entity: str = "lead") -> MailTemplate:
    typed = {"name": "Mine", "entity": entity, "subject": subject, "body": body}
    return templates.add(office.act(office.ada), typed)


def filled(office: Office, subject: str, body: str = "", **values: object) -> tuple[str, str]:
    lead = office.lead(**values)
    return templates.fill(office.act(office.sara), template(office, subject, body), "lead", lead.id or 0)


def test_three_ship_with_the_product_and_can_be_filled_in(office: Office) -> None:
    act = office.act(office.sara)
    shipped = templates.usable(act, "lead")
    assert [t.name for t in shipped] == ["First contact", "Follow-up", "Meeting request"]
    lead = office.lead(first_name="John", topic="Forklifts & more")
    for one in shipped:
        subject, body = templates.fill(act, one, "lead", lead.id or 0)
        assert "Forklifts & more" in subject
        assert "Hello John," in body and "Sara<br>Contoso" in body and "{{" not in subject + body


def test_fields_of_the_record_its_owner_the_writer_and_the_organisation(small_office: Office) -> None:
    subject, body = filled(
        small_office,
        "{{lead.topic}} for {{ lead.full_name }} of {{lead.owner}}",
        "<p>{{user.name}} {{user.email}} {{organisation.name}} {{lead.lead_source}} {{lead.do_not_email}}</p>",
        first_name="Jane",
        lead_source=LeadSource.WEB,
    )
    assert subject == "Forklifts for Jane Doe of Sara"
    assert body == "<p>Sara sara@contoso.com Contoso Web Allow</p>"


def test_records_that_the_lead_leads_to(small_office: Office) -> None:
    firm = small_office.account(name="Fabrikam")
    subject, _body = filled(small_office, "{{account.name}}/{{contact.last_name}}", existing_account_id=firm.id)
    assert subject == "Fabrikam/"


def test_contacts_and_accounts_have_templates_too(small_office: Office) -> None:
    firm = small_office.account(name="Fabrikam")
    roe = small_office.contact(account_id=firm.id)
    one = template(small_office, "{{contact.last_name}} of {{account.name}}", entity="contact")
    act = small_office.act(small_office.sara)
    assert templates.fill(act, one, "contact", roe.id or 0)[0] == "Roe of Fabrikam"
    with pytest.raises(NotFound, match="other records"):
        templates.fill(act, one, "account", firm.id or 0)


def test_a_value_is_text_whatever_it_holds(small_office: Office) -> None:
    nasty = "<script>x()</script>{{user.email}}"
    subject, body = filled(
        small_office, "{{lead.topic}}", "<p>{{lead.topic}} {{lead.description}}</p>", topic=nasty, description="a\nb"
    )
    assert subject == nasty
    assert body == "<p>&lt;script&gt;x()&lt;/script&gt;{{user.email}} a<br>b</p>"


def test_what_is_empty_has_a_stand_in(small_office: Office) -> None:
    subject, body = filled(
        small_office, "{{lead.first_name|friend &amp; foe}}", "<p>{{lead.first_name | you}}{{lead.city}}</p>"
    )
    assert (subject, body) == ("friend & foe", "<p>you</p>")


@pytest.mark.parametrize(
    "place",
    ["{{lead.shoe_size}}", "{{password}}", "{{user.password_hash}}", "{{lead.search_text}}", "{{lead.__class__}}", "{{}}",
     "{{lead.<b>topic</b>}}", "{{opportunity.name}}", "{{lead.existing_account_id}}"],
)  # fmt: skip
def test_an_unknown_field_is_refused_with_a_sentence(small_office: Office, place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        template(small_office, "Hi", f"<p>{place}</p>")
    assert "There is no merge field" in refusal.value.by_field()["body"]


def test_a_template_that_became_wrong_is_refused_when_it_is_used(small_office: Office) -> None:
    one = template(small_office)
    one.subject = "{{lead.gone}}"
    with pytest.raises(BadValue, match=r"\{\{lead\.gone\}\}"):
        templates.fill(small_office.act(small_office.sara), one, "lead", small_office.lead().id or 0)


def test_every_field_of_the_picker_works(small_office: Office) -> None:
    for entity in templates.WRITTEN_TO:
        names = [f.name for f in templates.merge_fields(entity)]
        assert len(names) == len(set(names)) > 40
        row = getattr(small_office, entity)()
        one = MailTemplate(entity=entity, body=" ".join(f"{{{{{n}}}}}" for n in names), created_on=small_office.now)
        templates.fill(small_office.act(small_office.sara), one, entity, row.id or 0)


def test_nobody_fills_in_a_record_that_he_may_not_see(small_office: Office) -> None:
    small_office.settle(private=True)
    hidden = small_office.lead(small_office.olaf)
    with pytest.raises(NotFound):
        templates.fill(small_office.act(small_office.sara), template(small_office), "lead", hidden.id or 0)


def test_every_problem_is_told_at_its_field(small_office: Office) -> None:
    act = small_office.act(small_office.ada)
    with pytest.raises(Invalid) as refusal:
        templates.add(act, {"name": "", "entity": "dog", "subject": "x" * 201, "body": "x" * 100_001, "id": "5"})
    assert set(refusal.value.by_field()) == {"name", "entity", "subject", "body", "id"}
    with pytest.raises(Invalid, match="attention") as refusal:
        templates.add(act, {"name": "first CONTACT"})
    assert refusal.value.by_field() == {"name": "Another template has this name."}


def test_what_is_active_in_a_body_is_dropped_when_it_is_saved(small_office: Office) -> None:
    assert template(small_office, body="<p>Hi</p><script>x()</script>").body == "<p>Hi</p>"


def test_a_template_is_changed_switched_off_and_removed(office: Office) -> None:
    act = office.act(office.ada)
    one = template(office)
    templates.change(act, one.id or 0, {"name": "Yours", "active": "0"})
    assert (one.name, one.subject, one.active) == ("Yours", "Hi", False)
    assert one not in templates.usable(office.act(office.sara), "lead")
    templates.change(act, one.id or 0, {"name": "Yours"})
    templates.remove(act, one.id or 0)
    with pytest.raises(NotFound):
        templates.remove(act, one.id or 0)


def test_the_preview_uses_the_newest_record(small_office: Office) -> None:
    act = small_office.act(small_office.ada)
    with pytest.raises(NotFound, match="no record to try it with"):
        templates.sample(act, {"subject": "{{lead.topic}}"})
    small_office.lead(topic="Old")
    small_office.lead(topic="New")
    assert templates.sample(act, {"subject": "{{lead.topic}}", "body": "<p>x</p>"}) == ("New", "<p>x</p>")


def test_only_administrators_look_after_templates(small_office: Office) -> None:
    one = template(small_office)
    act = small_office.act(small_office.vera)
    for verb in (
        lambda: templates.everything(act),
        lambda: templates.add(act, {"name": "x"}),
        lambda: templates.change(act, one.id or 0, {}),
        lambda: templates.remove(act, one.id or 0),
        lambda: templates.sample(act, {}),
    ):
        with pytest.raises(NotAllowed, match="Only administrators"):
            verb()
