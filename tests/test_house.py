"""The house rules that no linter knows: sizes, names, which way imports point, what files may say."""

import ast
import re
import statistics
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("protocols", "rooms", "outreach", "server", "loadtests")
PURE = ("protocols", "rooms", "outreach")
# The parts of the server that meet only in its composition root; a port is there to be imported.
PARTS = ("gateway", "http", "bridges", "store", "broker")

FILE_LINES, MEDIAN_LINES, FUNCTION_LINES = 500, 150, 60
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
IMPURE = {
    *("asyncio", "anyio", "threading", "multiprocessing", "concurrent", "subprocess", "socket", "ssl"),
    *("time", "random", "secrets", "uuid", "logging", "structlog", "os", "pathlib", "tempfile", "sqlite3"),
    *("sqlalchemy", "aiosqlite", "redis", "aiohttp", "httpx", "starlette", "fastapi", "uvicorn", "websockets"),
}
REGISTRIES = ("pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js", "npm" + "mirror.com", "/opt/" + "pypi")


@cache
def tracked() -> tuple[Path, ...]:
    """The files of the project, new ones too, without what is ignored."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(path for name in names if name and (path := ROOT / name).is_file())


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_written(path: Path) -> bool:
    """Whether a person wrote it; generated types and migrations keep the shape of what they state."""
    return not {"schema", "migrations", "versions"} & set(path.relative_to(ROOT).parts[:-1])


def sources(*packages: str) -> list[Path]:
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in packages and is_written(path)
    ]


def pages() -> list[Path]:
    inside = ROOT / "client_web" / "src"
    return [
        path
        for path in tracked()
        if path.is_relative_to(inside) and path.suffix in {".ts", ".tsx", ".css"} and "generated" not in name(path)
    ]


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports(path: Path) -> set[str]:
    """The dotted names of all modules that a file imports, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_there_is_a_house_to_look_at() -> None:
    assert len(sources(*PACKAGES)) > 10


def test_no_source_file_is_long() -> None:
    long = {name(path): lines(path) for path in [*sources(*PACKAGES, "scripts"), *pages()]}
    assert {path: count for path, count in long.items() if count > FILE_LINES} == {}


def test_most_source_files_are_short() -> None:
    assert statistics.median(lines(path) for path in sources(*PACKAGES)) <= MEDIAN_LINES


def test_no_function_is_long() -> None:
    long = [
        f"{name(path)}:{node.lineno} {node.name} has {length} lines"
        for path in sources(*PACKAGES, "scripts")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert long == []


def test_no_module_has_a_vague_name() -> None:
    names = [*sources(*PACKAGES, "scripts", "tests"), *pages()]
    assert [name(path) for path in names if path.suffix != ".css" and VAGUE & set(path.stem.lower().split("_"))] == []


def test_nine_modules_in_ten_have_a_test_of_their_name() -> None:
    tests = {name(path) for path in tracked() if path.name.startswith("test_")}
    slow = ("tests/e2e", "tests/conformance", "tests/rigs", "tests/cluster", "tests/postgres", "tests/contracts")

    def is_tested(path: Path) -> bool:
        own = f"test_{path.stem.strip('_')}.py"
        mirrored = f"tests/{name(path.parent)}/{own}"
        return mirrored in tests or any(f"{directory}/{own}" in tests for directory in slow)

    modules = [path for path in sources(*PACKAGES) if path.stem != "__init__"]
    untested = [name(path) for path in modules if not is_tested(path)]
    assert len(untested) <= len(modules) / 10, untested


def test_what_has_no_io_imports_none() -> None:
    wrong = {name(path): impure for path in sources(*PURE) if (impure := roots(path) & IMPURE)}
    assert wrong == {}


def roots(path: Path) -> set[str]:
    return {imported.split(".")[0] for imported in imports(path)}


@pytest.mark.parametrize(
    ("package", "closed"),
    [
        ("protocols", {"rooms", "outreach", "server", "loadtests"}),
        ("rooms", {"outreach", "server", "loadtests"}),
        ("outreach", {"rooms", "server", "loadtests"}),
        ("server", {"loadtests", "tests"}),
        ("loadtests", {"rooms", "outreach", "server", "tests"}),
    ],
)
def test_imports_point_one_way(package: str, closed: set[str]) -> None:
    assert {name(path): wrong for path in sources(package) if (wrong := roots(path) & closed)} == {}


def test_the_parts_of_the_server_meet_in_its_root() -> None:
    wrong = []
    for path in sources("server"):
        here = path.relative_to(ROOT).parts[1]
        if here not in PARTS:
            continue
        for imported in imports(path):
            package, _, part = imported.partition(".")
            there, _, module = part.partition(".")
            is_port = module == "port" or module.startswith("port.")
            if package == "server" and module and there in PARTS and there != here and not is_port:
                wrong.append(f"{name(path)} imports {imported}")
    assert sorted(wrong) == []


def text(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""  # a picture


def test_no_file_names_a_registry() -> None:
    named = [
        f"{name(path)} names {registry}" for path in tracked() for registry in REGISTRIES if registry in text(path)
    ]
    assert named == []


def test_locks_are_pinned_and_hashed() -> None:
    for lock in ("requirements.txt", "requirements-dev.txt", "scripts/requirements-node.txt"):
        entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
        assert entries
        for entry in entries:
            assert re.match(r"[a-z0-9._-]+(\[[a-z0-9_,-]+\])?==\S+", entry), f"{lock}: {entry[:60]}"
            assert "--hash=sha256:" in entry, f"{lock}: {entry[:60]}"


def test_the_lock_holds_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wishes = [
        *project["dependencies"],
        *(wish for extra in project["optional-dependencies"].values() for wish in extra),
    ]
    asked = {re.split(r"[^A-Za-z0-9._-]", wish, maxsplit=1)[0].lower() for wish in wishes}
    pinned = set(
        re.findall(r"^([a-z0-9._-]+)(?:\[.*?\])?==", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE)
    )
    assert asked
    assert asked <= pinned, "run: make lock"


def test_every_target_that_is_written_about_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    written = {
        (name(path), target)
        for path in tracked()
        if path.suffix == ".md"
        for target in re.findall(r"(?:`|^\s*\$? ?)make ([a-z]+)", path.read_text(), re.MULTILINE)
    }
    assert written
    assert {(path, target) for path, target in written if target not in targets} == set()
