"""Every table and every rule of rxcrm; knows neither Reflex nor the web."""
