"""What `make` does before Django can run: virtual environment, packages, keys. Standard library only.

Run as a file, by whatever Python there is; so it is written to be read by old ones too, which it then refuses.
"""

import argparse
import base64
import hashlib
import os
import shutil
import socket
import subprocess
import sys

HOUSE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.environ.get("VENV", os.path.join(HOUSE, ".venv"))
NO_NETWORK = ("connection", "resolve", "network is unreachable", "timed out", "no matching distribution", "dns error")


def stop(sentence):
    sys.exit("Fupin: " + sentence)


def require_python():
    if sys.version_info < (3, 11):
        stop("Python 3.11 or newer is needed; this one is %d.%d." % sys.version_info[:2])


def require_free_port(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            stop("port %d is in use; choose another with PORT=%d make run." % (port, port + 1))


def make_environment():
    """Make the virtual environment, unless it is there and works."""
    python = os.path.join(VENV, "bin", "python")
    if os.path.exists(python) and subprocess.run([python, "-c", ""], capture_output=True).returncode == 0:
        return python
    print("Fupin: making the virtual environment …", flush=True)
    uv = shutil.which("uv")
    own = [sys.executable, "-m", "venv", "--clear", VENV]
    command = [uv, "venv", "-q", "--clear", "--python", sys.executable, VENV] if uv else own
    if subprocess.run(command, capture_output=True).returncode:
        stop("the virtual environment could not be made; on Debian and Ubuntu, install python3-venv.")
    return python


def install_packages(python, names):
    """Install the requirements, unless exactly these were installed before."""
    wanted = hashlib.sha256()
    for name in ("requirements.txt", "requirements-dev.txt")[: len(names)]:
        with open(os.path.join(HOUSE, name), "rb") as file:
            wanted.update(file.read())
    stamp = os.path.join(VENV, "." + names[-1] + ".installed")
    if os.path.exists(stamp):
        with open(stamp) as file:
            if file.read() == wanted.hexdigest():
                return
    print("Fupin: installing packages (a few minutes, once) …", flush=True)
    uv = shutil.which("uv")
    command = [uv, "pip", "install", "-q", "--python", python] if uv else [python, "-m", "pip", "install", "-q"]
    command += ["-r", os.path.join(HOUSE, names[-1])]
    if not uv:
        command += ["--disable-pip-version-check", "--retries", "2", "--timeout", "20"]
    outcome = subprocess.run(command, capture_output=True, text=True)
    if outcome.returncode:
        log = os.path.join(VENV, "install.log")
        with open(log, "w") as file:
            file.write(outcome.stdout + outcome.stderr)
        if any(sign in outcome.stderr.lower() for sign in NO_NETWORK):
            stop("the packages could not be fetched; is there a network connection? (Details: %s)" % log)
        stop("the packages could not be installed; the reason is in %s." % log)
    with open(stamp, "w") as file:
        file.write(wanted.hexdigest())


def random_key():
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def keys():
    return "SECRET_KEY=%s%s\nFUPIN_ENCRYPTION_KEYS=%s\nFUPIN_INDEX_KEY=%s\n" % tuple(random_key() for _ in range(4))


def write_keys():
    """Write .env with keys of this installation's own, readable by its owner only, unless there is one."""
    path = os.path.join(HOUSE, ".env")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write("# Made by make: keys of this installation. Without them its personal data cannot be read.\n")
        file.write(keys())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="with what tests and checks need")
    parser.add_argument("--port", type=int, help="stop if this port is in use")
    parser.add_argument("--keys", action="store_true", help="print new keys and do nothing else")
    options = parser.parse_args()
    require_python()
    if options.keys:
        sys.stdout.write(keys())
        return
    if options.port:
        require_free_port(options.port)
    python = make_environment()
    names = ["requirements.txt", "requirements-dev.txt"] if options.dev else ["requirements.txt"]
    install_packages(python, names)
    write_keys()


if __name__ == "__main__":
    main()
