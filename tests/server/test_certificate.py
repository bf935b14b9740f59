import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from server.certificate import CertificateFiles, ensure_certificate, lan_addresses

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PHONE_SIDE = "192.168.7.20"


@pytest.fixture
def files(tmp_path: Path) -> CertificateFiles:
    return ensure_certificate(tmp_path / "tls", [PHONE_SIDE], now=NOW)


def again(files: CertificateFiles, *addresses: str, days: int = 0) -> CertificateFiles:
    return ensure_certificate(files.certificate.parent, addresses, now=NOW + timedelta(days=days))


def test_it_names_localhost_and_every_address(files: CertificateFiles) -> None:
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert {str(address) for address in names.get_values_for_type(x509.IPAddress)} == {
        "127.0.0.1",
        "::1",
        PHONE_SIDE,
    }


def test_a_server_can_use_it(files: CertificateFiles) -> None:
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(files.certificate, files.key)


def test_only_its_owner_reads_the_key(files: CertificateFiles) -> None:
    assert files.key.stat().st_mode & 0o077 == 0


def test_the_next_start_uses_the_same(files: CertificateFiles) -> None:
    before = files.certificate.read_bytes()
    assert again(files, PHONE_SIDE, days=300).certificate.read_bytes() == before
    assert again(files, days=300).certificate.read_bytes() == before


@pytest.mark.parametrize(
    ("address", "days"),
    [("192.168.7.99", 0), (PHONE_SIDE, 360), (PHONE_SIDE, 400), (PHONE_SIDE, -2)],
    ids=["other address", "soon over", "over", "not yet valid"],
)
def test_it_is_made_anew_when_it_no_longer_fits(files: CertificateFiles, address: str, days: int) -> None:
    before = files.certificate.read_bytes()
    assert again(files, address, days=days).certificate.read_bytes() != before


@pytest.mark.parametrize("damaged", ["certificate", "key"])
@pytest.mark.parametrize("content", [b"", b"torn"])
def test_a_damaged_file_is_replaced(files: CertificateFiles, damaged: str, content: bytes) -> None:
    path: Path = getattr(files, damaged)
    path.write_bytes(content)
    made = again(files, PHONE_SIDE)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(made.certificate, made.key)


def test_a_key_of_another_certificate_is_replaced(files: CertificateFiles, tmp_path: Path) -> None:
    other = ensure_certificate(tmp_path / "other", [PHONE_SIDE], now=NOW)
    files.key.write_bytes(other.key.read_bytes())
    made = again(files, PHONE_SIDE)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(made.certificate, made.key)


def test_own_addresses_are_not_loopback() -> None:
    assert not [address for address in lan_addresses() if address.startswith("127.")]
