"""Signing in with Microsoft Entra: a code that the user types at Microsoft, or the secret of the application."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import msal  # type: ignore[import-untyped]

from rxcrm.models.exchange.contacts import SignInAgain, Trouble
from rxcrm.models.exchange.reaching import Answer, Line
from rxcrm.settings import settings
from rxcrm.translation import N_

MICROSOFT = "Microsoft 365"
#: What is asked for: to read contacts, and nothing else.
PERMISSION = "Contacts.Read"

_STRANGE = N_("Microsoft 365 did not answer the sign-in as it should (%(code)s).")
#: What Microsoft Entra means by its numbers (AADSTS…) and by the errors of OAuth, in sentences that help.
_MEANINGS = {
    "AADSTS50059": N_("Microsoft 365 knows no such tenant. Check the app registration."),
    "AADSTS90002": N_("Microsoft 365 knows no such tenant. Check the app registration."),
    "AADSTS700016": N_(
        "Microsoft 365 knows no application with this client id in this tenant. Check the app registration."
    ),
    "AADSTS7000218": N_("The app registration must allow public client flows (Authentication → Advanced settings)."),
    "AADSTS7000215": N_("Microsoft 365 does not accept the client secret. It may be wrong or have expired."),
    "AADSTS7000222": N_("The client secret has expired. Make a new one in the app registration."),
    "AADSTS65001": N_("An administrator must consent to the permission Contacts.Read of the app registration."),
    "AADSTS90094": N_("An administrator must consent to the permission Contacts.Read of the app registration."),
    "AADSTS50105": N_("You are not assigned to this application. Ask an administrator of Microsoft 365."),
    "AADSTS53003": N_("A rule of your organisation (conditional access) does not allow this sign-in."),
    "authorization_declined": N_("The sign-in was declined."),
    "access_denied": N_("The sign-in was declined."),
    "expired_token": N_("The code has expired. Begin again."),
    "code_expired": N_("The code has expired. Begin again."),
    "bad_verification_code": N_("The code has expired. Begin again."),
    "invalid_client": N_(
        "Microsoft 365 does not accept the client id or the client secret. Check the app registration."
    ),
}
PENDING = ("authorization_pending", "slow_down")


@dataclass(frozen=True)
class App:
    """The registration with which one signs in. Its secret is in no text that this class makes."""

    tenant: str
    client_id: str
    secret: str = ""

    def __repr__(self) -> str:
        return f"App({self.tenant}, {self.client_id})"


@dataclass(frozen=True)
class SignedIn:
    """Who signed in, and what has to be kept to do so again."""

    account: str
    cache: str


# -- the code --------------------------------------------------------------------------------------------------------


def begin(app: App) -> dict[str, Any]:
    """Ask for a code. The answer holds `user_code`, `verification_uri`, `expires_in`, `interval`, and secrets. Raises Trouble."""
    with Line(MICROSOFT) as line:
        flow: dict[str, Any] = _asked(
            lambda: _public(app, line, msal.TokenCache()).initiate_device_flow(scopes=[_scope(PERMISSION)])
        )
    if "user_code" not in flow or not flow.get("device_code"):
        raise _trouble(flow)
    if urlsplit(str(flow.get("verification_uri", ""))).scheme != "https":
        raise Trouble(_STRANGE, code="verification_uri")
    return flow


def poll(app: App, flow: dict[str, Any]) -> SignedIn | None:
    """Ask once whether the code was typed; None: not yet. `flow` may be changed. Raises Trouble."""
    cache = msal.SerializableTokenCache()
    with Line(MICROSOFT) as line:
        found = _asked(
            lambda: _public(app, line, cache).acquire_token_by_device_flow(flow, exit_condition=lambda _flow: True)
        )
    if found.get("error") in PENDING:
        return None
    if "access_token" not in found:
        raise _trouble(found)
    claims = found.get("id_token_claims") or {}
    account = str(claims.get("preferred_username") or claims.get("email") or claims.get("name") or MICROSOFT)
    return SignedIn(account[:254], cache.serialize())


# -- tokens ----------------------------------------------------------------------------------------------------------


class Tokens:
    """Access tokens of somebody who signed in; renewed when they expire. `cache` is to be kept when `changed`."""

    def __init__(self, app: App, line: Line, cache: str) -> None:
        self._cache = msal.SerializableTokenCache()
        if cache:
            self._cache.deserialize(cache)
        self._make = functools.partial(_public, app, line, self._cache)

    @functools.cached_property
    def _client(self) -> Any:
        return _asked(self._make)

    @property
    def changed(self) -> bool:
        """Whether a token was renewed."""
        return bool(self._cache.has_state_changed)

    @property
    def cache(self) -> str:
        """What has to be kept, as text."""
        return str(self._cache.serialize())

    def get(self, anew: bool = False) -> str:
        """A token that is valid now; `anew` where the last one was not accepted. Raises SignInAgain."""
        accounts = _asked(lambda: self._client.get_accounts())
        if not accounts:
            raise SignInAgain
        found = _asked(
            lambda: self._client.acquire_token_silent_with_error(
                [_scope(PERMISSION)], account=accounts[0], force_refresh=anew
            )
        )
        if found and "access_token" in found:
            return str(found["access_token"])
        raise _trouble(found or {}, SignInAgain)


class AppTokens:
    """Access tokens of the application itself, by its secret."""

    changed, cache = False, ""

    def __init__(self, app: App, line: Line) -> None:
        self._app, self._line = app, line

    @functools.cached_property
    def _client(self) -> Any:
        return _asked(
            lambda: msal.ConfidentialClientApplication(
                client_credential=self._app.secret, **_common(self._app, self._line)
            )
        )

    def get(self, anew: bool = False) -> str:
        """A token that is valid now. Raises Trouble."""
        if anew:
            self.__dict__.pop("_client", None)  # with it goes what it remembered
        found = _asked(lambda: self._client.acquire_token_for_client(scopes=[_scope(".default")]))
        if found and "access_token" in found:
            return str(found["access_token"])
        raise _trouble(found or {})


# -- msal ------------------------------------------------------------------------------------------------------------


def graph_root() -> str:
    """Where Graph is, without a slash at the end."""
    return settings().graph_url.rstrip("/")


def _scope(permission: str) -> str:
    parts = urlsplit(graph_root())
    return f"{parts.scheme}://{parts.netloc}/{permission}"


def _common(app: App, line: Line) -> dict[str, Any]:
    return {
        "client_id": app.client_id,
        "authority": f"{settings().login_url.rstrip('/')}/{app.tenant}",
        # The operator names the authority: nobody else needs to be asked whether it is one.
        "instance_discovery": False,
        "http_client": _Http(line),
    }


def _public(app: App, line: Line, cache: Any) -> Any:
    return msal.PublicClientApplication(token_cache=cache, **_common(app, line))


def _asked(ask: Callable[[], Any]) -> Any:
    """What msal answers. It tells about the network by Trouble of ours, about everything else by errors of many kinds."""
    try:
        return ask()
    except Trouble:
        raise
    except ValueError as problem:
        # "Unable to get authority configuration": the tenant is in the address of what it asked for.
        code = "AADSTS90002" if "authority configuration" in str(problem) else ""
        raise _trouble({"error_description": code}) from None
    except (msal.exceptions.MsalServiceError, KeyError, TypeError, RuntimeError, AttributeError) as problem:
        raise Trouble(_STRANGE, code=type(problem).__name__) from None


def _trouble(answer: Mapping[str, Any], kind: type[Trouble] = Trouble) -> Trouble:
    """What an error means. Only its number is repeated: descriptions hold ids and times that help nobody."""
    number = re.search(r"AADSTS\d+", str(answer.get("error_description", "")))
    code = number[0] if number else str(answer.get("error", ""))[:60]
    for known in (code, str(answer.get("error", ""))):
        if known in _MEANINGS:
            return Trouble(_MEANINGS[known])
    return kind() if kind is not Trouble else Trouble(_STRANGE, code=code or "?")


class _Reply:
    """An answer as msal wants it."""

    def __init__(self, answer: Answer) -> None:
        self.status_code, self.headers = answer.status, dict(answer.headers)
        self.text = answer.body.decode("utf-8", "replace")

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise Trouble(
                N_("Microsoft 365 cannot sign anybody in at the moment (%(status)s). Try again later."),
                status=self.status_code,
            )


class _Http:
    """What msal sends its requests with: our own line, with its limits."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def get(self, url: str, params: Any = None, headers: Any = None, **_more: Any) -> _Reply:
        return _Reply(self.line.send("GET", url + (f"?{urlencode(params)}" if params else ""), headers=headers))

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_more: Any) -> _Reply:
        sent = {**(headers or {}), "content-type": "application/x-www-form-urlencoded"}
        content = urlencode(data).encode() if isinstance(data, dict) else cast(str, data or "").encode()
        answer = self.line.send(
            "POST", url + (f"?{urlencode(params)}" if params else ""), headers=sent, content=content
        )
        reply = _Reply(answer)
        if reply.status_code < 500:
            try:
                json.loads(reply.text)
            except ValueError:
                raise Trouble(_STRANGE, code=reply.status_code) from None
        return reply

    def close(self) -> None:
        """The line is closed by whoever opened it."""
