"""Fetches one web address for the library, politely and never into a private network.

    fetch("https://www.example.gov.cn/plan.html")   -> Fetched(url, data, suffix, time)

The only module that asks the network, and only for an address a person gave. The address that was checked is the one
that is connected to: a name is resolved once for each request, every address it has must be public (RFC 6890, as
`ipaddress` knows it), and the connection goes to one of these, so that a name that changes its answer gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from planlens.errors import InputError

if TYPE_CHECKING:
    import httpx

_AGENT = "planlens (reads one published plan at a user's request; one request at a time)"
_CONNECT, _READ = 10.0, 30.0  # seconds; sites of counties answer slowly, and a person waits
_TOTAL = 120.0  # seconds for one address with its redirects
_LARGEST = 50 * 1024 * 1024  # bytes, unpacked; the largest plan published as PDF with pictures is about 40 MB
_REDIRECTS = 5
_PAUSE = 1.0  # seconds between two requests
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_TYPES = {"text/html": ".html", "application/xhtml+xml": ".html", "text/csv": ".csv", "text/markdown": ".md"}
_TEXTS = (".html", ".htm", ".txt", ".csv", ".md")  # what bytes that say nothing of themselves may be


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: `url` the last one after redirects, `suffix` by its bytes, `when` in UTC."""

    url: str
    data: bytes
    suffix: str
    when: str


def is_address(text: str) -> bool:
    """Whether an argument is a web address, not a file: it begins with a scheme and //."""
    scheme, _, rest = text.partition("://")
    return bool(rest) and scheme.isascii() and scheme.isalpha()


def fetch(url: str, *, allowed: Collection[str] = ()) -> Fetched:
    """The bytes at `url`. `allowed` are hosts that may be private and that a redirect may lead to.

    Raises InputError, one line: no http(s), a host that is not public, a redirect to another host, too large, too slow.
    """
    try:
        import httpx
    except ImportError:
        raise InputError(
            f"{url}: fetching needs httpx: pip install 'planlens[web]'; or save the page as a file"
        ) from None
    end = time.monotonic() + _TOTAL
    first, at = _host(url), url
    limits = httpx.Timeout(_READ, connect=_CONNECT)
    with httpx.Client(timeout=limits, follow_redirects=False, trust_env=False) as client:
        try:
            for _ in range(_REDIRECTS + 1):
                response = _request(client, at, allowed)
                try:
                    if not response.has_redirect_location:
                        return _taken(response, at, end)
                    at = _next(at, response.headers["location"], first, allowed)
                finally:
                    response.close()
        except httpx.TimeoutException:
            raise InputError(f"{url}: no answer in time; try again, or save the page as a file") from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise InputError(f"{url}: cannot be fetched ({error or type(error).__name__})") from None
    raise InputError(f"{url}: more than {_REDIRECTS} redirects")


def pause() -> None:
    """The time to leave between two requests."""
    time.sleep(_PAUSE)


def _request(client: httpx.Client, url: str, allowed: Collection[str]) -> httpx.Response:
    """Ask the address that was checked, under the name that was asked for (Host, SNI and certificate)."""
    import httpx

    host = _host(url)
    address = _checked(url, host, allowed)
    asked = httpx.URL(url)
    headers = {"User-Agent": _AGENT, "Host": asked.netloc.decode("ascii"), "Accept": "text/html,*/*;q=0.8"}
    extensions: dict[str, Any] = {"sni_hostname": asked.raw_host.decode("ascii")}
    request = client.build_request("GET", asked.copy_with(host=address), headers=headers, extensions=extensions)
    return client.send(request, stream=True)


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InputError(f"{url}: not a web address") from None
    if parts.scheme.lower() not in ("http", "https") or not host or port == 0:
        raise InputError(f"{url}: only http:// and https:// addresses are fetched")
    if parts.username or parts.password:
        raise InputError(f"{host}: an address with a name or password in it is not fetched")
    return host.lower().rstrip(".")


def _checked(url: str, host: str, allowed: Collection[str]) -> str:
    """An address of the host, once all that it has are public or the host is allowed."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme.lower() == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InputError(f"{url}: no such host ({getattr(error, 'strerror', None) or error})") from None
    addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
    if host not in allowed and (closed := [name for name in addresses if not _public(name)]):
        raise InputError(f"{url}: {host} is in a private network ({closed[0]}); --allow-host {host} permits it")
    return addresses[0]


def _public(address: str) -> bool:
    """Whether an address is of the public internet, also where IPv6 carries an IPv4 one.

    >>> [_public(a) for a in ("127.0.0.1", "10.1.2.3", "169.254.169.254", "::ffff:127.0.0.1", "8.8.8.8")]
    [False, False, False, False, True]
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return _public(str(inner))
    return ip.is_global and not ip.is_multicast


def _next(url: str, location: str, first: str, allowed: Collection[str]) -> str:
    """Where a redirect leads, on the host that was asked for or an allowed one."""
    target = urljoin(url, location)
    host = _host(target)
    if host != first and host not in allowed:
        raise InputError(f"{url}: redirects to another host, {host}; --allow-host {host} permits it")
    return target


def _taken(response: httpx.Response, url: str, end: float) -> Fetched:
    if response.status_code != 200:
        raise InputError(f"{url}: the site answered {response.status_code} {response.reason_phrase}".rstrip())
    data = bytearray()
    for chunk in response.iter_bytes(64 * 1024):
        data += chunk
        if len(data) > _LARGEST:
            raise InputError(f"{url}: more than the limit of {_LARGEST // 2**20} MB")
        if time.monotonic() > end:
            raise InputError(f"{url}: took more than {_TOTAL:.0f} seconds")
    if not data.strip():
        raise InputError(f"{url}: the site sent nothing")
    when = datetime.now(timezone.utc).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    return Fetched(url, bytes(data), _suffix(bytes(data), url, response.headers.get("content-type", "")), when)


def _suffix(data: bytes, url: str, declared: str) -> str:
    """The suffix of a file by its bytes, else by what the site calls it, else by the address."""
    from planlens.read.sniff import kind

    if found := kind(data, url):
        return found
    named = PurePosixPath(unquote(urlsplit(url).path)).suffix.lower()
    told = _TYPES.get(declared.partition(";")[0].strip().lower(), named)
    return told if told in _TEXTS else ".txt"
