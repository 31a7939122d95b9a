"""The public lookup: answers a second, as a share of what an empty view gives on the same server.

Same processes, same middleware, same connections; the empty view only says "ok". Half of the questions have an answer.
The database that DATABASE_URL names must hold a register (`seed_demo`); the limits on asking are off.
"""

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.bench.measured import Measured

ROUNDS = 3
GOAL = 0.4
SECONDS = 5
CONNECTIONS = 8
QUESTIONS = 400
SERVED = {
    "DJANGO_SETTINGS_MODULE": "tests.bench.served",
    "FUPIN_LOOKUPS_BY_ADDRESS": "0",
    "FUPIN_LOOKUPS_BY_SUBJECT": "0",
}
SCRIPT = """
local bodies = {}
for line in io.lines("%(bodies)s") do bodies[#bodies + 1] = line end
local headers = {["Content-Type"] = "application/x-www-form-urlencoded", ["Cookie"] = "csrftoken=%(cookie)s"}
local turn = 0
request = function()
  turn = turn %% #bodies + 1
  return wrk.format("POST", "/lookup/", headers, bodies[turn])
end
"""


def run(rounds: int = ROUNDS, seconds: int = SECONDS) -> list[Measured]:
    """Answers a second of the lookup as a share of the empty view's, the median of some rounds."""
    with tempfile.TemporaryDirectory() as folder, server() as address:
        script = Path(folder, "lookup.lua")
        script.write_text(lookup_script(address, Path(folder, "bodies")), encoding="utf-8")
        pairs = []
        for _round in range(rounds):
            empty = wrk(f"{address}/bench/empty/", seconds)
            lookup = wrk(f"{address}/lookup/", seconds, "--script", str(script))
            pairs.append((lookup / empty, lookup, empty))
    ratio, lookup, empty = statistics.median_low(pairs)
    detail = f"{lookup:.0f} lookups/s against {empty:.0f} empty answers/s, median of {rounds} rounds"
    return [Measured("public lookup ÷ empty view, requests a second", round(ratio, 2), detail, at_least=GOAL)]


@contextmanager
def server():
    """Gunicorn as `serve` starts it, on a free port; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "fupin.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--worker-class", "gthread", "--threads", "4", "--log-level", "warning",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=os.environ | SERVED)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/healthz", process)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str, process: subprocess.Popen) -> None:
    """Return when the server answers; raise when it has ended."""
    for _attempt in range(120):
        if process.poll() is not None:
            raise RuntimeError("the server ended")
        try:
            urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError("the server does not answer")


def lookup_script(address: str, bodies: Path) -> str:
    """The script by which wrk asks: a token against forged requests fetched once, and bodies to choose from."""
    with urlopen(Request(f"{address}/lookup/")) as page:
        cookie = re.search(r"csrftoken=(\w+)", page.headers["Set-Cookie"])[1]
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[1]
    lines = [
        urlencode({"csrfmiddlewaretoken": token, "by": "name", "name-village": village, "name-name": name})
        for village, name in questions()
    ]
    bodies.write_text("\n".join(lines), encoding="utf-8")
    return SCRIPT % {"bodies": bodies, "cookie": cookie}


def questions() -> list[tuple[str, str]]:
    """Villages and names to ask for, every other of them without an answer."""
    code = (
        "import json, django; django.setup(); from households.models import Household;"
        f"rows = Household.objects.filter(status='registered').order_by('head_pinyin')[:{QUESTIONS // 2}];"
        "print(json.dumps(list(rows.values_list('village', 'head_name'))))"
    )
    environment = os.environ | SERVED
    known = json.loads(
        subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True).stdout
    )
    return [pair for village, name in known for pair in ((village, name), (village, f"{name}无"))]


def wrk(url: str, seconds: int, *more: str) -> float:
    """Requests a second; every answer must be 2xx."""
    command = ["wrk", "--threads", "2", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s", *more, url]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in told:
        raise RuntimeError(told)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])


if __name__ == "__main__":
    for measured in run():
        sys.stdout.write(f"{measured.name}: {measured.ratio}  ({measured.detail})\n")
