"""Tells twistd that there is a `transport` command; nothing else is here."""

from twisted.application.service import ServiceMaker

service_maker = ServiceMaker("transport", "transport.tap", "A gateway between XMPP and other networks.", "transport")
