"""Values of the codec, for property tests: all that can be written, and reads as the same."""

from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from transport.plugins.sms.codec import udh
from transport.plugins.sms.codec.alphabets import DEFAULT, EXTENSION
from transport.plugins.sms.codec.dcs import CODINGS, Alphabet
from transport.plugins.sms.codec.user_data import room
from transport.plugins.sms.tpdu import Absolute, Deliver, Element, Enhanced, Number, Relative, StatusReport, Submit

SEPTET_CHARS = "".join(sorted({*DEFAULT, *EXTENSION.values()}))
octet = st.integers(0, 255)


def is_kept(name: str) -> bool:
    """Whether a name comes back: what would be eight septets, the last one a NUL, is padding (see `address_field.name`)."""
    septets = len(name) + sum(c in EXTENSION.values() and c != " " for c in name)
    return septets <= 11 and not (septets == 8 and name.endswith("@"))


names = st.text(SEPTET_CHARS, min_size=1, max_size=11).filter(is_kept)
digits = st.text("0123456789", min_size=1, max_size=20) | st.text("0123456789*#abc", min_size=1, max_size=20)
npi = st.integers(0, 15)
numbers = st.builds(Number, digits, st.sampled_from([0, 1, 2, 3, 4, 6, 7]), npi) | st.builds(
    Number, names, st.just(5), npi
)
smscs = st.none() | numbers
zones = st.integers(-79, 79).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
times = st.none() | st.datetimes(datetime(1990, 1, 2), datetime(2089, 12, 30), timezones=zones).map(
    lambda when: when.replace(microsecond=0)
)
elements = st.builds(Element, octet, st.binary(max_size=20))
headers = st.lists(elements, max_size=4).map(tuple)
validities = st.one_of(
    st.none(),
    octet.map(Relative),
    times.map(Absolute),
    st.binary(min_size=7, max_size=7).map(Enhanced),
)


def fitting(header: tuple[Element, ...], dcs: int, data: bytes) -> bytes:
    """As much of the data as there is room for, in septets where that is the alphabet."""
    alphabet = CODINGS[dcs].alphabet
    data = data[: room(alphabet, len(udh.write(header)))]
    return bytes(octet & 0x7F for octet in data) if alphabet is Alphabet.GSM7 else data


@st.composite
def delivers(draw: st.DrawFn) -> Deliver:
    """Any DELIVER."""
    header, dcs = draw(headers), draw(octet)
    data = fitting(header, dcs, draw(st.binary(max_size=160)))
    flags = draw(st.tuples(*[st.booleans()] * 4))
    return Deliver(draw(numbers), draw(times), draw(octet), dcs, data, header, draw(smscs), *flags)


@st.composite
def submits(draw: st.DrawFn) -> Submit:
    """Any SUBMIT."""
    header, dcs = draw(headers), draw(octet)
    data = fitting(header, dcs, draw(st.binary(max_size=160)))
    flags = draw(st.tuples(*[st.booleans()] * 3))
    return Submit(
        draw(numbers), dcs, data, draw(octet), header, draw(octet), draw(validities), *flags, smsc=draw(smscs)
    )


@st.composite
def reports(draw: st.DrawFn) -> StatusReport:
    """Any STATUS-REPORT."""
    header, dcs = draw(headers), draw(octet)
    data = fitting(header, dcs, draw(st.binary(max_size=100)))
    # Without any time the length of the address is doubted.
    sent, discharge = draw(times.filter(bool)), draw(times)
    flags = draw(st.tuples(*[st.booleans()] * 3))
    return StatusReport(
        draw(octet), draw(numbers), sent, discharge, draw(octet), draw(smscs), *flags, draw(octet), dcs, data, header
    )


pdus = st.one_of(delivers(), submits(), reports())
