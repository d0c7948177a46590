"""Elements of the page of contact sources: the code of a sign-in, the choice of folders, progress."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library

EXCHANGE = library("exchange.jsx")


class SignInCode(_Ours):
    """The code that is typed at Microsoft, with the address where, and how long it is valid."""

    library = EXCHANGE
    tag = "SignInCode"
    source: rx.Var[Any]
    zone: rx.Var[str]


class FolderChoice(_Ours):
    """Which folders are fetched, and what their contacts become."""

    library = EXCHANGE
    tag = "FolderChoice"
    source: rx.Var[Any]
    folders: rx.Var[list[Any]]
    become: rx.Var[list[Any]]
    on_fetch: rx.EventHandler[passthrough_event_spec(int, list[int], str, bool)]
    on_look: rx.EventHandler[passthrough_event_spec(int)]


class FetchProgress(_Ours):
    """How far a fetch is: in all and per folder, and whether the server is waited for."""

    library = EXCHANGE
    tag = "FetchProgress"
    source: rx.Var[Any]
    folders: rx.Var[list[Any]]
    brief: rx.Var[bool]


sign_in_code, folder_choice, fetch_progress = SignInCode.create, FolderChoice.create, FetchProgress.create
