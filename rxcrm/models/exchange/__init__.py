"""Contacts from elsewhere: mailboxes of Microsoft 365 through Graph, address books of any CardDAV server."""
