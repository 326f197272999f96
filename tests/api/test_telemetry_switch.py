"""Telemetry is off until a program asks for it, and needs its extra."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from gitfleet_api import ConfigurationError
from gitfleet_api.telemetry.hook import hook

ASKING = """
import sys
import GitFleet.sync, GitFleet.telemetry
GitFleet.sync.GitHubClient
assert "gitfleet_api.session.session" in sys.modules
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""
WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "opentelemetry":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
from GitFleet import ConfigurationError
from GitFleet.telemetry import instrument, uninstrument
from gitfleet_api.telemetry.hook import hook
try:
    instrument()
except ConfigurationError as error:
    print(error.code, error)
assert hook.recorder is None
uninstrument()
"""


def _run(program: str) -> str:
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_of_opentelemetry_is_imported_before_a_program_asks_for_it() -> None:
    _run(ASKING)


def test_without_the_extra_the_error_names_it() -> None:
    assert _run(WITHOUT) == (
        "opentelemetry_missing this needs opentelemetry-api: pip install 'gitfleet[opentelemetry]'\n"
    )


def test_a_process_records_nothing_by_itself() -> None:
    assert hook.recorder is None


def test_an_argument_that_is_no_provider_is_refused() -> None:
    pytest.importorskip("opentelemetry", reason="opentelemetry-api is not installed")
    from gitfleet_api.telemetry import instrument

    with pytest.raises(ConfigurationError, match="tracer_provider must be a TracerProvider, not 'jaeger'"):
        instrument(tracer_provider="jaeger")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="meter_provider must be a MeterProvider, not 5"):
        instrument(meter_provider=5)  # type: ignore[arg-type]
    assert hook.recorder is None


def test_the_command_of_opentelemetry_finds_the_switch() -> None:
    pytest.importorskip("opentelemetry", reason="opentelemetry-api is not installed")
    (point,) = entry_points(group="opentelemetry_instrumentor", name="gitfleet")
    instrumentor = point.load()()
    instrumentor.instrument(skip_dep_check=True)
    assert hook.recorder is not None
    instrumentor.uninstrument()
    assert hook.recorder is None


def test_an_old_opentelemetry_api_is_an_error_and_for_the_command_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    metrics = pytest.importorskip("opentelemetry.metrics", reason="opentelemetry-api is not installed")
    from gitfleet_api.telemetry import instrument
    from gitfleet_api.telemetry.instrumentor import GitFleetInstrumentor

    def create_histogram(self: object, name: str, unit: str = "", description: str = "") -> None:
        """The method of version 1.29."""

    monkeypatch.setattr(metrics.Meter, "create_histogram", create_histogram)
    provider = metrics.NoOpMeterProvider()  # no recorder exists for it
    with pytest.raises(ConfigurationError, match=r"1\.30"):
        instrument(meter_provider=provider)
    GitFleetInstrumentor().instrument(meter_provider=provider)
    assert "1.30" in caplog.text
    assert hook.recorder is None


GLOBAL = """
import asyncio
from gitfleet_api import GitHubClient
from gitfleet_api.telemetry import instrument, uninstrument
from gitfleet_testing import Fleet, Forge
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter = InMemorySpanExporter()
async def main(forge):
    async with GitHubClient(forge.token, forge.url) as client:
        instrument()
        await client.fetch_user_info()          # no SDK yet: not recorded
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        trace.set_tracer_provider(provider)
        await asyncio.sleep(0.2)                # it is looked for ten times a second
        await client.fetch_user_info()          # recorded
        instrument()
        await client.fetch_user_info()          # recorded once
        uninstrument()
        await client.fetch_user_info()          # not recorded
with Forge(Fleet()) as forge:
    asyncio.run(main(forge))
    assert len(forge.requests) == 4
print(*[span.name for span in exporter.get_finished_spans()], sep=",")
"""


def test_a_global_provider_may_be_set_later() -> None:
    pytest.importorskip("opentelemetry.sdk", reason="OpenTelemetry's SDK is not installed")
    assert _run(GLOBAL) == "GET /user,GET /user\n"
