"""One modem from its start to its end: PIN, network, receiving, sending, USSD and calls."""
