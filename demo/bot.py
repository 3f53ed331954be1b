"""A friendly bot that lives in #welcome: greets who comes, and answers a few words."""

import datetime
import random
import sys

import irc.bot
import irc.client
from jaraco.stream.buffer import LenientDecodingLineBuffer

CHANNEL = "#welcome"
TOPIC = 'Say "help" to the bot, or talk with each other: this room is on IRC and on XMPP.'
HELP = "I know: hello, help, time, dice, echo followed by what I shall say. Write to me alone and I echo it all."
GREETINGS = ("hello", "hi", "hey", "hallo", "good morning", "good evening")


def answer(text: str, nick: str) -> str | None:
    """What the bot says to a line in the room, or None."""
    said = text.strip()
    word = said.lower().removeprefix("bot:").removeprefix("bot,").strip().rstrip("!.?")
    if word in GREETINGS:
        return f"Hello {nick}!"
    if word == "help":
        return HELP
    if word == "time":
        return f"It is {datetime.datetime.now().astimezone():%H:%M:%S %Z on %A}."
    if word == "dice":
        return f"{nick} throws a {random.randint(1, 6)}."
    if word.startswith("echo "):
        return said.split(None, 1)[1]
    return None


class Bot(irc.bot.SingleServerIRCBot):
    """Joins one channel and talks there."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__([(host, port)], "bot", "A friendly bot")

    def on_welcome(self, connection: irc.client.ServerConnection, event: irc.client.Event) -> None:
        connection.join(CHANNEL)

    def on_join(self, connection: irc.client.ServerConnection, event: irc.client.Event) -> None:
        nick = event.source.nick
        if nick == connection.get_nickname():
            connection.topic(CHANNEL, TOPIC)
        else:
            connection.privmsg(event.target, f'Welcome, {nick}! Say "help" to see what I know.')

    def on_pubmsg(self, connection: irc.client.ServerConnection, event: irc.client.Event) -> None:
        reply = answer(event.arguments[0], event.source.nick)
        if reply:
            connection.privmsg(event.target, reply)

    def on_privmsg(self, connection: irc.client.ServerConnection, event: irc.client.Event) -> None:
        nick = event.source.nick
        connection.privmsg(nick, answer(event.arguments[0], nick) or event.arguments[0])


def main() -> None:
    """Run until the process is ended."""
    irc.client.ServerConnection.buffer_class = LenientDecodingLineBuffer
    Bot(sys.argv[1], int(sys.argv[2])).start()


if __name__ == "__main__":
    main()
