"""Fetch the uv that uv.lock names, for a Python that has neither pip nor venv.

The lock file knows the address and the SHA-256 of every wheel of uv, so the standard library is enough.
"""

import argparse
import hashlib
import io
import platform
import sys
import tomllib
import urllib.request
import zipfile
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "uv.lock"


def platform_marks() -> tuple[str, str]:
    """Return the two substrings a wheel's file name carries when it runs on this machine."""
    machine = platform.machine().lower()
    if sys.platform == "darwin":
        return "macosx", machine
    libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    return libc, {"arm64": "aarch64", "amd64": "x86_64"}.get(machine, machine)


def locked_wheel() -> tuple[str, str]:
    """Return the address and the SHA-256 of the wheel for this machine.

    Raises `SystemExit` when the lock file names none.
    """
    packages = tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]
    wheels = next(package["wheels"] for package in packages if package["name"] == "uv")
    marks = platform_marks()
    for wheel in wheels:
        file_name = wheel["url"].rpartition("/")[2]
        if all(mark in file_name for mark in marks):
            return wheel["url"], wheel["hash"].removeprefix("sha256:")
    sys.exit(f"uv.lock names no uv wheel for {' '.join(marks)}")


def fetch(target: Path) -> None:
    """Write the uv program to `target`, after checking the wheel against the lock file.

    Raises `SystemExit` when the network fails or the digest differs.
    """
    url, sha256 = locked_wheel()
    try:
        with urllib.request.urlopen(url, timeout=120) as answer:
            wheel = answer.read()
    except OSError as failure:
        sys.exit(f"{url} could not be fetched: {failure}")
    if hashlib.sha256(wheel).hexdigest() != sha256:
        sys.exit(f"{url} is not the file that uv.lock names")
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        member = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(member))
    target.chmod(0o755)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, help="where to put the program, for example .venv/bin/uv")
    fetch(parser.parse_args().target)
