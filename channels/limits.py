"""How often: rate limits a session and an address, counted with pyrate-limiter's token bucket.

An address is never kept: its key is a keyed hash whose key lives and dies with the process. A whole IPv6
network (/64) counts as one address, because one household has 2^64 of them.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import math
import secrets
from collections import OrderedDict
from typing import cast

import pyrate_limiter
from sanic.request import Request

from channels.refusals import Refusal
from channels.settings import Rate, VisitorSettings

MAX_BUCKETS = 50_000
PROXY_HEADER = "x-forwarded-for"
logger = logging.getLogger(__name__)


class RateLimit:
    """One bucket a key; the bucket used longest ago is forgotten when there are too many.

    Args:
        rate: how many in which time.
    """

    def __init__(self, rate: Rate) -> None:
        self._rates = [pyrate_limiter.Rate(rate.count, rate.seconds * 1000)]
        self._buckets: OrderedDict[str, pyrate_limiter.StateBucket] = OrderedDict()

    def count(self, key: str) -> None:
        """Count one use.

        Raises:
            Refusal: `rate_limited`, with the seconds to wait in `Retry-After`.
        """
        bucket = self._buckets.get(key) or self._new_bucket(key)
        self._buckets.move_to_end(key)
        item = pyrate_limiter.RateItem(key, bucket.now())
        decision = cast(pyrate_limiter.Decision, bucket.put_decision(item))  # in memory: nothing to await
        if not decision.allowed:
            seconds = max(1, math.ceil((decision.retry_after_ms or 0) / 1000))
            raise Refusal("rate_limited", {"Retry-After": str(seconds)}, seconds=seconds)

    def forget(self, key: str) -> None:
        """Nothing about `key` is kept any longer."""
        self._buckets.pop(key, None)

    def _new_bucket(self, key: str) -> pyrate_limiter.StateBucket:
        bucket = self._buckets[key] = pyrate_limiter.StateBucket(self._rates)
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets.popitem(last=False)
        return bucket


class AddressBook:
    """Turns a request into the key of the address it came from.

    A request that a proxy has passed on while no header of one is trusted is warned of, once: behind such a proxy all
    visitors have its address.

    Args:
        settings: whether and which forwarded header a trusted proxy sets.
    """

    def __init__(self, settings: VisitorSettings) -> None:
        self._is_warned = False
        self._header = settings.forwarded_header
        self._hops = settings.forwarded_hops
        self._secret = secrets.token_bytes(32)

    def key_of(self, request: Request) -> str:
        """A key that cannot be traced back to the address."""
        network = _network(self._forwarded(request) or request.ip or "")
        return hashlib.blake2b(network.encode(), key=self._secret, digest_size=16).hexdigest()

    def _forwarded(self, request: Request) -> str | None:
        """The address the outermost trusted proxy saw; what stands left of it anyone may have written."""
        if not self._header:
            self._warn_of_proxy(request)
            return None
        hops = [hop.strip() for line in request.headers.getall(self._header, []) for hop in line.split(",")]
        return hops[-self._hops] if len(hops) >= self._hops else None

    def _warn_of_proxy(self, request: Request) -> None:
        if not self._is_warned and PROXY_HEADER in request.headers:
            self._is_warned = True
            logger.warning(
                "Eine Anfrage kam durch einen Proxy, aber »forwarded_header« ist nicht gesetzt (credentials.yml): "
                "alle Besucher teilen sich die Grenzen einer Adresse. »make doctor« sagt mehr."
            )


def _network(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))
