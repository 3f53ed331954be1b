"""Text messages through a modem on a serial port (3GPP TS 23.040, 23.038, 27.005, 27.007)."""

from transport.plugins.sms.network import Sms

__all__ = ["Sms"]
