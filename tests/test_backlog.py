"""What waits while the link is down."""

from transport.xmpp.backlog import Backlog


def test_the_backlog_is_bounded_and_gives_up_presence_first() -> None:
    backlog = Backlog(4)
    for xml in ("<message>1", "<presence>", "<presence>", "<message>2"):
        backlog.put(xml)
    backlog.put("<message>3")
    assert list(backlog.waiting) == ["<message>1", "<message>2", "<message>3"]
    backlog.put("<presence>")
    backlog.put("<presence>")
    assert backlog.dropped == 3
    backlog.put("<message>4")
    backlog.put("<message>5")
    assert backlog.take() == ["<message>2", "<message>3", "<message>4", "<message>5"]
    assert len(backlog) == 0
    assert backlog.dropped == 5
