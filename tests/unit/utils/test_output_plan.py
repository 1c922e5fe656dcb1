from pathlib import Path

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.utils.output_plan import OutputPlan, check_new_folder


@pytest.mark.parametrize("out", ["data", "data/graphs", "data/../data/x", "link/x"])
def test_nothing_is_written_inside_a_source_folder(tmp_path: Path, out: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    plan = OutputPlan(out=tmp_path / out, source_folders={tmp_path / "data": "dataset"})
    with pytest.raises(UsageError, match="is inside the dataset"):
        plan.check()


def test_another_spelling_of_a_source_is_the_source_where_case_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows and macOS, whose file systems say which names are the same file."""
    (tmp_path / "data").mkdir()
    (tmp_path / "scan.png").touch()
    plans = [
        OutputPlan(out=tmp_path / "DATA" / "new", source_folders={tmp_path / "data": "dataset"}),
        OutputPlan(out=tmp_path / "Scan.png", source_files=[tmp_path / "scan.png"]),
    ]
    for plan in plans:
        plan.check()

    def samefile(path: Path, other: Path) -> bool:
        return str(path).casefold() == str(other).casefold()

    monkeypatch.setattr(Path, "samefile", samefile)
    for plan in plans:
        with pytest.raises(UsageError):
            plan.check()


def test_beside_a_source_folder_is_fine(tmp_path: Path) -> None:
    OutputPlan(out=tmp_path / "data2", source_folders={tmp_path / "data": "dataset"}).check()


def test_every_source_folder_counts(tmp_path: Path) -> None:
    sources = {tmp_path / "data": "dataset", tmp_path / "white": "white frames"}
    with pytest.raises(UsageError, match="is inside the white frames"):
        OutputPlan(out=tmp_path / "white" / "new", source_folders=sources).check()


def test_source_files_are_not_replaced(tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    OutputPlan(out=tmp_path / "figure.png", source_files=[scan]).check()
    with pytest.raises(UsageError, match=r"scan\.png is one of the inputs"):
        OutputPlan(out=tmp_path / "folder" / ".." / "scan.png", source_files=[scan]).check()


def test_subfolders_that_are_links_are_refused(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    OutputPlan(out=tmp_path, subfolders=["train", "absent"]).check()
    for target in ("train", "nowhere"):
        (tmp_path / "val").symlink_to(target)
        OutputPlan(out=tmp_path, subfolders=["train"]).check()
        with pytest.raises(UsageError, match="val is a symbolic link"):
            OutputPlan(out=tmp_path, subfolders=["train", "val"]).check()
        (tmp_path / "val").unlink()


def test_rules_come_last_and_are_given_the_output(tmp_path: Path) -> None:
    checked: list[Path] = []
    source = {tmp_path / "data": "dataset"}
    OutputPlan(out=tmp_path / "a", source_folders=source, rules=[checked.append] * 2).check()
    with pytest.raises(UsageError):
        OutputPlan(out=tmp_path / "data", source_folders=source, rules=[checked.append]).check()
    assert checked == [tmp_path / "a"] * 2


def test_a_new_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("absent", "empty"):
        check_new_folder(tmp_path / name)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    for name in ("file", "full"):
        with pytest.raises(UsageError, match=f"{name} exists and is not an empty folder"):
            check_new_folder(tmp_path / name)


def test_a_link_that_leads_nowhere_is_not_a_new_folder(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "gone")
    with pytest.raises(UsageError, match="exists and is not an empty folder"):
        check_new_folder(tmp_path / "out")
