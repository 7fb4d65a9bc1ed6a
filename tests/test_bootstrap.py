"""scripts/bootstrap on machines of every kind, played by stand-ins for Python and uv that write down their calls."""

import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ("awk", "cat", "chmod", "cksum", "cp", "dirname", "mkdir", "sh")

# Runs the script's own probe for real, as an interpreter of another version.
PYTHON = """#!/bin/sh
echo "python $0 $*" >>"$CALLS"
case "$*" in
  -V) echo "Python {version}" ;;
  -I*) exec "{real}" -I -c "import sys; sys.version_info = ({version_tuple}); sys.executable = '$0'
$3" ;;
  *"import ensurepip"*) exit {no_pip} ;;
  *"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  *"-m pip"* | scripts/fetch_uv.py*) {install} ;;
  *) exec "{real}" "$@" ;;
esac
"""
UV = """#!/bin/sh
echo "uv $0 $* VIRTUAL_ENV=${{VIRTUAL_ENV:-}}" >>"$CALLS"
case "$*" in
  --version) echo "uv {version} (stand-in)" ;;
  sync*)
    mkdir -p .venv/bin
    while [ "$1" != --python ]; do shift; done
    if [ "$2" != "$PWD/.venv/bin/python" ] && [ "$2" != .venv/bin/python ]; then cp "$2" .venv/bin/python; fi
    cp "$0" .venv/bin/connectid ;;
esac
"""
BROKEN_SHIM = "#!/bin/sh\necho 'pyenv: version 3.13 is not installed' >&2; exit 127\n"


@dataclass(frozen=True)
class Machine:
    """A checkout, a PATH and a home directory, all empty but for the tools that every system has."""

    home: Path

    @property
    def checkout(self) -> Path:
        return self.home / "checkout"

    @property
    def calls(self) -> str:
        log = self.home / "calls"
        return log.read_text() if log.exists() else ""

    def program(self, path: str, text: str) -> str:
        """Write an executable file; return its path."""
        target = self.home / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(0o755)
        return str(target)

    def python(self, path: str, version: str, *, pip: bool = True, network: bool = True) -> str:
        major, minor, _ = version.split(".")
        uv = self.program("uv-of-the-wheel", UV.format(version=locked_uv()))
        text = PYTHON.format(
            version=version,
            version_tuple=f"{major}, {minor}, 0",
            real=sys.executable,
            no_pip=0 if pip else 1,
            install=f"cp '{uv}' .venv/bin/uv" if network else "exit 1",
        )
        return self.program(path, text)

    def uv(self, version: str = "0.13.0") -> None:
        self.program("bin/uv", UV.format(version=version))

    def bootstrap(self, **environment: str) -> subprocess.CompletedProcess[str]:
        before = {"PATH": str(self.home / "bin"), "HOME": str(self.home), "CALLS": str(self.home / "calls")}
        return subprocess.run(
            [self.checkout / "scripts" / "bootstrap"],
            env=before | environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    (made.checkout / "scripts").mkdir(parents=True)
    for name in ("pyproject.toml", "uv.lock", ".python-version", "scripts/bootstrap"):
        shutil.copy(ROOT / name, made.checkout / name)
    return made


def locked_uv() -> str:
    """Return the version of uv that uv.lock names."""
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    return str(next(package["version"] for package in packages if package["name"] == "uv"))


def test_an_interpreter_of_pyenv_is_found_behind_an_old_python3(machine: Machine) -> None:
    machine.uv()
    machine.python("bin/python3", "3.11.2")
    machine.python(".pyenv/versions/3.11.7/bin/python3", "3.11.7")
    chosen = machine.python(".pyenv/versions/3.13.0/bin/python3", "3.13.0")
    done = machine.bootstrap()
    assert done.returncode == 0, done.stderr
    assert f"--python {chosen}" in machine.calls


def test_pyenv_may_live_elsewhere(machine: Machine) -> None:
    machine.uv()
    chosen = machine.python("opt/pyenv/versions/3.12.7/bin/python3", "3.12.7")
    machine.bootstrap(PYENV_ROOT=str(machine.home / "opt" / "pyenv"))
    assert f"--python {chosen}" in machine.calls


def test_a_shim_that_fails_is_passed_over(machine: Machine) -> None:
    machine.uv()
    machine.program("bin/python3.13", BROKEN_SHIM)
    machine.program("bin/python3", BROKEN_SHIM)
    chosen = machine.python("bin/python3.12", "3.12.1")
    machine.bootstrap()
    assert f"--python {chosen}" in machine.calls


def test_a_uv_on_path_is_used_and_the_callers_environment_is_not(machine: Machine) -> None:
    machine.uv()
    machine.python("bin/python3", "3.13.0")
    machine.bootstrap(VIRTUAL_ENV="/somewhere/else", UV_PYTHON="3.9")
    sync = next(line for line in machine.calls.splitlines() if " sync " in line)
    assert sync.endswith("VIRTUAL_ENV=")
    assert "--frozen --all-extras --inexact" in sync
    assert "pip install" not in machine.calls


def test_without_uv_the_locked_one_is_installed_into_the_environment(machine: Machine) -> None:
    machine.python("bin/python3", "3.13.0")
    assert machine.bootstrap().returncode == 0
    assert f"-m pip install --quiet --disable-pip-version-check uv=={locked_uv()}" in machine.calls
    assert "uv .venv/bin/uv sync" in machine.calls


def test_a_uv_too_old_for_the_lock_file_is_passed_over(machine: Machine) -> None:
    machine.uv("0.4.30")
    machine.python("bin/python3", "3.13.0")
    machine.bootstrap()
    assert "uv .venv/bin/uv sync" in machine.calls


def test_a_python_without_pip_fetches_the_wheel(machine: Machine) -> None:
    machine.python("bin/python3", "3.13.5", pip=False)
    assert machine.bootstrap().returncode == 0
    assert "scripts/fetch_uv.py .venv/bin/uv" in machine.calls
    assert "uv .venv/bin/uv sync" in machine.calls


def test_when_nothing_helps_the_package_to_install_is_named(machine: Machine) -> None:
    machine.python("bin/python3", "3.13.5", pip=False, network=False)
    done = machine.bootstrap()
    assert done.returncode == 1
    assert f"sudo apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv" in done.stderr


def test_without_a_python_the_message_says_what_to_do(machine: Machine) -> None:
    machine.python("bin/python3", "3.11.2")
    done = machine.bootstrap()
    assert done.returncode == 1
    assert "no Python 3.12 or newer was found" in done.stderr
    assert not (machine.checkout / ".venv").exists()


def test_the_caller_may_choose_the_interpreter(machine: Machine) -> None:
    machine.uv()
    machine.python("bin/python3", "3.13.0")
    chosen = machine.python("elsewhere/python", "3.12.3")
    machine.bootstrap(PYTHON=chosen)
    assert f"--python {chosen}" in machine.calls
    refused = machine.bootstrap(PYTHON="/nowhere/python")
    assert refused.returncode == 1
    assert "/nowhere/python" in refused.stderr


@pytest.mark.parametrize("changed", ["pyproject.toml", "uv.lock", ".venv/bin/connectid", ".venv/bin/python"])
def test_a_second_run_does_nothing_until_something_changes(machine: Machine, changed: str) -> None:
    machine.uv()
    machine.python("bin/python3", "3.13.0")
    machine.bootstrap()
    assert machine.calls.count(" sync ") == 1
    assert machine.bootstrap().stdout == ""
    assert machine.calls.count(" sync ") == 1
    target = machine.checkout / changed
    if changed.startswith(".venv"):
        target.unlink()
    else:
        target.write_text("changed")
    assert machine.bootstrap().returncode == 0
    assert machine.calls.count(" sync ") == 2
