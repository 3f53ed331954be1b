"""What the numbers of refusals mean (modern.ircdocs.horse/#numerics), as conditions and plain words."""

from transport.api import Refused
from transport.plugins.irc.formatting import plain
from transport.plugins.irc.line import Line

# Why a JOIN was refused; conditions as XEP-0045 section 7.2 has them.
JOIN = {
    "403": ("item-not-found", "There is no such channel."),
    "405": ("resource-constraint", "You are in too many channels."),
    "407": ("resource-constraint", "These are too many channels at once."),
    "408": ("item-not-found", "There is no such channel."),
    "437": ("resource-constraint", "The channel is not available for the moment."),
    "448": ("item-not-found", "The network does not allow this name for a channel."),
    "471": ("service-unavailable", "The channel is full."),
    "473": ("registration-required", "Only who is invited may enter the channel."),
    "474": ("forbidden", "You are banned from the channel."),
    "475": ("not-authorized", "The channel needs the right password."),
    "476": ("item-not-found", "This cannot be the name of a channel."),
    "477": ("registration-required", "The channel is open to registered nicknames only."),
    "479": ("item-not-found", "The network does not allow this name for a channel."),
    "480": ("resource-constraint", "The channel does not let so many in at once."),
    "485": ("forbidden", "The channel is closed."),
    "489": ("forbidden", "The channel is open only to those who come over a secure connection."),
    "495": ("resource-constraint", "You must wait before you come back to the channel."),
    "500": ("resource-constraint", "The channel does not let so many in at once."),
    "520": ("forbidden", "The channel is for the operators of the network."),
    "922": ("service-unavailable", "The channel cannot be entered."),
}

# Why a message was refused.
MESSAGE = {
    "401": ("item-not-found", "There is nobody of this name."),
    "402": ("item-not-found", "There is no such server."),
    "403": ("item-not-found", "There is no such channel."),
    "404": ("forbidden", "The channel does not take your message."),
    "407": ("not-acceptable", "The name is not clear."),
    "408": ("not-acceptable", "The channel does not take formatted messages."),
    "411": ("not-acceptable", "Nobody was named."),
    "412": ("not-acceptable", "There was no text."),
    "413": ("not-acceptable", "The name is not clear."),
    "414": ("not-acceptable", "The name is not clear."),
    "415": ("not-acceptable", "The name is not clear."),
    "417": ("not-acceptable", "The message is too long."),
    "437": ("resource-constraint", "The channel is not available for the moment."),
    "442": ("not-acceptable", "You are not in the channel."),
    "477": ("registration-required", "Only registered nicknames may write there."),
    "482": ("forbidden", "You are not an operator of the channel."),
    "486": ("registration-required", "Only registered nicknames may write to them."),
    "489": ("forbidden", "Only those who come over a secure connection may write there."),
    "492": ("not-acceptable", "Requests to programs are not allowed there."),
    "531": ("forbidden", "They do not take messages from you."),
    "716": ("forbidden", "They take messages only from people they have chosen."),
    "717": ("forbidden", "They were told that you want to write to them."),
}

# Why something asked of a channel, of a person or for ourselves was refused.
REQUEST = {
    "401": ("item-not-found", "There is nobody of this name."),
    "403": ("item-not-found", "There is no such channel."),
    "432": ("not-acceptable", "The network does not allow this nickname."),
    "433": ("conflict", "Somebody else has this nickname."),
    "435": ("not-acceptable", "The nickname cannot be changed while banned from a channel."),
    "436": ("conflict", "Somebody else has this nickname."),
    "437": ("conflict", "The nickname is not available for the moment."),
    "438": ("resource-constraint", "The nickname was changed too often. Wait a little."),
    "441": ("item-not-found", "They are not in the channel."),
    "442": ("not-acceptable", "You are not in the channel."),
    "443": ("conflict", "They are in the channel already."),
    "447": ("not-acceptable", "The nickname cannot be changed in one of the channels."),
    "467": ("conflict", "The channel has a password already."),
    "472": ("feature-not-implemented", "The network does not know this."),
    "478": ("resource-constraint", "The list of the channel is full."),
    "481": ("forbidden", "Only operators of the network may do this."),
    "482": ("forbidden", "You are not an operator of the channel."),
    "484": ("forbidden", "They are protected."),
    "485": ("forbidden", "You may not do this in the channel."),
    "501": ("feature-not-implemented", "The network does not know this."),
    "518": ("forbidden", "Invitations are off in the channel."),
    "696": ("not-acceptable", "The network does not take this value."),
    "974": ("forbidden", "You may not do this in the channel."),
}

NICK = frozenset({"432", "433", "436", "437", "438"})


def refusal(table: dict[str, tuple[str, str]], line: Line) -> Refused:
    """A numeric as Refused, with what the server said."""
    condition, words = table[line.command]
    told = plain(line.last)[0][:300] if len(line.params) > 1 else ""
    return Refused(condition, words + " ({said})", said=told) if told else Refused(condition, words)


# Numerics that tell a person nothing new.
_QUIET = """
001 002 003 004 005 010 042 221 250 251 252 253 254 255 265 266 305 306 315 318 329 341 352 354 366 375
396 732 733 900 901 903
"""
SILENT = frozenset(_QUIET.split())


def other(line: Line) -> Refused:
    """A refusal of which only the server's words are known."""
    return Refused("undefined-condition", "{said}", said=plain(line.last)[0][:300])
