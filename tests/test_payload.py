"""What an owner's message holds, cut down to what a network carries."""

from tests.edges import JULIET, member
from tests.world import HOME, parse
from transport.api import Attachment, Details, Feature, Refused
from transport.handlers.payload import Payload, read_payload

URL = "https://example.org/a.png"
OOB = f"<x xmlns='jabber:x:oob'><url>{URL}</url><desc>a picture</desc></x>"
REPLACE = "<replace xmlns='urn:xmpp:message-correct:0' id='old'/>"
REPLY = "<reply xmlns='urn:xmpp:reply:0' id='asked'/>"
REACTIONS = "<reactions xmlns='urn:xmpp:reactions:0' id='asked'><reaction>+</reaction></reactions>"


def read(inside: str, *features: Feature) -> Payload:
    [element] = parse(f"<message>{inside}</message>")
    return read_payload(element, frozenset(features))


def test_what_is_shared_becomes_its_address_where_the_text_lacks_it() -> None:
    assert read(OOB).text == URL
    assert read(f"<body>look</body>{OOB}").text == f"look {URL}"
    assert read(f"{OOB}<body>look</body>", Feature.NEWLINES).text == f"look\n{URL}"
    assert read(f"<body>{URL}</body>{OOB}").text == URL
    assert read(OOB).details is None


def test_what_is_shared_is_itself_where_the_network_has_files() -> None:
    shared = (Attachment(URL, "a picture"),)
    payload = read(f"<body>{URL}</body>{OOB}", Feature.ATTACHMENTS)
    assert (payload.text, payload.details) == ("", Details(attachments=shared))
    payload = read(f"<body>look</body>{OOB}", Feature.ATTACHMENTS)
    assert (payload.text, payload.details) == ("look", Details(attachments=shared))


def test_a_correction_and_a_reply_come_together_with_the_text() -> None:
    payload = read(f"{REPLY}<body>better</body>{REPLACE}{OOB}", Feature.CORRECTION, Feature.REPLIES)
    assert payload.text == f"better {URL}"
    assert payload.details == Details(reply_to="asked", replaces="old")


def test_a_marked_correction_is_still_a_reply() -> None:
    payload = read(f"{REPLACE}<body>better</body>{REPLY}", Feature.REPLIES)
    assert (payload.text, payload.details) == ("(corrected) better", Details(reply_to="asked"))


def test_reactions_pass_where_they_are_known() -> None:
    assert read(REACTIONS, Feature.REACTIONS).details == Details(reactions={"asked": ("+",)})


def test_what_may_work_later_is_an_error_of_the_type_wait() -> None:
    world = member()
    for seconds, wanted in ((None, "modify"), (3600.0, "wait")):
        world.session.answer = Refused("policy-violation", "You have sent enough.", retry_after=seconds)
        [error] = world.say(f"<message from='{HOME}' to='{JULIET}' type='chat' id='m'><body>hi</body></message>")
        assert [e.get("type") for e in error.elements()] == [wanted]


def test_a_file_alone_is_a_message() -> None:
    world = member()
    world.say(f"<message from='{HOME}' to='{JULIET}' type='chat' id='m'>{OOB}</message>")
    assert world.session.sent[-1].text == URL
