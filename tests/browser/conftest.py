"""A site of real processes (web server, worker, database) and a real browser, for the journeys.

The site is made once: its own folder, or its own database on the server of DATABASE_URL, with a small demo in it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from assistance.demo.accounts import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
HOUSEHOLDS = 300
STARTING_SECONDS = 120
STEP_SECONDS = 0.02
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
# What keeps a browser from calling its maker, on machines that have no way out.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip


@dataclass(frozen=True)
class Site:
    """A running Fupin: its address, and the process whose children are web server and worker."""

    base: str
    environment: dict[str, str]
    process: subprocess.Popen

    def manage(self, *arguments: str) -> str:
        """Run a management command on the site's data; what it prints."""
        return _manage(self.environment, *arguments)

    @contextmanager
    def worker_in_steps(self) -> Iterator[Callable[[], None]]:
        """Hold the worker still; each call of what is given lets it work for a moment, so that a short job is seen.

        Afterwards it goes on by itself.
        """
        workers = [pid for pid in _children(self.process.pid) if b"celery" in Path(f"/proc/{pid}/cmdline").read_bytes()]

        def signal_all(what: signal.Signals) -> None:
            for pid in workers:
                os.killpg(pid, what)

        def step() -> None:
            signal_all(signal.SIGCONT)
            time.sleep(STEP_SECONDS)
            signal_all(signal.SIGSTOP)

        signal_all(signal.SIGSTOP)
        try:
            yield step
        finally:
            signal_all(signal.SIGCONT)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    """Variables of a database of the site's own, on the server that the tests use; none for the embedded one."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield {}
        return
    name = f"fupin_browser_{os.getpid()}"
    server = psycopg2.connect(url)
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield {"DATABASE_URL": f"{url.rsplit('/', 1)[0]}/{name}"}
    finally:
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        server.close()


@contextmanager
def running_site(folder: Path, households: int = HOUSEHOLDS) -> Iterator[Site]:
    """A site of its own in `folder`, with that many households; all its processes end with it."""
    with _database() as variables:
        environment = os.environ | {"FUPIN_VAR_DIR": str(folder), "PYTHONWARNINGS": "ignore"} | variables
        # Cuts even a small run into parts, so that a browser sees it move.
        environment |= {"FUPIN_WORKERS_A_JOB": "8"}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        _manage(environment, "prepare", "--households", str(households))
        port = _free_port()
        with (folder / "serve.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(port)],
                cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
            try:
                _wait_until_ready(process, folder / "serve.log")
                yield Site(f"http://127.0.0.1:{port}", environment, process)
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=30)


def _wait_until_ready(process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while "Fupin is ready" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, "The site was not ready in time."
        time.sleep(0.2)


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


@contextmanager
def running_browser() -> Iterator[Browser]:
    """The machine's own Chromium, without a window."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "The journeys need Chromium: install it, or name it in the variable CHROMIUM."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody: `open_page("district")`, `open_page("cadre", PHONE)`; without a name, as a stranger.

    When the test is over, no page may have met an error of a script, a broken resource, or another host.
    """
    contexts, faults = [], []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on("console", lambda entry: faults.append(f"{page.url}: {entry.text}") if _is_fault(entry) else None)
        page.on("request", lambda asked: faults.append(f"foreign: {asked.url}") if _is_foreign(asked.url) else None)

    def _is_fault(entry) -> bool:
        # A page that answers 400 to 422 with its form shown again is no fault of the page, nor is a lost connection.
        expected = ("status of 4", "ERR_INTERNET", "htmx:afterRequest", "htmx:sendError")
        return entry.type == "error" and not any(text in entry.text for text in expected)

    def _is_foreign(url: str) -> bool:
        return not url.startswith((site.base, "data:", "blob:", "about:"))

    def open_as(username: str = "", viewport: dict = DESKTOP) -> Page:
        is_phone = viewport["width"] < 600
        context = browser.new_context(
            base_url=site.base, viewport=viewport, has_touch=is_phone, is_mobile=is_phone, locale="zh-CN"
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watch(page)
        if username:
            sign_in(page, username)
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert faults == []


def sign_in(page: Page, username: str) -> None:
    """Sign in by the login page, as everybody does."""
    page.goto("/login/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/login/" not in url)


def assert_large_enough(page: Page) -> None:
    """Whatever can be touched is at least 44 pixels high: a link, a button, a field, or the label of a choice."""
    small = page.evaluate("""() =>
        [...document.querySelectorAll("a, button, summary, select, textarea, input:not([type=hidden])")]
            .filter((control) => control.checkVisibility() && !control.matches(".skip-link"))
            .map((control) => control.matches("[type=radio], [type=checkbox]") ? control.closest("label") : control)
            .filter((control) => control.getBoundingClientRect().height < 43.5)
            .map((control) => control.outerHTML.slice(0, 120))
    """)
    assert small == [], f"{page.url}: {small}"


def assert_accessible(page: Page) -> None:
    """axe finds nothing serious, and nothing has to be scrolled sideways."""
    found = Axe().run(page).response["violations"]
    serious = {
        f"{fault['id']}: {node['html'][:160]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    }
    assert not serious, f"{page.url}: {serious}"
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
        f"{page.url} is wider than the screen"
    )
