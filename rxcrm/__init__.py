"""rxcrm: lead management as one process with an embedded database."""

__version__ = "0.1.0"
