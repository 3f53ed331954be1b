"""The whole plugin contract: values, events and interfaces.

A plugin imports this and `transport.text`, nothing else of the gateway.  Terms: a *network* is a
configured legacy network, an *account* a user's registration on it, a *session* that account signed in.
"""

from transport.api.asking import *
from transport.api.events import *
from transport.api.hosts import *
from transport.api.interfaces import *
from transport.api.values import *
