import json
from collections.abc import Callable

from artextract_cli import diagnosis
from artextract_cli.plugin.host import plugin_host
from tests.helpers.command_line import Ran


def test_it_comes_through_the_door_of_all_plugins() -> None:
    assert plugin_host().find("commands", "doctor").distribution == "artextract"


def test_it_tells_versions_devices_and_engine(run: Callable[..., Ran]) -> None:
    ran = run("doctor", "--json")
    assert (ran.exit_code, ran.stderr) == (0, "")
    told, found = json.loads(ran.stdout), diagnosis()
    assert list(told) == [
        *("system", "packages", "devices", "device", "engine", "engine_dgl", "broken_plugins")
    ]
    assert list(told["packages"])[:2] == ["python", "artextract"]
    assert told["packages"] == found.packages
    assert told["devices"].keys() == {"cpu", "cuda"}
    assert told["engine"] == {"name": found.engine, "reason": found.engine_reason}


def test_people_get_a_table(run: Callable[..., Ran]) -> None:
    ran = run("doctor")
    assert ran.exit_code == 0
    for row in ("device (auto)", "engine (auto)", "engine dgl", "all load"):
        assert row in ran.stdout
