"""Which plugins there are: the entry-point group `transport.networks`, or else the folder `plugins`.

Third parties add networks by naming their class in that group.  A checkout that is not installed has no
entry points; there, a plugin is a module of `transport.plugins` in which one class provides INetworkPlugin.
Nothing is imported before it is asked for.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Any

from zope.interface.exceptions import Invalid
from zope.interface.verify import verifyObject

from transport.api import INetworkPlugin
from transport.config import PluginError, Plugins

OURS = "transport"
GROUP = "transport.networks"
FOLDER = "transport.plugins"


def plugins() -> Plugins:
    """Every plugin by its name; calling the value imports it."""
    found: dict[str, Callable[[], INetworkPlugin]] = {}
    for module in iter_modules(import_module(FOLDER).__path__):
        found[module.name] = partial(load, module.name, partial(_from_folder, module.name))
    for point in entry_points(group=GROUP):
        found[point.name] = partial(load, point.name, point.load, point.dist.name if point.dist else OURS)
    return found


def load(name: str, find: Callable[[], Any], distribution: str = OURS) -> INetworkPlugin:
    """The class of a plugin; PluginError when it lacks something or is none."""
    try:
        plugin = find()
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] == OURS:
            raise PluginError(f"the plugin {name} is not complete: {error.name} is missing") from error
        package = f"{OURS}[{name}]" if distribution == OURS else distribution
        raise PluginError(
            f"the plugin {name} needs the Python module {error.name}, which is not installed; "
            f"run: pip install '{package}'"
        ) from error
    except (ImportError, AttributeError) as error:
        raise PluginError(f"the plugin {name} cannot be imported: {error}") from error
    try:
        verifyObject(INetworkPlugin, plugin)
    except Invalid as error:
        reason = " ".join(str(error).split())
        raise PluginError(f"the plugin {name} does not keep to the contract: {reason}") from error
    checked: INetworkPlugin = plugin
    return checked


def _from_folder(name: str) -> Any:
    module = import_module(f"{FOLDER}.{name}")
    for value in vars(module).values():
        if INetworkPlugin.providedBy(value):
            return value
    raise AttributeError(f"{module.__name__} has no class that provides INetworkPlugin")
