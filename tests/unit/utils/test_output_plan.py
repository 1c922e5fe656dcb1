"""Where nothing may be written."""

from pathlib import Path

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.utils.output_plan import refuse_inputs, refuse_inside, refuse_links


@pytest.mark.parametrize("out", ["data", "data/graphs", "data/../data/x", "link/x"])
def test_nothing_is_written_inside_a_dataset(tmp_path: Path, out: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    with pytest.raises(UsageError, match="inside the dataset"):
        refuse_inside(tmp_path / out, tmp_path / "data")
    with pytest.raises(UsageError, match="inside the source"):
        refuse_inside(tmp_path / out, tmp_path / "data", "source")


def test_links_in_an_output_are_refused(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    refuse_links([tmp_path / "train", tmp_path / "absent"])
    for target in ("train", "nowhere"):
        (tmp_path / "val").symlink_to(target)
        with pytest.raises(UsageError, match="val is a symbolic link"):
            refuse_links([tmp_path / "train", tmp_path / "val"])
        (tmp_path / "val").unlink()


def test_beside_a_dataset_is_fine(tmp_path: Path) -> None:
    refuse_inside(tmp_path / "data2", tmp_path / "data")


def test_inputs_are_not_written_over(tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    refuse_inputs(tmp_path / "figure.png", [scan])
    with pytest.raises(UsageError, match=r"scan\.png is one of the inputs"):
        refuse_inputs(tmp_path / "folder" / ".." / "scan.png", [scan])
