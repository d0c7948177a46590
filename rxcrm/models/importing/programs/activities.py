"""What exports of other programs call the parts of an activity, each list with the page that documents it."""

from __future__ import annotations

from rxcrm.models.importing.programs import Source

DYNAMICS = Source(
    "Dynamics 365",
    "MicrosoftDocs/dynamics-365-customer-engagement ce/developer/entities/{activitypointer,task,phonecall,appointment}.md",
    {
        "kind": ("Activity Type", "activitytypecode"),
        "regarding": ("Regarding", "regardingobjectid"),
        "owner": ("Owner", "ownerid"),
        "status": ("Activity Status", "statecode"),
        "created_on": ("Created On", "Date Created", "Record Created On", "overriddencreatedon"),
        "due_on": ("Due Date", "Due"),
        "start_on": ("Start Date",),
        "from": ("Call From", "From"),
        "to": ("Call To", "To"),
    },
)
SALESFORCE = Source(
    "Salesforce",
    "the Object Reference, Task and Event: labels and API names, from memory",
    {
        "subject": ("Subject",),
        "kind": ("Task Subtype", "Type", "Activity Type"),
        "due_on": ("Due Date", "ActivityDate", "Due Date Only", "End", "EndDateTime", "End Date/Time"),
        "start_on": ("Start", "StartDateTime", "Start Date/Time", "Date"),
        "status": ("Status",),
        "priority": ("Priority",),
        "description": ("Comments", "Description", "Full Comments"),
        "regarding": ("Related To", "What"),
        "regarding_contact": ("Contact", "Name", "Who"),
        "regarding_account": ("Company / Account", "Account"),
        "regarding_opportunity": ("Opportunity",),
        "regarding_lead": ("Lead",),
        "owner": ("Assigned", "Assigned To", "OwnerId"),
        "location": ("Location",),
        "all_day": ("All-Day Event", "IsAllDayEvent"),
        "duration": ("Duration", "DurationInMinutes"),
        "outgoing": ("Call Type", "CallType"),
        "closed_on": ("Completed Date/Time", "CompletedDateTime"),
        "remind_on": ("Reminder Date/Time", "ReminderDateTime"),
        "created_on": ("Created Date",),
    },
)
HUBSPOT = Source(
    "HubSpot",
    "https://knowledge.hubspot.com/crm-setup/hubspots-default-activity-properties (read in its Japanese and Finnish"
    " translations; the English labels from memory) and the engagement schemas (hs_ names: schemas.apis.io)",
    {
        "kind": ("Activity type", "hs_activity_type"),
        "subject": (
            *("Task Title", "Task name", "Call title", "Meeting name", "Meeting title", "Email subject"),
            *("hs_task_subject", "hs_call_title", "hs_meeting_title", "hs_email_subject"),
        ),
        "description": (
            *("Task notes", "Call notes", "Meeting description", "Note body", "Email body", "Email text"),
            *("hs_task_body", "hs_call_body", "hs_meeting_body", "hs_note_body", "hs_email_text"),
        ),
        "due_on": ("Due date", "Activity date", "Meeting end time", "hs_timestamp", "hs_meeting_end_time"),
        "start_on": ("Meeting start time", "hs_meeting_start_time"),
        "status": (
            *("Task status", "Call outcome", "Call status", "Meeting outcome", "Email send status"),
            *("hs_task_status", "hs_call_status", "hs_meeting_outcome", "hs_email_status"),
        ),
        "priority": ("Priority", "Task priority", "hs_task_priority"),
        "outgoing": ("Call direction", "Email direction", "hs_call_direction", "hs_email_direction"),
        "phone_number": ("To number", "hs_call_to_number"),
        "location": ("Meeting location", "hs_meeting_location"),
        "closed_on": ("Completed at", "Task completion date", "hs_task_completion_date"),
        "from": ("Email from address", "hs_email_from_email"),
        "to": ("Email to address", "hs_email_to_email"),
        "cc": ("Email CC address", "hs_email_cc_email"),
        "bcc": ("Email BCC address", "hs_email_bcc_email"),
        "regarding_contact": ("Associated Contact",),
        "regarding_account": ("Associated Company",),
        "regarding_opportunity": ("Associated Deal",),
        "owner": ("Activity assigned to", "Assigned to", "hubspot_owner_id"),
        "created_on": ("Create Date", "hs_createdate"),
    },
)
ZOHO = Source(
    "Zoho CRM",
    "https://help.zoho.com/portal/en/kb/crm/customize-crm-account/customizing-fields/articles/standard-modules-fields,"
    " Tasks, Calls and Meetings",
    {
        "subject": ("Subject", "Title"),
        "due_on": ("Due Date",),
        "status": ("Status", "Call Result", "Outgoing Call Status"),
        "priority": ("Priority",),
        "regarding": ("Related To",),
        "regarding_contact": ("Contact Name",),
        "outgoing": ("Call Type",),
        "start_on": ("Call Start Time",),
        "location": ("Location", "Venue"),
        "required": ("Participants",),
        "organizer": ("Host",),
        "description": ("Description",),
        "closed_on": ("Closed Time",),
        "remind_on": ("Reminder",),
        "category": ("Call Purpose",),
        "owner": ("Task Owner", "Call Owner", "Meeting Owner", "Event Owner", "Activity Owner"),
        "created_on": ("Created Time",),
    },
)
OUTLOOK = Source(
    "Outlook",
    "https://wiki.mozilla.org/Calendar:Feature_Implementations:ImportExport:CSV (the 22 headings of the calendar and those of"
    " tasks, which Thunderbird's and Google's calendars write and read too)",
    {
        "subject": ("Subject",),
        "start_on": ("Start Date",),
        "start_time": ("Start Time",),
        "due_on": ("End Date", "Due Date"),
        "due_time": ("End Time",),
        "all_day": ("All day event",),
        "remind_on": ("Reminder Date",),
        "organizer": ("Meeting Organizer",),
        "required": ("Required Attendees",),
        "optional": ("Optional Attendees",),
        "category": ("Categories",),
        "description": ("Description", "Notes"),
        "location": ("Location",),
        "priority": ("Priority",),
        "status": ("Show time as", "Status"),
        "percent_complete": ("% Complete",),
        "closed_on": ("Date Completed",),
        "regarding_account": ("Companies",),
        "regarding_contact": ("Contacts",),
    },
)
ODOO = Source(
    "Odoo",
    "odoo/odoo addons/mail/models/mail_activity.py and addons/calendar/models/calendar_event.py: names of the fields",
    {
        "subject": ("summary", "name", "Meeting Subject"),
        "kind": ("activity_type_id", "Activity Type"),
        "description": ("note", "description"),
        "due_on": ("date_deadline", "stop", "Stop"),
        "start_on": ("start", "Start"),
        "all_day": ("allday", "All Day"),
        "location": ("location",),
        "regarding": ("res_name", "Document Name"),
        "required": ("partner_ids", "Attendees"),
        "owner": ("user_id", "Assigned to"),
        "created_on": ("create_date", "Created on"),
    },
)
PIPEDRIVE = Source(
    "Pipedrive",
    "its import template as a public program that reads it lists it (Activity - Subject, Activity - Due date, Activity -"
    " Assigned to user, Activity - Note); the others from memory",
    {
        "subject": ("Activity - Subject",),
        "kind": ("Activity - Type",),
        "due_on": ("Activity - Due date",),
        "due_time": ("Activity - Due time",),
        "status": ("Activity - Done", "Activity - Status"),
        "description": ("Activity - Note",),
        "regarding_opportunity": ("Activity - Deal", "Deal - Title"),
        "regarding_contact": ("Activity - Contact person", "Person - Name"),
        "regarding_account": ("Activity - Organization", "Organization - Name"),
        "owner": ("Activity - Assigned to user",),
    },
)
#: Headings that people type by hand, in no program's export; the last to be asked.
COMMON = Source(
    "",
    "none: everyday spellings",
    {
        "subject": ("Title", "Name", "Topic", "Task", "What", "Summary"),
        "kind": ("Type", "Kind", "Activity"),
        "due_on": ("Deadline", "Due", "End", "Date"),
        "start_on": ("Start", "Begin", "Starts"),
        "description": ("Notes", "Note", "Comments", "Comment", "Body", "Text", "Details"),
        "status": ("Done", "Completed", "State"),
        "regarding": ("Record", "Related To", "Customer"),
        "regarding_account": ("Company", "Account", "Organization", "Organisation"),
        "regarding_contact": ("Contact", "Contact Person", "Person"),
        "regarding_lead": ("Lead",),
        "regarding_opportunity": ("Opportunity", "Deal"),
        "phone_number": ("Phone", "Telephone", "Number"),
        "location": ("Place", "Where", "Room"),
        "percent_complete": ("Progress", "Percent Complete"),
        "required": ("Attendees", "Guests", "Invitees"),
        "owner": ("Assigned To", "Assignee", "Responsible"),
        "remind_on": ("Reminder", "Remind me"),
        "created_on": ("Created", "Created At"),
    },
)

ACTIVITIES = (DYNAMICS, SALESFORCE, HUBSPOT, ZOHO, OUTLOOK, ODOO, PIPEDRIVE, COMMON)
