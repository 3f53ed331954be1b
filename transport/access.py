"""Who may do what: the lists of the configuration, and what was added to them while running."""

from collections.abc import Iterable, Mapping

from attrs import define, field

from transport import jid
from transport.config import AccessConfig

EVERYBODY = "*"
BELOW = "*."
CACHED = 4096
LISTS = ("register", "guests", "admins", "deny")


@define
class AccessList:
    """Addresses, domains, `*.domain` for all below a domain, and `*` for everybody."""

    entries: frozenset[str]
    _answers: dict[str, bool] = field(factory=dict, eq=False, repr=False)

    @classmethod
    def of(cls, *lists: Iterable[str]) -> "AccessList":
        """A list of all entries of some lists."""
        return cls(frozenset(normal(entry) for entries in lists for entry in entries))

    def __contains__(self, bare: str) -> bool:
        """Whether a bare address, as a server writes it, is on the list."""
        answer = self._answers.get(bare)
        if answer is None:
            if len(self._answers) >= CACHED:
                self._answers.clear()
            answer = self._answers[bare] = self._find(bare)
        return answer

    def _find(self, bare: str) -> bool:
        entries = self.entries
        domain = bare.rpartition("@")[2]
        if EVERYBODY in entries or bare in entries or domain in entries:
            return True
        labels = domain.split(".")
        return any(BELOW + ".".join(labels[i:]) in entries for i in range(1, len(labels)))


def normal(entry: str) -> str:
    """An entry as addresses are compared; what cannot be one stays as it is, and matches nobody."""
    below, name = (BELOW, entry[len(BELOW) :]) if entry.startswith(BELOW) else ("", entry)
    parsed = jid.parse(name)
    return entry if parsed is None else below + parsed.bare


class Access:
    """The policy; `extra` are entries added while running, by the list's name."""

    __slots__ = ("_admins", "_deny", "_guests", "_networks", "_register")

    def __init__(
        self,
        config: AccessConfig,
        extra: Mapping[str, Iterable[str]] | None = None,
        networks: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.update(config, extra, networks)

    def update(
        self,
        config: AccessConfig,
        extra: Mapping[str, Iterable[str]] | None = None,
        networks: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        """Take another policy; `networks` are the lists that narrow a network, by its name.

        The name `*` stands for all networks that have no list of their own.
        """
        more = extra or {}
        self._register = AccessList.of(config.register, more.get("register", ()))
        self._guests = AccessList.of(config.guests, more.get("guests", ()))
        self._admins = AccessList.of(config.admins, more.get("admins", ()))
        self._deny = AccessList.of(config.deny, more.get("deny", ()))
        self._networks = {name: AccessList.of(entries) for name, entries in (networks or {}).items()}

    def may_use(self, bare: str, network: str) -> bool:
        """Whether a network's own list lets somebody in; one without a list lets everybody."""
        own = self._networks.get(network, self._networks.get(EVERYBODY))
        return own is None or bare in own

    def denied(self, bare: str) -> bool:
        """Whether somebody may do nothing at all."""
        deny = self._deny
        return bool(deny.entries) and bare in deny

    def may_register(self, bare: str) -> bool:
        """Whether somebody may become a member."""
        return bare in self._register and bare not in self._deny

    def may_visit(self, bare: str) -> bool:
        """Whether somebody may use rooms without being a member."""
        return bare in self._guests and bare not in self._deny

    def is_admin(self, bare: str) -> bool:
        """Whether somebody may run the commands of administrators."""
        return bare in self._admins and bare not in self._deny
