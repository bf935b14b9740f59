"""What a browser's authenticator is asked for, and whether it has done so: the library's words, in ours.

Loaded when somebody first has a passkey, for it takes a fifth of a server's start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import webauthn
from webauthn.helpers import options_to_json_dict, parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

# The passkey is all that is asked: the authenticator holds it and asks for a finger, a face or a PIN.
SELECTION: Final = AuthenticatorSelectionCriteria(
    resident_key=ResidentKeyRequirement.REQUIRED,
    require_resident_key=True,
    user_verification=UserVerificationRequirement.REQUIRED,
)


class Made(NamedTuple):
    """What an authenticator made."""

    credential: bytes
    public_key: bytes
    sign_count: int


def to_make(
    site_id: str, house: str, person: tuple[str, str, str], challenge: bytes, have: Iterable[bytes]
) -> dict[str, Any]:
    """The options for making a passkey; ``person`` is (id, login, name), ``have`` the credentials there are."""
    member_id, login, name = person
    options = webauthn.generate_registration_options(
        rp_id=site_id,
        rp_name=house,
        user_id=member_id.encode(),
        user_name=login,
        user_display_name=name,
        challenge=challenge,
        authenticator_selection=SELECTION,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in have],
    )
    return options_to_json_dict(options)


def made(site_id: str, origin: str, challenge: bytes, credential: Mapping[str, Any]) -> Made:
    """What was made. Raises whatever the library trips over."""
    verified = webauthn.verify_registration_response(
        credential=dict(credential),
        expected_challenge=challenge,
        expected_rp_id=site_id,
        expected_origin=origin,
        require_user_verification=True,
    )
    return Made(verified.credential_id, verified.credential_public_key, verified.sign_count)


def to_sign_in(site_id: str, challenge: bytes) -> dict[str, Any]:
    """The options for signing in."""
    options = webauthn.generate_authentication_options(
        rp_id=site_id, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return options_to_json_dict(options)


def shown(credential: Mapping[str, Any]) -> AuthenticationCredential:
    """What was shown, not checked yet. Raises whatever the library trips over."""
    return parse_authentication_credential_json(dict(credential))


def checked(
    site_id: str, origin: str, challenge: bytes, credential: AuthenticationCredential, stored: tuple[bytes, int]
) -> int:
    """The new count of signatures, if it was signed with the ``stored`` key, which had signed so often.

    Raises whatever the library trips over.
    """
    public_key, count = stored
    verified = webauthn.verify_authentication_response(
        credential=credential,
        expected_challenge=challenge,
        expected_rp_id=site_id,
        expected_origin=origin,
        credential_public_key=public_key,
        credential_current_sign_count=count,
        require_user_verification=True,
    )
    return verified.new_sign_count
