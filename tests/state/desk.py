"""Handlers called without a browser and without the gate, as somebody of the cast."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import reflex as rx

from rxcrm import rxcrm  # noqa: F401  (the handlers are registered)
from rxcrm.state import gate
from tests.office import Office


class Desk:
    """Somebody at the pages; Ada unless another sits down."""

    def __init__(self, office: Office) -> None:
        self.office, self.user = office, office.ada
        self.root = rx.State(_reflex_internal_init=True)

    def state(self, cls: type[Any]) -> Any:
        return self.root.get_substate(cls.get_full_name().split("."))

    def send(self, cls: type[Any], handler: str, *args: Any) -> Any:
        """Run one handler as this user, as after the gate; the state afterwards."""
        state = self.state(cls)
        who = self.office.who(self.user)
        self.office.commit()

        async def run() -> None:
            gate._asker.set(gate.Asker(who, "", "Contoso", 0))
            answer = cls.event_handlers[handler].fn(state, *args)
            if inspect.isasyncgen(answer):
                async for _ in answer:  # what a page would be sent in between
                    pass
            else:
                await answer
            await self.afterwards()

        asyncio.run(run())
        self.office.session.expire_all()
        return state

    async def afterwards(self) -> None:
        """Waits for work that a handler began and that would end with its event loop."""
