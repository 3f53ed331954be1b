"""A scripted IRC server for one user at a time: it welcomes whoever comes and then says what the test wants."""

import socket
import threading
from contextlib import suppress


class ScriptedIrcd:
    """Signs everybody in and lets everybody join; `send` writes bytes to the one who came last."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"irc://127.0.0.1:{self.port}"
        self.connection: socket.socket | None = None
        self.nick = "nobody"
        self.ended = False
        threading.Thread(target=self.serve, name="fake ircd", daemon=True).start()

    def serve(self) -> None:
        """Accept whoever comes."""
        while not self.ended:
            with suppress(OSError):
                connection, _ = self.listener.accept()
                threading.Thread(target=self.read, args=(connection,), daemon=True).start()

    def read(self, connection: socket.socket) -> None:
        """Answer one client's lines to its end."""
        self.connection = connection
        rest = b""
        with suppress(OSError):
            while data := connection.recv(65536):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self.answer(connection, line.strip().decode("utf-8", "replace"))
        connection.close()

    def answer(self, connection: socket.socket, line: str) -> None:
        """The least that a client needs."""
        word, _, rest = line.partition(" ")
        if word == "NICK":
            self.nick = rest.lstrip(":")
        elif word == "USER":
            self.reply(connection, f":irc.test 001 {self.nick} :Welcome", f":irc.test 376 {self.nick} :End of MOTD")
        elif word == "CAP" and rest.startswith("LS"):
            self.reply(connection, ":irc.test CAP * LS :server-time message-tags")
        elif word == "CAP" and rest.startswith("REQ"):
            self.reply(connection, f":irc.test CAP * ACK :{rest.partition(':')[2]}")
        elif word == "PING":
            self.reply(connection, f":irc.test PONG irc.test {rest}")
        elif word == "JOIN":
            for channel in rest.split(" ")[0].split(","):
                self.reply(
                    connection,
                    f":{self.nick}!u@host JOIN {channel}",
                    f":irc.test 353 {self.nick} = {channel} :{self.nick} @ann",
                    f":irc.test 366 {self.nick} {channel} :End of NAMES",
                )

    def reply(self, connection: socket.socket, *lines: str) -> None:
        """Write lines."""
        connection.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def send(self, data: bytes) -> None:
        """Write bytes to the one who came last."""
        if self.connection is not None:
            with suppress(OSError):
                self.connection.sendall(data)

    def close(self) -> None:
        """End."""
        self.ended = True
        self.listener.close()
        if self.connection is not None:
            self.connection.close()
