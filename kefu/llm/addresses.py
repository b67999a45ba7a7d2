"""Addresses to which nothing is sent, whoever asks for it: there clouds hand out credentials."""

import asyncio
import socket
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

REFUSED_NETWORKS = tuple(
    ip_network(network)
    for network in (
        "169.254.0.0/16",  # link-local, RFC 3927; the metadata service of most clouds
        "fe80::/10",  # link-local, RFC 4291
        "fd00:ec2::254/128",  # metadata service of Amazon
        "100.100.100.200/32",  # metadata service of Alibaba Cloud
        "168.63.129.16/32",  # host agent of Azure
    )
)
NAT64 = ip_network("64:ff9b::/96")
RESOLVE_SECONDS = 3.0


async def is_refused(host: str) -> bool:
    """Whether the host is such an address, however it is written, or a name of one.

    A name that nobody knows yet is not refused.
    """
    with suppress(ValueError):
        return _is_refused(host)
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(
                host, None, type=socket.SOCK_STREAM
            )
    except (OSError, UnicodeError, TimeoutError):
        return False
    return any(_is_refused(str(address[0])) for *_, address in found)


def _is_refused(text: str) -> bool:
    address = unwrap(ip_address(text.partition("%")[0]))
    return any(
        address in network for network in REFUSED_NETWORKS if network.version == address.version
    )


def unwrap(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
