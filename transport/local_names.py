"""Names as their owner writes them, such as a number without its country."""

from collections.abc import Mapping

from transport.api import ILocalNames, INetwork
from transport.networks import native, written
from transport.owners import Owner
from transport.session import account_of


def meant(owner: Owner | None, network: INetwork, name: str) -> str:
    """The folded native name that an owner means by the name in an address; Refused when nobody can have it."""
    local = ILocalNames(network, None)
    if local is None:
        return native(network, name)
    folded: str = network.fold(network.check(local.localise(written(network, name), settings_of(owner, network))))
    return folded


def settings_of(owner: Owner | None, network: INetwork) -> Mapping[str, str]:
    """The settings of an owner's account; none where there is none."""
    return account_of(owner, network).settings if owner is not None else {}
