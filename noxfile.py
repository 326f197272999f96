"""What is run on this project, each thing in an environment of its own: ``nox -l`` lists it.

Every session installs wheels built from this tree, as users get them; never the source folders.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).parent
WHEELS = ROOT / "build" / "wheels"
SDISTS = ROOT / "build" / "sdists"
VERSION = (ROOT / "packages/gitfleet-api/src/gitfleet_api/_version.py").read_text().split('"')[-2]
PURE = ("gitfleet-api", "gitfleet-py", "gitfleet", "gitfleet-testing")
NATIVE = "gitfleet-native"
PYTHONS = ["3.11", "3.12", "3.13"]
NO_CARGO = "there is no cargo here, so the native engine can't be built; the pure Python one does all the work"

RUNNER = ("pytest>=8", "pytest-xdist>=3.6", "hypothesis>=6.100")
TEST_TOOLS = (*RUNNER, "trustme>=1.2")
# Sphinx 9 needs Python 3.12. The last two are there to compare names with.
DOCS_TOOLS = ("sphinx>=8.2,<9", "myst-parser>=4", "furo", "playwright", "PyGithub", "python-gitlab")
DEV_TOOLS = (*TEST_TOOLS, "nox[uv]", "mypy", "ruff", "types-cffi", "pyarrow", "pandas", "polars")
# What `bench` compares with, and its own tools. githubkit 0.16 allows hishel 2.0 and can't be imported with it.
PEERS = [
    *("PyGithub", "github3.py", "githubkit", "hishel<2", "gidgethub", "ghapi", "python-gitlab", "pyreqwest"),
    *("httpx", "httpx2", "aiohttp", "msgspec", "uvloop", "trustme", "matplotlib"),
]
RECORDED = os.environ.get("GITFLEET_RECORDED", str(ROOT.parent / "shared" / "recorded"))

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = False  # nox says which one is missing and goes on
nox.options.sessions = ["lint", "types", "docs", "rust", "packaging", "none", "native_only", "minimal", "tests"]

# One target folder, so that the wheel from the tree and the one from the sdist share compiled dependencies.
os.environ.setdefault("CARGO_TARGET_DIR", str(ROOT / "rust" / "target"))


def _add_interpreters() -> None:
    """Put interpreters of a version manager on the path: its own shims answer for the selected version only."""
    if shutil.which("pyenv") is None:
        return
    asked = subprocess.run(["pyenv", "root"], capture_output=True, text=True, check=False)
    folders = [
        folder
        for version in PYTHONS
        for folder in sorted(Path(asked.stdout.strip()).glob(f"versions/{version}.*/bin"))[-1:]
    ]
    os.environ["PATH"] = os.pathsep.join([*map(str, folders), os.environ["PATH"]])


_add_interpreters()


@functools.cache
def _builder() -> str:
    """A Python with what builds packages, apart from every session's environment."""
    folder = ROOT / ".nox" / "builder"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    tools = ["build", "hatchling>=1.27", "cffi>=1.17", "twine"]
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *tools], check=True)
    return str(python)


@functools.cache
def _build(package: str) -> None:
    """The sdist of a package, and the wheel from that sdist; once a run."""
    out = ROOT / "build" / "out" / package
    shutil.rmtree(out, ignore_errors=True)
    command = [_builder(), "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT / "packages" / package)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}\ncould not build {package}")
    for pattern, target in (("*.whl", WHEELS), ("*.tar.gz", SDISTS)):
        target.mkdir(parents=True, exist_ok=True)
        for old in target.glob(f"{package.replace('-', '_')}-{pattern}"):
            old.unlink()
        for made in out.glob(pattern):
            shutil.copy(made, target)


def _has_cargo() -> bool:
    return shutil.which("cargo") is not None


def _need_cargo(session: nox.Session) -> None:
    if not _has_cargo():
        session.skip(NO_CARGO)


def _install(session: nox.Session, *requirements: str, native: bool = False) -> None:
    """Install packages of this project, by name and version, from the wheels; and others from the index."""
    for package in (*PURE, NATIVE) if native else PURE:
        _build(package)
    ours = {*PURE, NATIVE}
    pinned = [f"{name}=={VERSION}" if name.partition("[")[0] in ours else name for name in requirements]
    # uv keeps what it once unpacked under a name and version; ours change and keep theirs.
    fresh = [f"--refresh-package={name}" for name in sorted(ours)] if session.venv_backend == "uv" else []
    session.install("--find-links", str(WHEELS), *fresh, *pinned)


def _pytest(session: nox.Session, engines: str, *arguments: str) -> None:
    env = {"GITFLEET_TEST_ENGINES": engines, "GITFLEET_RECORDED": RECORDED, "GITFLEET_WHEELS": str(WHEELS)}
    # Most of the time goes into waiting for sockets and processes, so the cores share the tests.
    workers = ("-n", "auto", "--maxprocesses=4", "--dist=worksteal")
    # Isolated (-P): what is tested is what is installed, whatever the current folder holds.
    session.run("python", "-P", "-m", "pytest", *workers, *arguments, *session.posargs, env=env)


@nox.session
def demo(session: nox.Session) -> None:
    """List a fleet of 2,500 repositories on a local forge with each engine."""
    native = _has_cargo()
    if not native:
        session.log(NO_CARGO)
    _install(session, "gitfleet[native]" if native else "gitfleet", "gitfleet-testing", native=native)
    session.run("python", "-P", "-m", "GitFleet", "demo", *session.posargs)


@nox.session(python=PYTHONS)
@nox.parametrize("engine", ["python", "native"])
def tests(session: nox.Session, engine: str) -> None:
    """The test suite on one Python: what concerns one engine, and with the Python one all that concerns none."""
    native = engine == "native"
    if native:
        _need_cargo(session)
    extras = ",".join([*(["native"] if native else []), "cli", "arrow", "pandas", "polars"])
    _install(session, f"gitfleet[{extras}]", "gitfleet-testing", *TEST_TOOLS, native=native)
    concerned = ["tests/contract", "tests/native", "tests/cli", "tests/packaging", "tests/docs/test_blocks.py"]
    _pytest(session, engine, *(concerned if native else ["tests"]))
    if not native and session.python == PYTHONS[0]:
        # Once more what decoding concerns, with msgspec.
        _install(session, "gitfleet-py[fast]")
        _pytest(session, engine, "tests/contract", "tests/py")


@nox.session(venv_backend="none")
def dev(session: nox.Session) -> None:
    """All packages as editable installs, with every tool, in .venv: for work on this project."""
    python = ROOT / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ROOT / ".venv")], check=True)
    packages = [*PURE, NATIVE] if _has_cargo() else PURE
    extras = {"gitfleet": "[cli]"}
    editable = [part for name in packages for part in ("-e", f"{ROOT / 'packages' / name}{extras.get(name, '')}")]
    session.run(str(python), "-m", "pip", "install", "--quiet", *editable, *DEV_TOOLS, external=True)
    session.log(f"done: {python} has {', '.join(packages)}" + ("" if _has_cargo() else f"; {NO_CARGO}"))


@nox.session
def minimal(session: nox.Session) -> None:
    """``pip install gitfleet`` and nothing else: few packages, nothing compiled, all works."""
    _install(session, "gitfleet")
    session.run("python", "-P", str(ROOT / "tests" / "packaging" / "check_minimal.py"))
    # Not trustme, which brings cffi and compiled files: tests that need certificates are skipped here.
    _install(session, "gitfleet", "gitfleet-testing", *RUNNER)
    _pytest(session, "python", "tests/contract", "tests/api", "tests/py")


@nox.session
def native_only(session: nox.Session) -> None:
    """gitfleet-api and gitfleet-native, without httpx."""
    _need_cargo(session)
    _install(session, "gitfleet-api", "gitfleet-native", "gitfleet-testing", *TEST_TOOLS, native=True)
    session.run("python", "-P", str(ROOT / "tests" / "packaging" / "check_native_only.py"))
    _pytest(session, "native", "tests/contract", "tests/native")


@nox.session
def none(session: nox.Session) -> None:
    """gitfleet-api alone: the error says what to install."""
    _install(session, "gitfleet-api")
    session.run("python", "-P", str(ROOT / "tests" / "packaging" / "check_none.py"))


@nox.session
def lint(session: nox.Session) -> None:
    """ruff: rules and format."""
    session.install("ruff==0.17.6")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Strict mypy over every package, the tests of types and this file."""
    native = _has_cargo()
    mypy = "mypy>=1.15"
    tools = (mypy, *TEST_TOOLS, "nox", "hatchling", "types-cffi")
    _install(session, *PURE, "gitfleet[cli]", *([NATIVE] if native else []), *tools, native=native)
    packages = ["GitFleet", "gitfleet_api", "gitfleet_py", "gitfleet_testing", *(["gitfleet_native"] if native else [])]
    session.run("mypy", *[argument for package in packages for argument in ("-p", package)])
    session.run("mypy", "noxfile.py", "packages/gitfleet-native/hatch_build.py", "tests/typing")


@nox.session
def rust(session: nox.Session) -> None:
    """rustfmt, clippy without warnings, the crates' tests (the C header is up to date), exports as in the header."""
    _need_cargo(session)
    _install(session, "gitfleet-native", "gitfleet-testing", *TEST_TOOLS, native=True)
    _pytest(session, "native", "tests/native/test_library.py")
    session.chdir(ROOT / "rust")
    session.run("cargo", "fmt", "--check", external=True)
    session.run("cargo", "clippy", "--locked", "--all-targets", "--", "-D", "warnings", external=True)
    session.run("cargo", "test", "--locked", "--quiet", external=True)


@nox.session
def packaging(session: nox.Session) -> None:
    """Every sdist, the wheel from each, their metadata; the one native wheel on every Python."""
    native = _has_cargo()
    for package in (*PURE, NATIVE) if native else PURE:
        _build(package)
    made = sorted(map(str, [*WHEELS.iterdir(), *SDISTS.iterdir()]))
    session.run(_builder(), "-m", "twine", "check", "--strict", *made, external=True)
    gitfleet = "gitfleet[native]" if native else "gitfleet"
    _install(session, gitfleet, "gitfleet-testing", "PyGithub", "hatchling", *TEST_TOOLS, native=native)
    session.env.update(GITFLEET_SDISTS=str(SDISTS), GITFLEET_PYTHONS=",".join(PYTHONS), GITFLEET_BUILDER=_builder())
    # Without the variable Python writes no compiled files, and every import would be timed with its compilation.
    session.run("python", "-P", "tests/benchmarks/import_time.py", env={"PYTHONDONTWRITEBYTECODE": None})
    _pytest(session, "python,native" if native else "python", "tests/packaging")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, with warnings as errors; then tests of its code, its links, and of it in a browser."""
    _install(session, "gitfleet[cli,arrow,pandas,polars]", "gitfleet-testing", *DOCS_TOOLS, *TEST_TOOLS)
    site = ROOT / "build" / "site"
    shutil.rmtree(site, ignore_errors=True)
    strict = ("-W", "--keep-going", "--nitpicky", "--fresh-env", "--quiet")
    session.run("python", "-P", "-m", "sphinx", *strict, "--builder", "html", str(ROOT / "docs"), str(site))
    session.env["GITFLEET_SITE"] = str(site)
    _get_old_release(session)
    _get_browser(session)
    _pytest(session, "python", "tests/docs", "tests/api/test_docs.py")


def _get_old_release(session: nox.Session) -> None:
    """The release whose names a page compares with ours; any machine can read its wheel for Linux."""
    folder = ROOT / "build" / "old"
    if not list(folder.glob("gitfleet-0.2.8-*.whl")):
        wheel = ("--python-version", "311", "--platform", "manylinux_2_34_x86_64", "--only-binary=:all:", "--no-deps")
        command = (_builder(), "-m", "pip", "download", "--quiet", "gitfleet==0.2.8", *wheel, "--dest", str(folder))
        session.run(*command, external=True)
    session.env["GITFLEET_OLD"] = str(folder)


def _get_browser(session: nox.Session) -> None:
    """Chromium from the system's packages, where it is missing and this may install it; or tests of it are skipped."""
    if shutil.which("chromium") or not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    for command in (("update",), ("install", "--yes", "--no-install-recommends", "chromium")):
        session.run("apt-get", *command, "--quiet", external=True, silent=True, success_codes=range(256))


def _peers() -> str:
    """A Python with the clients that ours are compared with; made once, until PEERS changes."""
    folder = ROOT / "build" / "bench-venv"
    python, stamp = folder / "bin" / "python", folder / "peers.txt"
    if not stamp.exists() or stamp.read_text() != "\n".join(PEERS):
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PEERS], check=True)
        stamp.write_text("\n".join(PEERS))
    testing = ["--find-links", str(WHEELS), f"gitfleet-testing=={VERSION}"]
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *testing], check=True)
    # What is there under the same version may be older all the same.
    again = ["--force-reinstall", "--no-deps", *testing]
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *again], check=True)
    return str(python)


def _fast() -> list[str]:
    """Arguments that name a Python with gitfleet-py[fast]; none while there is no such extra."""
    if "\nfast = " not in (ROOT / "packages" / "gitfleet-py" / "pyproject.toml").read_text():
        return []
    folder = ROOT / "build" / "bench-fast-venv"
    python = folder / "bin" / "python"
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    wanted = [f"gitfleet=={VERSION}", f"gitfleet-py[fast]=={VERSION}"]
    install = [str(python), "-m", "pip", "install", "--quiet", "--find-links", str(WHEELS), *wanted]
    subprocess.run(install, check=True)
    return ["--fast", str(python)]


@nox.session
def bench(session: nox.Session) -> None:
    """Both engines beside other clients: CPU, memory, wall time. ``-- --short`` for every day, ``-- --help``: more."""
    if sys.platform == "win32":
        session.skip("processes are measured with wait4, which Windows has not")
    suite = {"PYTHONPATH": str(ROOT / "tests")}
    session.run("python", "-P", "-m", "benchmarks.nginx", env=suite)  # it ends here when there is none
    native = _has_cargo()
    if not native:
        session.log(NO_CARGO)
    _install(session, "gitfleet[native,arrow,pandas]" if native else "gitfleet", native=native)
    _build("gitfleet-testing")
    # uv doesn't compile, and the first process would be measured with it.
    session.run("python", "-m", "compileall", "-q", session.virtualenv.location, success_codes=[0, 1])
    python = Path(session.virtualenv.bin) / "python"
    given = ["--gitfleet", str(python), *_fast(), "--work", str(ROOT / "build" / "bench"), "--docs", str(ROOT / "docs")]
    session.run(_peers(), "-P", "-m", "benchmarks", *given, *session.posargs, env=suite, external=True)
