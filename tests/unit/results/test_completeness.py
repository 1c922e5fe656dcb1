"""Results that lack what is reported."""

import dataclasses
from pathlib import Path

import pytest

from artextract_cli.errors import InputError
from artextract_cli.results.completeness import open_complete
from tests.helpers.results import sealed_again, write_result


def test_a_description_that_lacks_something(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    assert open_complete(result.path).name == result.name
    lacking = {k: v for k, v in result.description.items() if k not in ("engine", "bands")}
    sealed_again(dataclasses.replace(result, description=lacking))
    with pytest.raises(
        InputError, match=r"scene\.json lacks bands, engine: remove .* and run `artextract "
    ):
        open_complete(result.path)
