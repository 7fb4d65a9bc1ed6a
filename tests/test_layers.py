"""The layer contracts refuse what they are there to refuse.

A contract with a slip in a module's name passes silently, so violations are planted in a skeleton of the package, and each
must be reported by the contract that forbids it.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).resolve().parent.parent / "pyproject.toml"

TOWER = "Features form one acyclic tower"
FEATURE = "Inside a feature, HTTP depends on the domain and never the reverse"
DOMAIN = "Domain code does not know HTTP"
VIEWS = "Views are reached only through urls"
NETWORK = "Only providers talk to the network"

# (contract, importing module, imported module)
VIOLATIONS = [
    (TOWER, "connectid.accounts.models", "connectid.enrollment.models"),  # upwards
    (TOWER, "connectid.messaging.operations", "connectid.payments.operations"),  # between strangers
    (TOWER, "connectid.core", "connectid.providers.sms"),
    (TOWER, "connectid.web", "connectid.accounts.models"),
    (TOWER, "connectid.jobs", "connectid.notifications.tasks"),
    (TOWER, "connectid.sandbox.views", "connectid.enrollment.models"),
    (TOWER, "connectid.toggles.queries", "connectid.testing"),
    (FEATURE, "connectid.devices.operations", "connectid.devices.views"),
    (FEATURE, "connectid.devices.models", "connectid.devices.queries"),
    (FEATURE, "connectid.devices.tasks", "connectid.devices.authentication"),  # strangers within a feature
    (DOMAIN, "connectid.recovery.operations", "connectid.web"),
    (DOMAIN, "connectid.recovery.limits", "connectid.web.parsing"),  # a submodule counts, too
    (VIEWS, "connectid.oauth.admin", "connectid.accounts.views"),
    (VIEWS, "connectid.insights.queries", "connectid.messaging.views"),
    (NETWORK, "connectid.payments.operations", "requests"),
    (NETWORK, "connectid.web.parsing", "urllib3"),
    (NETWORK, "connectid.jobs.operations", "aiohttp"),
]
ALLOWED = [
    ("connectid.accounts.views", "connectid.oauth.authentication"),  # a view names any credential it accepts
    ("connectid.accounts.views.one", "connectid.devices.authentication"),
    ("connectid.accounts.tests.test_view", "connectid.enrollment.models"),
    ("connectid.providers.sms.tests.test_sms", "connectid.testing"),
    ("connectid.providers.sms", "requests"),
    ("connectid.accounts.urls", "connectid.accounts.views"),
]
FEATURE_MODULES = (
    *(
        "urls",
        "views",
        "authentication",
        "tasks",
        "admin",
        "operations",
        "queries",
        "models",
        "limits",
        "errors",
    ),
    *("tests", "tests.test_view"),
)


def contracts() -> dict[str, dict[str, object]]:
    """Return the project's contracts by name."""
    configured = tomllib.loads(CONFIGURATION.read_text(encoding="utf-8"))["tool"]["importlinter"]
    return {contract["name"]: contract for contract in configured["contracts"]}


def layers() -> list[str]:
    """Return every package that the tower names."""
    tower = contracts()[TOWER]["layers"]
    assert isinstance(tower, list)
    return re.findall(r"\w+", " ".join(tower))


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """A package with every module that a contract names, each empty."""
    (tmp_path / "pyproject.toml").write_text(CONFIGURATION.read_text(encoding="utf-8"), encoding="utf-8")
    names = [
        "connectid",
        "connectid.providers.sms",
        "connectid.providers.sms.tests.test_sms",
        "connectid.web.parsing",
        "connectid.accounts.views.one",
    ]
    for layer in layers():
        names += [f"connectid.{layer}", *(f"connectid.{layer}.{module}" for module in FEATURE_MODULES)]
    for name in names:
        folder = tmp_path.joinpath(*name.split("."))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
    return tmp_path


def plant(skeleton: Path, importer: str, imported: str) -> None:
    """Write an import into a module of the skeleton."""
    with skeleton.joinpath(*importer.split("."), "__init__.py").open("a", encoding="utf-8") as module:
        module.write(f"import {imported}\n")


def lint(skeleton: Path) -> tuple[int, dict[str, str]]:
    """Run import-linter over the skeleton; return its exit code and, for each broken contract, what it says."""
    linter = Path(sys.prefix) / "bin" / "lint-imports"
    done = subprocess.run(
        [linter, "--no-logo", "--no-cache"],
        cwd=skeleton,
        env={"PYTHONPATH": str(skeleton), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    titles = "|".join(map(re.escape, contracts()))
    report = done.stdout.partition("Broken contracts")[2]
    parts = re.split(rf"^({titles})\n-+\n", report, flags=re.MULTILINE)
    return done.returncode, dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_allowed_imports_pass(skeleton: Path) -> None:
    for importer, imported in ALLOWED:
        plant(skeleton, importer, imported)
    assert lint(skeleton) == (0, {})


def test_every_planted_violation_is_reported_by_its_contract(skeleton: Path) -> None:
    for _, importer, imported in VIOLATIONS:
        plant(skeleton, importer, imported)
    code, reports = lint(skeleton)
    assert code == 1
    assert set(reports) == set(contracts())
    for contract, importer, imported in VIOLATIONS:
        assert f"{importer} -> {imported}" in reports[contract]


def test_a_folder_that_the_tower_does_not_name_is_refused(skeleton: Path) -> None:
    plant(skeleton, "connectid.core", "connectid.core.errors")
    (skeleton / "connectid" / "surprise").mkdir()
    (skeleton / "connectid" / "surprise" / "__init__.py").touch()
    code, reports = lint(skeleton)
    assert code == 1
    assert "surprise" in reports[TOWER]
