"""A line of JSON in, a line of JSON out: libgammu's codec, run by the interpreter that has it."""

import json
import sys

import gammu


def plain(value):
    """A value that JSON can hold."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if hasattr(value, "timetuple"):
        return list(value.timetuple()[:6])
    return value


def answer(asked):
    """What gammu makes of a request."""
    if asked["op"] == "decode":
        return plain(gammu.DecodePDU(bytes.fromhex(asked["octets"]), True))
    sms = asked["sms"]
    header = bytes.fromhex(sms.pop("header"))
    sms["UDH"] = {"Type": "UserUDH" if header else "NoUDH", "Text": header}
    return {"octets": gammu.EncodePDU(sms, asked["layout"]).hex()}


def main():
    """Answer until there is nothing more."""
    for line in sys.stdin:
        try:
            found = answer(json.loads(line))
        except (gammu.GSMError, ValueError, TypeError, UnicodeError) as why:
            found = {"error": str(why)}
        print(json.dumps(found), flush=True)


main()
