"""What programs may do over HTTP: keys, tables as they are described to them, records as JSON (rxcrm.web_api)."""
