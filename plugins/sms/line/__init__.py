"""Speaking with a modem: the port, AT commands one at a time, and what the answers say (V.250, 3GPP TS 27.005)."""
