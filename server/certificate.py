"""A self-made certificate, so that phones in the same network reach a demo over HTTPS.

Browsers warn once, since nobody vouches for it; behind a public name use a real one.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID = timedelta(days=365)  # phones refuse a certificate that is valid much longer
RENEW_BEFORE = timedelta(days=14)
CLOCK_SKEW = timedelta(days=1)

LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where a certificate and its private key lie, both PEM."""

    certificate: Path
    key: Path


def lan_addresses() -> list[str]:
    """This machine's own addresses in its networks, the one on the way out first; nothing is sent."""
    found: list[str] = []
    # An unanswered datagram socket still learns which address the way out has.
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        found.append(str(probe.getsockname()[0]))
    with contextlib.suppress(OSError):
        for answer in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET, socket.SOCK_DGRAM):
            found.append(str(answer[4][0]))

    usable = (address for address in found if not ipaddress.ip_address(address).is_loopback)
    return list(dict.fromkeys(usable))


def ensure_certificate(directory: Path, addresses: Sequence[str], *, now: datetime | None = None) -> CertificateFiles:
    """The certificate in ``directory`` for localhost and ``addresses``; made anew only when it no longer fits.

    Raises OSError when the directory cannot be written.
    """
    now = now or datetime.now(UTC)
    files = CertificateFiles(directory / "certificate.pem", directory / "key.pem")
    wanted = {ipaddress.ip_address(address) for address in (*LOOPBACK, *addresses)}
    if fits(files, wanted, now):
        return files

    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [x509.DNSName("localhost")]
    names += [x509.IPAddress(address) for address in sorted(wanted, key=str)]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Showfloor demo")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_private(
        files.key,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    write_private(files.certificate, certificate.public_bytes(serialization.Encoding.PEM))
    return files


def fits(files: CertificateFiles, wanted: set[ipaddress.IPv4Address | ipaddress.IPv6Address], now: datetime) -> bool:
    """Whether the files hold a certificate and its own key, for all ``wanted``, for some time to come."""
    try:
        certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        key = serialization.load_pem_private_key(files.key.read_bytes(), password=None)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound):
        return False

    if certificate.public_key() != key.public_key():
        return False
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - RENEW_BEFORE:
        return False
    return wanted <= set(names.get_values_for_type(x509.IPAddress))


def validity(certificate: Path) -> tuple[datetime, datetime] | None:
    """From when to when a PEM certificate holds; None if it cannot be read."""
    try:
        read = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError):
        return None
    return read.not_valid_before_utc, read.not_valid_after_utc


def write_private(path: Path, content: bytes) -> None:
    """Replace a file in one step; only its owner may read it."""
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    part.replace(path)
