"""What a user waits for: steps in a real browser on the production build, each beside its floor.

The clock runs in the page (`browser.js`): from the user's own input event to the first painted frame that shows the
result. The floor is the same step in the same page with the server's own answer played back from memory: the same
grid, the same form, the same payload, no server and no network.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench import filling, floor, people
from rxcrm import serve
from rxcrm.models import db

RUNS = 5
AIM = 2.0
#: Bytes and requests that a first visit may take until the list is usable.
MOST_BYTES, MOST_REQUESTS = 400_000, 30
SLOW = {"offline": False, "latency": 60, "downloadThroughput": 9e6 / 8, "uploadThroughput": 9e6 / 8}
SIZE = {"viewport": {"width": 1440, "height": 900}}
PEER = serve.ROOT.parent / "shared" / "bench" / "README.md"
SCRIPT = (Path(__file__).parent / "browser.js").read_text()
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip

Times = dict[str, float]

# -- what shows the result, in the page's own words --------------------------------------------------------------------

IDLE = "document.querySelector('.grid-frame')?.getAttribute('aria-busy') === 'false'"
ROWS = f"{IDLE} && !!document.querySelector('tbody tr[aria-selected] a')"
OTHER_ROWS = f"{ROWS} && __clock.first() !== run.before"
NEW_ROWS = f"{ROWS} && run.answered"
OPENED = (
    "document.querySelector('form.record')?.getAttribute('aria-busy') === 'false'"
    " && ['last_name', 'email'].every((f) => document.querySelector(`form.record [data-field=${f}]`)?.value)"
)
HISTORY = f"{OPENED} && !!document.querySelector('form.record .timeline .entry')"
SAVED = "document.querySelector('.save-state')?.innerText === 'Saved'"
NEXT, BACK = "[aria-label='Next page']", "[aria-label='Back to the list']"
LEADS, ACCOUNTS = "nav a[href='/leads']", "nav a[href='/accounts']"


@dataclass
class Figure:
    """A step's runs in milliseconds, beside those of its floor; `peer` is what the peer takes."""

    step: str
    meaning: str
    app: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    peer: float | None = None

    @property
    def ratio(self) -> float:
        return statistics.median(self.app) / statistics.median(self.floor)

    @property
    def slow(self) -> bool:
        """More than half of what the peer takes."""
        return self.peer is not None and statistics.median(self.app) > self.peer / 2


@dataclass
class Traffic:
    """What one visit moved through the network, counted by the browser."""

    requests: int = 0
    bytes: int = 0
    script: int = 0
    socket: int = 0
    urls: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)

    def watch(self, context: BrowserContext, page: Page, network: dict[str, Any] | None) -> None:
        cdp = context.new_cdp_session(page)
        cdp.on("Network.requestWillBeSent", self._asked)
        cdp.on("Network.loadingFinished", self._answered)
        cdp.on("Network.webSocketCreated", lambda e: self._count(e["url"]))
        cdp.on("Network.webSocketFrameReceived", lambda e: self._frame(e["response"]["payloadData"]))
        cdp.send("Network.enable")
        if network:
            cdp.send("Network.emulateNetworkConditions", network)

    def _count(self, url: str) -> None:
        self.requests += not url.startswith("data:")

    def _asked(self, event: dict[str, Any]) -> None:
        self._count(event["request"]["url"])
        self.urls[event["requestId"]] = event["request"]["url"]
        if redirect := event.get("redirectResponse"):
            self.bytes += int(redirect["encodedDataLength"])

    def _answered(self, event: dict[str, Any]) -> None:
        size, path = int(event["encodedDataLength"]), self.urls.get(event["requestId"], "").split("?")[0]
        self.bytes += size
        self.script += size if path.endswith(".js") else 0
        kind = Path(path).suffix or "page"
        self.kinds[kind] = self.kinds.get(kind, 0) + size

    def _frame(self, payload: str) -> None:
        self.socket += len(payload.encode())
        self.bytes += len(payload.encode())

    def copy(self) -> Traffic:
        return Traffic(self.requests, self.bytes, self.script, self.socket, {}, dict(self.kinds))


@dataclass
class Report:
    """All that one run found."""

    leads: int
    figures: list[Figure]
    usable: Traffic
    settled: Traffic
    load: tuple[float, float]
    browser: str


# -- the run -----------------------------------------------------------------------------------------------------------


def run(folder: Path, leads: int, peer: Path = PEER, as_built: bool = False) -> Report:
    """Fill a database unless `folder` holds it from before, build, serve, and take every step."""
    from tests.server import Server, chromium

    data = folder / f"browser-{leads}"
    _furnish(data, leads)
    if not as_built:
        serve.build()
    server = Server(data).start()
    before = os.getloadavg()[0]
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            bench = _Bench(browser, server.url)
            figures = [*bench.steps(), *bench.visits()]
            load = before, os.getloadavg()[0]
            found = Report(leads, figures, bench.usable, bench.settled, load, browser.version)
            browser.close()
    finally:
        server.stop()
    _compare_with(peer, found.figures)
    return found


def _furnish(data: Path, leads: int) -> None:
    if (data / "rxcrm.db").exists():
        return
    data.mkdir(parents=True, exist_ok=True)
    making = data / "making.db"
    making.unlink(missing_ok=True)
    engine = db.make_engine(f"sqlite:///{making}")
    filling.fill(engine, leads)
    engine.dispose()
    making.rename(data / "rxcrm.db")


class _Bench:
    """One browser, one user: the administrator, who owns a fifth of the leads."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.usable = self.settled = Traffic()

    @contextmanager
    def context(self, visit: list[Any] | None = None) -> Iterator[BrowserContext]:
        context = self.browser.new_context(base_url=self.url, **SIZE)  # type: ignore[arg-type]
        signed_in = context.request.post(
            f"{self.url}/auth/login", data={"email": "owner1@bench.example", "password": "a long password"}
        )
        assert signed_in.ok, signed_in.text()
        if visit:
            context.add_init_script(f"window.__visit = {json.dumps(visit)}")
        context.add_init_script(SCRIPT)
        yield context
        context.close()

    # -- steps in an open page -----------------------------------------------------------------------------------------

    def steps(self) -> list[Figure]:
        with self.context() as context:
            page = context.new_page()
            page.set_default_timeout(20_000)
            page.goto("/leads")
            page.wait_for_selector("tbody tr[aria-selected] a")
            _settle(page)
            return [figure for step in STEPS for figure in step.measure(page)]

    # -- visits --------------------------------------------------------------------------------------------------------

    def visits(self) -> list[Figure]:
        paths, visit = self._rehearse()
        files = floor.files_of(self.url, paths)
        first = Figure("first visit, empty browser cache", "address opened, signed in → first row visible")
        slow = Figure("the same at 9 Mbit/s, 60 ms", "")
        again = Figure("reload, warm cache", "")
        with floor.memory(files) as memory:
            for number in range(RUNS + 1):
                with self.context() as context:
                    self._visit(context, self.url, first.app, again.app, None, number)
                with self.context(visit) as context:
                    self._visit(context, memory, first.floor, again.floor, None, number)
                with self.context() as context:
                    self._visit(context, self.url, slow.app, None, SLOW, number)
                with self.context(visit) as context:
                    self._visit(context, memory, slow.floor, None, SLOW, number)
        return [first, slow, again]

    def _rehearse(self) -> tuple[list[str], list[Any]]:
        """The paths that a first visit asks for, and what the socket carried."""
        with self.context() as context:
            page = context.new_page()
            asked: list[str] = []
            page.on("request", lambda r: asked.append(r.url.removeprefix(self.url)))
            page.goto("/leads")
            page.wait_for_selector("tbody tr[aria-selected] a")
            _settle(page)
            page.wait_for_timeout(500)
            paths = [p for p in dict.fromkeys(asked) if p.startswith("/")]
            return paths, page.evaluate("__wire.groups()")

    def _visit(
        self, context: BrowserContext, url: str, first: list[float], again: list[float] | None,
        network: dict[str, Any] | None, number: int,
    ) -> None:  # fmt: skip
        context.add_init_script(f"__clock.load({_functions({'rows': ROWS})})")
        page = context.new_page()
        traffic = Traffic()
        traffic.watch(context, page, network)
        page.goto(f"{url}/leads", wait_until="commit")
        taken = page.evaluate("__clock.result()")["rows"]
        usable = traffic.copy()
        page.wait_for_timeout(700)
        if number:
            first.append(taken)
        if url == self.url and not network:
            self.usable, self.settled = usable, traffic.copy()
        if again is not None:
            page.reload(wait_until="commit")
            taken = page.evaluate("__clock.result()")["rows"]
            if number:
                again.append(taken)


def _functions(tests: dict[str, str]) -> str:
    """The tests as functions, written out because the pages forbid `eval`."""
    return "{" + ", ".join(f"{name}: (run) => {test}" for name, test in tests.items()) + "}"


def _until(page: Page, test: str) -> None:
    page.evaluate(f"__clock.until(() => {test})")


def _settle(page: Page) -> None:
    """Wait until nothing has come over the wire for a while."""
    _until(page, "performance.now() - __wire.quietSince > 150")


# -- the steps -----------------------------------------------------------------------------------------------------------


@dataclass
class Step:
    """`prepare` brings the page to where the step begins, `act` is what the user does; `tests` names what he waits for."""

    names: dict[str, tuple[str, str]]
    tests: dict[str, str]
    prepare: Callable[[Page, int], None]
    act: Callable[[Page, int], None]
    event: str = "click"
    #: How the floor differs, if it does.
    floor_act: Callable[[Page, int], None] | None = None

    def measure(self, page: Page) -> list[Figure]:
        figures = {name: Figure(*titles) for name, titles in self.names.items()}
        for number in range(RUNS + 1):
            app, script = self._take(page, number, None)
            below, _ = self._take(page, number, script)
            if number:  # the first is the warm-up
                for name, figure in figures.items():
                    figure.app.append(app[name])
                    figure.floor.append(below[name])
        return list(figures.values())

    def _take(self, page: Page, number: int, script: list[Any] | None) -> tuple[Times, list[Any]]:
        self.prepare(page, number)
        _settle(page)
        page.evaluate(f"__clock.arm('{self.event}', {_functions(self.tests)})")
        page.evaluate("(script) => Object.assign(__wire, { log: [], script })", script)
        ((script and self.floor_act) or self.act)(page, number)
        times = page.evaluate("__clock.result()")
        _settle(page)
        groups = page.evaluate("__wire.groups()")
        page.evaluate("__wire.script = null")
        return times, groups[1:]


def _go(page: Page, target: str, test: str) -> None:
    """Click on something that opens another page or list, and wait for the whole answer."""
    page.evaluate("__wire.goal = __wire.answers + 1")
    page.click(target)
    _until(page, f"__wire.answers >= __wire.goal && {test}")
    _settle(page)


def _list(page: Page, _number: int = 0) -> None:
    """The list as the site map opens it."""
    _go(page, LEADS, ROWS)


def _elsewhere(page: Page, _number: int) -> None:
    """Another page, after a list that showed other rows."""
    _list(page)
    _go(page, NEXT, ROWS)
    _go(page, ACCOUNTS, "location.pathname.startsWith('/accounts')")


def _next(page: Page, _number: int = 0) -> None:
    page.click(NEXT)


def _picker(page: Page, _number: int) -> None:
    _list(page)
    page.click(".view-picker h1 button")


def _type(page: Page, _number: int) -> None:
    page.locator("input.search").press_sequentially(people.COMMON, delay=30)


def _fill_and_enter(page: Page, _number: int) -> None:
    page.locator("input.search").fill(people.COMMON)
    page.keyboard.press("Enter")


def _row(number: int) -> str:
    return f"tbody tr[aria-selected]:nth-child({number + 2}) a"


def _another_lead_first(page: Page, number: int) -> None:
    """The list, after a visit to some other lead, so that nothing of the wanted one is there yet."""
    _list(page)
    _go(page, _row(20), "!!document.querySelector('form.record')")
    _go(page, BACK, ROWS)


def _lead(page: Page, number: int) -> None:
    """An open lead."""
    _list(page)
    _go(page, _row(number), OPENED)


_towns = (f"Springfield {n}" for n in itertools.count(1))


def _edited(page: Page, number: int) -> None:
    """An open lead with one field changed."""
    if not page.query_selector("form.record"):
        _lead(page, 0)
    page.fill("form.record [data-field=city]", next(_towns))


STEPS = [
    Step(
        {"rows": ("open the list", "click on Leads in the site map of another page → rows visible")},
        {"rows": NEW_ROWS},
        _elsewhere,
        lambda page, _: page.click(LEADS),
    ),
    Step(
        {"rows": ("sort", "click on the Topic header → other rows")},
        {"rows": OTHER_ROWS},
        _list,
        lambda page, _: page.click("th button:has-text('Topic')"),
    ),
    Step(
        {"rows": ("search", "last key of “solar” → rows found (with our wait of 120 ms for more keys)")},
        {"rows": f"location.search === '?q={people.COMMON}' && {OTHER_ROWS}"},
        _list,
        _type,
        "keydown",
        _fill_and_enter,
    ),
    Step(
        {"rows": ("filter", "choice of the view All Leads → its rows")},
        {"rows": OTHER_ROWS},
        _picker,
        lambda page, _: page.click(".picker-list [data-key=all]"),
    ),
    Step({"rows": ("next page", "click → other rows (50 a page)")}, {"rows": OTHER_ROWS}, _list, _next),
    Step(
        {
            "fields": ("open a lead", "click on a row's name → name and e-mail filled in"),
            "history": ("open a lead, with history", "the same → history entries visible"),
        },
        {"fields": OPENED, "history": HISTORY},
        _another_lead_first,
        lambda page, number: page.click(_row(number)),
    ),
    Step(
        {
            "rows": ("back", "click on Back to the list → rows visible"),
            "fresh": ("back, rows read anew", "the same → rows of the server's new answer"),
        },
        {"rows": ROWS, "fresh": NEW_ROWS},
        _lead,
        lambda page, _: page.click(BACK),
    ),
    Step(
        {"saved": ("save a field", "one field changed, click on Save → the form says saved")},
        {"saved": SAVED},
        _edited,
        lambda page, _: page.locator(".command-bar button", has_text="Save").first.click(),
    ),
]


# -- the peer and the tables ---------------------------------------------------------------------------------------------


def _compare_with(page: Path, figures: list[Figure]) -> None:
    """The peer's medians by the names of its steps; "open a lead" holds two."""
    if not page.exists():
        return
    rows = (line.split("|") for line in page.read_text(encoding="utf-8").splitlines() if line.count("|") == 4)
    known = {cells[1].strip(): re.findall(r"(\d+) \(", cells[3]) for cells in rows}
    for figure in figures:
        name, _, more = figure.step.partition(", with ")
        found = known.get(name) or known.get(figure.step) or []
        if len(found) > bool(more):
            figure.peer = float(found[bool(more)])


def terminal(found: Report) -> str:
    """The figures as a table for the eye."""
    head = f"{'step':34}{'app ms':>22}{'floor ms':>22}{'ratio':>8}{'peer/2':>9}"
    rows = [
        f"{f.step:34}{_spread(f.app):>22}{_spread(f.floor):>22}{f.ratio:8.1f}{f'{f.peer / 2:.0f}' if f.peer else '':>9}"
        f"{'  MISS' if f.ratio > AIM or f.slow else ''}"
        for f in found.figures
    ]
    return "\n".join([_circumstances(found), head, *rows, "", *_traffic(found)])


def markdown(found: Report) -> str:
    """The figures for docs/performance.md."""
    peer = any(f.peer for f in found.figures)
    head = ["step", "from → to", "rxcrm", "floor", "ratio", *(["half of Odoo"] if peer else [])]
    lines = [_line(head), _line(["---", "---", "---:", "---:", "---:", *(["---:"] if peer else [])])]
    for f in found.figures:
        ratio, app = f"{f.ratio:.1f} ×", _spread(f.app)
        cells = [f.step, f.meaning, f"**{app}**" if f.slow else app, _spread(f.floor)]
        cells.append(f"**{ratio}**" if f.ratio > AIM else ratio)
        lines.append(_line([*cells, *([f"{f.peer / 2:.0f}" if f.peer else ""] if peer else [])]))
    said = f"{_circumstances(found)} **Bold**: a miss (more than {AIM:g} floors; more than half of what Odoo takes)."
    return "\n\n".join([said, "\n".join(lines), "\n".join(f"- {text}" for text in _traffic(found))])


def _circumstances(found: Report) -> str:
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} with {found.leads:,} leads on SQLite, Chromium {found.browser.split('.')[0]}, 1440×900,"
        f" {os.cpu_count()} cores with a load average of {found.load[0]:.1f} before and {found.load[1]:.1f} after the run."
        f" Milliseconds, median of {RUNS} runs (min – max)."
    )


def _traffic(found: Report) -> list[str]:
    kinds = ", ".join(f"{_kb(size)} {kind.lstrip('.')}" for kind, size in sorted(found.settled.kinds.items()))
    return [
        f"First visit, until the first row is visible: {_weighed(found.usable)}.",
        f"First visit, with all that follows: {_weighed(found.settled)} ({kinds}, {_kb(found.settled.socket)} over the socket).",
        f"Limits: {MOST_BYTES // 1000} kB, fewer than {MOST_REQUESTS} requests.",
    ]


def _weighed(traffic: Traffic) -> str:
    missed = traffic.bytes >= MOST_BYTES or traffic.requests >= MOST_REQUESTS
    text = f"{_kb(traffic.bytes)}, {_kb(traffic.script)} of it script, in {traffic.requests} requests"
    return f"**{text}**" if missed else text


def _kb(size: int) -> str:
    return f"{size / 1000:.0f} kB"


def _spread(runs: list[float]) -> str:
    return f"{statistics.median(runs):.0f} ({min(runs):.0f} – {max(runs):.0f})"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
