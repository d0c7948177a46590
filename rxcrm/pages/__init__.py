"""One module per address: what is on the screen, top to bottom."""

import reflex as rx


def add_pages(app: rx.App) -> None:
    """Give every page its address, title and the event that fills it."""
    from rxcrm.pages import (
        account,
        accounts,
        activities,
        activity,
        address_suggestions,
        api_keys,
        assignment_rules,
        calendar,
        campaign,
        campaigns,
        column_security,
        contact,
        contacts,
        currencies,
        custom_fields,
        dashboards,
        duplicate_rules,
        duplicates,
        exchange,
        exports,
        field_mapping,
        form_editor,
        forms,
        home,
        import_map,
        import_preview,
        import_progress,
        import_result,
        import_review,
        import_run,
        import_upload,
        imports,
        jobs,
        lead,
        lead_score,
        leads,
        login,
        merge,
        opportunities,
        opportunity,
        option_lists,
        password,
        process_editor,
        processes,
        qualification,
        recycle_bin,
        roles,
        sample_data,
        security_roles,
        settings,
        settings_file,
        setup,
        tags,
        teams,
        templates,
        territories,
        topics,
        units,
        users,
        views,
        why,
    )

    app.add_page(home.page, route="/", title="rxcrm", on_load=home.on_load)
    app.add_page(setup.page, route="/setup", title="Set up · rxcrm")
    app.add_page(login.page, route="/login", title="Sign in · rxcrm")
    app.add_page(password.page, route="/password", title="Choose a password · rxcrm")
    app.add_page(leads.page, route="/leads", title="Leads · rxcrm", on_load=leads.on_load)
    app.add_page(lead.page, route="/leads/[lead_id]", title="Lead · rxcrm", on_load=lead.on_load)
    app.add_page(accounts.page, route="/accounts", title="Accounts · rxcrm", on_load=accounts.on_load)
    app.add_page(account.page, route="/accounts/[account_id]", title="Account · rxcrm", on_load=account.on_load)
    app.add_page(contacts.page, route="/contacts", title="Contacts · rxcrm", on_load=contacts.on_load)
    app.add_page(contact.page, route="/contacts/[contact_id]", title="Contact · rxcrm", on_load=contact.on_load)
    app.add_page(
        opportunities.page, route="/opportunities", title="Opportunities · rxcrm", on_load=opportunities.on_load
    )
    app.add_page(
        opportunity.page,
        route="/opportunities/[opportunity_id]",
        title="Opportunity · rxcrm",
        on_load=opportunity.on_load,
    )
    app.add_page(activities.page, route="/activities", title="Activities · rxcrm", on_load=activities.on_load)
    app.add_page(calendar.page, route="/activities/calendar", title="Calendar · rxcrm", on_load=calendar.on_load)
    app.add_page(activity.page, route="/activities/[activity_id]", title="Activity · rxcrm", on_load=activity.on_load)
    app.add_page(dashboards.page, route="/dashboards", title="Dashboards · rxcrm", on_load=dashboards.on_load)
    app.add_page(duplicates.page, route="/duplicates", title="Duplicates · rxcrm", on_load=duplicates.on_load)
    app.add_page(exports.page, route="/exports", title="Exports · rxcrm", on_load=exports.on_load)
    app.add_page(imports.page, route="/import", title="Import · rxcrm", on_load=imports.on_load)
    app.add_page(import_run.page, route="/import/[run_id]", title="Import · rxcrm", on_load=import_run.on_load)
    for step, module in (
        ("upload", import_upload),
        ("map", import_map),
        ("review", import_review),
        ("preview", import_preview),
        ("run", import_progress),
        ("result", import_result),
    ):
        app.add_page(module.page, route=f"/import/[run_id]/{step}", title="Import · rxcrm", on_load=module.on_load)
    app.add_page(recycle_bin.page, route="/recycle-bin", title="Recycle bin · rxcrm", on_load=recycle_bin.on_load)
    app.add_page(merge.page, route="/merge/[merged_table]", title="Merge · rxcrm", on_load=merge.on_load)
    app.add_page(settings.page, route="/settings", title="Settings · rxcrm", on_load=settings.on_load)
    app.add_page(users.page, route="/settings/users", title="Users · rxcrm", on_load=users.on_load)
    app.add_page(
        qualification.page,
        route="/settings/qualification",
        title="Lead qualification · rxcrm",
        on_load=qualification.on_load,
    )
    app.add_page(
        field_mapping.page,
        route="/settings/qualification/mapping",
        title="Field mapping · rxcrm",
        on_load=field_mapping.on_load,
    )
    app.add_page(
        assignment_rules.page,
        route="/settings/assignment-rules",
        title="Assignment rules · rxcrm",
        on_load=assignment_rules.on_load,
    )
    app.add_page(custom_fields.page, route="/settings/fields", title="Fields · rxcrm", on_load=custom_fields.on_load)
    app.add_page(currencies.page, route="/settings/currencies", title="Currencies · rxcrm", on_load=currencies.on_load)
    app.add_page(lead_score.page, route="/settings/lead-score", title="Lead score · rxcrm", on_load=lead_score.on_load)
    app.add_page(
        option_lists.page, route="/settings/option-lists", title="Option lists · rxcrm", on_load=option_lists.on_load
    )
    app.add_page(tags.page, route="/settings/tags", title="Tags · rxcrm", on_load=tags.on_load)
    app.add_page(forms.page, route="/settings/forms", title="Forms · rxcrm", on_load=forms.on_load)
    app.add_page(
        form_editor.page, route="/settings/forms/[form_entity]", title="Form · rxcrm", on_load=form_editor.on_load
    )
    app.add_page(processes.page, route="/settings/processes", title="Processes · rxcrm", on_load=processes.on_load)
    app.add_page(
        process_editor.page,
        route="/settings/processes/[process_key]",
        title="Process · rxcrm",
        on_load=process_editor.on_load,
    )
    app.add_page(roles.page, route="/settings/roles", title="Connection roles · rxcrm", on_load=roles.on_load)
    app.add_page(
        sample_data.page, route="/settings/sample-data", title="Sample data · rxcrm", on_load=sample_data.on_load
    )
    app.add_page(views.page, route="/settings/views", title="Views · rxcrm", on_load=views.on_load)
    for route in ("/settings/security-roles", "/settings/security-roles/[security_role]"):
        app.add_page(security_roles.page, route=route, title="Security roles · rxcrm", on_load=security_roles.on_load)
    for route in ("/settings/column-security", "/settings/column-security/[column_profile]"):
        app.add_page(
            column_security.page, route=route, title="Column security · rxcrm", on_load=column_security.on_load
        )
    app.add_page(why.page, route="/why", title="Why don't I see …? · rxcrm", on_load=why.on_load)
    app.add_page(campaign.page, route="/campaigns/[campaign_id]", title="Campaign · rxcrm", on_load=campaign.on_load)
    app.add_page(campaigns.page, route="/settings/campaigns", title="Campaigns · rxcrm", on_load=campaigns.on_load)
    app.add_page(
        territories.page, route="/settings/territories", title="Territories · rxcrm", on_load=territories.on_load
    )
    app.add_page(teams.page, route="/settings/teams", title="Teams · rxcrm", on_load=teams.on_load)
    app.add_page(topics.page, route="/settings/topics", title="Topics of leads · rxcrm", on_load=topics.on_load)
    app.add_page(units.page, route="/settings/units", title="Business units · rxcrm", on_load=units.on_load)
    app.add_page(
        templates.page, route="/settings/templates", title="E-mail templates · rxcrm", on_load=templates.on_load
    )
    app.add_page(
        duplicate_rules.page,
        route="/settings/duplicates",
        title="Duplicate rules · rxcrm",
        on_load=duplicate_rules.on_load,
    )
    app.add_page(api_keys.page, route="/settings/api-keys", title="API keys · rxcrm", on_load=api_keys.on_load)
    app.add_page(exchange.page, route="/settings/exchange", title="Exchange · rxcrm", on_load=exchange.on_load)
    app.add_page(
        settings_file.page,
        route="/settings/file",
        title="Settings file · rxcrm",
        on_load=settings_file.on_load,
    )
    app.add_page(
        address_suggestions.page,
        route="/settings/addresses",
        title="Address suggestions · rxcrm",
        on_load=address_suggestions.on_load,
    )
    app.add_page(jobs.page, route="/settings/jobs", title="Background work · rxcrm", on_load=jobs.on_load)
