"""Registration with the gateway and with its networks (XEP-0077), as a form and as plain fields."""

from transport.address import Address
from transport.api import Field, FieldKind, Refused
from transport.registration import Form, Registration
from transport.router import Router, Stanza
from transport.text.translate import Translator
from transport.xmpp import forms
from transport.xmpp.element import Element
from transport.xmpp.ns import DATA_FORMS, REGISTER, tag

QUERY = tag(REGISTER, "query")
REMOVE = tag(REGISTER, "remove")
FORM = tag(DATA_FORMS, "x")
# What the schema of XEP-0077 knows; anything else is in the form only.
LEGACY = frozenset(
    {"address", "city", "date", "email", "first", "key", "last", "misc", "name"}
    | {"nick", "password", "phone", "state", "text", "url", "username", "zip"}
)


class Register:
    """Answers requests to register, to change a registration and to take it back."""

    __slots__ = ("_registration", "_translator")

    def __init__(self, registration: Registration, translator: Translator) -> None:
        self._registration = registration
        self._translator = translator

    def register(self, router: Router) -> None:
        """Answer the IQs of this protocol."""
        router.iq("get", QUERY, self.ask)
        router.iq("set", QUERY, self.answer)

    async def ask(self, stanza: Stanza, payload: Element) -> str:
        """The form, with what is registered now."""
        form = await self._registration.form(stanza.owner, place_of(stanza.address))
        return self._query(form, stanza.lang).to_xml()

    async def answer(self, stanza: Stanza, payload: Element) -> str:
        """Register, or take the registration back."""
        place = place_of(stanza.address)
        if payload.child(REMOVE) is not None:
            if len(list(payload.elements())) > 1:
                raise Refused("bad-request", "Nothing else may be said when a registration is removed.")
            await self._registration.remove(stanza.owner, place)
            return ""
        x = payload.child(FORM)
        if x is None:
            form = await self._registration.form(stanza.owner, place)
            values = legacy_values(form, payload)
        elif x.get("type") == "submit":
            values = forms.submit(x)
            if values.pop("FORM_TYPE", REGISTER) != REGISTER:
                raise Refused("bad-request", "This is another form.")
        elif x.get("type") == "cancel":
            return ""
        else:
            raise Refused("bad-request", "The form has not been filled in.")
        await self._registration.submit(stanza.owner, place, values)
        return ""

    def _query(self, form: Form, lang: str) -> Element:
        title = self._translator.render(form.title, lang)
        instructions = self._translator.render(form.instructions, lang)
        query = Element(QUERY)
        if form.registered:
            query.add(Element(tag(REGISTER, "registered")))
        query.add(Element(tag(REGISTER, "instructions"), None, instructions))
        for name, field in legacy_fields(form).items():
            value = "" if field.kind is FieldKind.SECRET else field.default
            query.add(Element(tag(REGISTER, name), None, *([value] if value else [])))
        fields = self._translator.fields(form.fields, lang)
        return query.add(forms.form(fields, {}, title=title, instructions=instructions, form_type=REGISTER))


def legacy_fields(form: Form) -> dict[str, Field]:
    """The fields that have an element of XEP-0077 of their own, by its name."""
    found: dict[str, Field] = {}
    for field in form.fields:
        if field.legacy in LEGACY:
            found.setdefault(field.legacy, field)
    return found


def legacy_values(form: Form, payload: Element) -> dict[str, str]:
    """What the elements of XEP-0077 say, by name of field."""
    return {
        field.name: payload.child_text(tag(REGISTER, name))
        for name, field in legacy_fields(form).items()
        if payload.child(tag(REGISTER, name)) is not None
    }


def place_of(address: Address) -> str:
    """Where somebody registers: at the gateway or at a network; people and rooms take nobody."""
    if address.name:
        raise Refused("service-unavailable", "Nobody can register here.")
    return address.network
