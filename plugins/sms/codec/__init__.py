"""Texts as octets and back: alphabets, PDUs, headers and parts (3GPP TS 23.038, TS 23.040); pure."""
