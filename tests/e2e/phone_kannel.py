"""Kannel: bearerbox, which has the modem, and smsbox, which speaks HTTP with everybody else."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from urllib.request import urlopen

from phone_program import UTF8, PhoneProgram, Program, Read
from waiting import Inbox

from demo.partners import free_ports
from demo.partners.patience import installed, until

CONFIG = """\
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = secret
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
log-file = {folder}/bearerbox.log
log-level = 0
dlr-storage = internal

group = smsc
smsc = at
smsc-id = modem
modemtype = auto
device = {device}
speed = 115200
my-number = {number}
connect-allow-ip = 127.0.0.1

group = modems
id = simulated
name = simulated
detect-string = "{model}"
init-string = "AT+CNMI=2,2,0,1,0"

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {boxes}
sendsms-port = {http}
sendsms-interface = 127.0.0.1
log-file = {folder}/smsbox.log
log-level = 0

group = sendsms-user
username = user
password = secret
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
get-url = "{ours}/text?from=%p&text=%b&charset=%C"
max-messages = 0
concatenation = true
"""
REPORT = "/report?kind=%d&number=%p"


class Kannel(PhoneProgram):
    """Kannel; what it receives it tells a web server of ours."""

    name = "kannel"

    def __init__(self, folder: Path, device: Path) -> None:
        super().__init__(folder, device)
        self.admin, boxes, self.http = free_ports(3)
        self.calls: Inbox[tuple[str, dict[str, str]]] = Inbox("our web server", str)
        self.web = web_server(self.calls)
        self.ours = f"http://127.0.0.1:{self.web.server_port}"
        config = self.folder / "kannel.conf"
        values = {"folder": self.folder, "device": device, "admin": self.admin, "boxes": boxes, "http": self.http}
        config.write_text(CONFIG.format(**values, ours=self.ours, number="0", model="SimModem"))
        self.program = Program(
            [installed("bearerbox", "kannel"), str(config)],
            log=self.folder / "bearerbox.out",
            folder=self.folder,
            ports=(self.admin, boxes),
            environment=UTF8,
        )
        self.smsbox = Program(
            [installed("smsbox", "kannel"), str(config)],
            log=self.folder / "smsbox.out",
            folder=self.folder,
            ports=(self.http,),
            environment=UTF8,
        )

    def start(self) -> Self:
        """Start both boxes and wait until the modem is online."""
        threading.Thread(target=self.web.serve_forever, daemon=True).start()
        self.program.start()
        self.smsbox.start()
        until(lambda: "(online" in self.status(), "Kannel to have the modem", 40)
        return self

    def stop(self) -> None:
        """Stop both, and our web server."""
        self.smsbox.stop()
        self.program.stop()
        self.web.shutdown()
        self.web.server_close()

    def status(self) -> str:
        """What bearerbox tells of itself."""
        with urlopen(f"http://127.0.0.1:{self.admin}/status.txt?password=secret", timeout=10) as page:
            return str(page.read().decode())

    def about(self) -> dict[str, str]:
        """The log tells by what it has known the modem."""
        log = (self.folder / "bearerbox.log").read_text(errors="replace")
        return {"model": log.partition("found string <")[2].partition(">, using modem definition <simulated>")[0]}

    def send(self, to: str, text: str) -> None:
        """By HTTP; the answer to a report comes by HTTP too."""
        query = {
            "username": "user", "password": "secret", "from": "0", "to": to, "text": text,
            "charset": "UTF-8", "coding": "0" if text.isascii() else "2",
            "dlr-mask": "31", "dlr-url": self.ours + REPORT,
        }  # fmt: skip
        url = f"http://127.0.0.1:{self.http}/cgi-bin/sendsms?{urlencode(query, quote_via=quote)}"
        with urlopen(url, timeout=10) as answer:
            said = answer.read().decode()
        assert said.startswith("0: Accepted"), said
        self.calls.take(lambda call: call[0] == "/report" and call[1]["kind"] == "8", 30, "acceptance")

    def wait_for_report(self, to: str) -> None:
        """Kind 1 is delivery to the phone."""
        self.calls.take(lambda call: call[0] == "/report" and call[1] == {"kind": "1", "number": to}, 20, "a report")

    def read(self, text: str) -> Read:
        """A call of our web server."""
        _, query = self.calls.take(lambda call: call[0] == "/text" and text in call[1]["text"], 30, text)
        return Read(query["from"], query["text"])

    def told(self) -> str:
        """The end of both logs."""
        return self.program.tail(4000) + self.smsbox.tail(2000)


def web_server(calls: Inbox[tuple[str, dict[str, str]]]) -> ThreadingHTTPServer:
    """A web server that puts down what it is asked, the text in the charset that the call names."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer nothing, so that no answer is texted."""
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query, encoding="latin-1").items()}
            if "text" in query:
                query["text"] = query["text"].encode("latin-1").decode(query["charset"])
            calls.put((parts.path, query))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)
