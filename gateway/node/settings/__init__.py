"""A node's settings, from a TOML file (config/node.toml shows every key).

Unknown keys are refused with a suggestion, and everything wrong in a file is said at once. Secrets never stand in the
file: a passphrase comes from the environment. Paths are relative to the settings file.
"""

from gateway.node.settings.delivery import DeliverySection, HandOverSection, PeerSection, is_loopback
from gateway.node.settings.reading import STANDARD_FILE, load_settings, parse_settings
from gateway.node.settings.translation import LEGACY, LimitsSection, SealSection, TrustSection
from gateway.node.settings.whole import Settings

__all__ = [
    "LEGACY",
    "STANDARD_FILE",
    "DeliverySection",
    "HandOverSection",
    "LimitsSection",
    "PeerSection",
    "SealSection",
    "Settings",
    "TrustSection",
    "is_loopback",
    "load_settings",
    "parse_settings",
]
