"""What a collection takes: costs of scenes, and a simulation of many workers (docs/capacity.md).

    python benchmarks/capacity.py measure [--turns 3]
    python benchmarks/capacity.py simulate [--workers 1,8,64,512,4096] [--storage 1] [...]
    python benchmarks/capacity.py check [--scenes 32] [--turns 3]
    python benchmarks/capacity.py draw --out docs/images/capacity.png

*measure* runs `graph build` and `infer` on scenes of several sizes and writes their costs to
``benchmarks/results/capacity.json``, from which *simulate* prints a table: the hours that all
paintings take, and what limits them. *check* compares the simulation with runs of one and two
workers on this machine, records the comparison in the same file, and ends with exit code 1 if
predicted seconds are off by more than 15 %. *draw* draws the figure of docs/capacity.md.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import machine
from fleet import HOUR, Fleet, Job, Outlook, simulate

COSTS = Path(__file__).parent / "results" / "capacity.json"
TOLERANCE = 0.15
GIGA = 1e9
FILES = ("read", "written", "kept")
WORKERS = (1, 8, 64, 512, 4096)
DRAWN = (16, 64, 256, 1024, 4096)
# Workers read and write through a network of 10 Gbit/s, at about this rate.
LINK = 1.0


def job_of(
    costs: Mapping[str, Any], given: argparse.Namespace, paintings: int, mpx: float, batch: int
) -> Job:
    """The job of a command on paintings of one size.

    Larger ones than were measured as a whole are in blocks: they cost per megapixel what the
    largest ones in blocks do.
    """
    measured = costs[given.command]
    rows = measured["by_size"]
    whole, blocks = ([r for r in rows if r["in_blocks"] is kind] for kind in (False, True))
    is_whole = mpx <= max(row["side"] ** 2 for row in whole if row["max_memory_gb"] <= 4) / 1e6
    row = max(whole if is_whole else blocks, key=lambda row: row["side"])
    written = "kept" if given.local_scratch else "written"
    line = measured["scene_seconds"] + measured["seconds_per_mpx"] * mpx
    return Job(
        scenes=paintings,
        seconds=line if is_whole else row["seconds_per_mpx"] * mpx,
        read_bytes=1e6 * row["read_mb_per_mpx"] * mpx,
        written_bytes=1e6 * row[f"{written}_mb_per_mpx"] * mpx,
        batch=batch,
        spread=given.spread,
    )


def fleet_of(costs: Mapping[str, Any], given: argparse.Namespace, workers: int) -> Fleet:
    """The workers that are asked for; the measured scheduler and start unless others are."""
    service = costs["service"]["milliseconds"] if given.scheduler is None else given.scheduler
    return Fleet(
        workers=workers,
        storage=GIGA * given.storage,
        link=GIGA * given.link,
        service=service / 1e3,
        failures=given.failures,
        starts=(costs[given.command]["process_seconds"] if given.start is None else given.start,),
    )


def table(outlooks: Sequence[Outlook]) -> Iterator[str]:
    """Lines of a table in Markdown: a row for each number of workers."""
    yield "| workers | hours | efficiency | limit | storage in use | scheduler in use |"
    yield "|---|---|---|---|---|---|"
    for one in outlooks:
        uses = f"{one.storage_use:.1%} | {one.scheduler_use:.1%}"
        hours = f"{one.seconds / HOUR:.3g}"
        yield f"| {one.workers} | {hours} | {one.efficiency:.2f} | {one.limit} | {uses} |"


def cost_table(costs: Mapping[str, Any], commands: Sequence[str]) -> Iterator[str]:
    """Lines of a table in Markdown: a row for each command and size."""
    yield "| command | scene | CPU s/Mpx | MB/Mpx read | MB/Mpx written | MB/Mpx kept | peak GB |"
    yield "|---|---|---|---|---|---|---|"
    for command in commands:
        for row in costs[command]["by_size"]:
            blocks = f", blocks ({row['max_memory_gb']} GB)" if row["in_blocks"] else ""
            files = " | ".join(f"{row[f'{kind}_mb_per_mpx']:.0f}" for kind in FILES)
            seconds, peak = f"{row['seconds_per_mpx']:.3g}", f"{row['peak_gb']:.2g}"
            yield f"| `{command}` | {row['side']}²{blocks} | {seconds} | {files} | {peak} |"


def run_simulate(given: argparse.Namespace) -> int:
    """Print the table."""
    costs = json.loads(given.costs.read_text(encoding="utf-8"))
    job = job_of(costs, given, given.paintings, given.mpx, given.batch)
    outlooks = [simulate(job, fleet_of(costs, given, n), given.seed) for n in given.workers]
    print(
        f"{given.command}: {job.scenes} of {given.mpx:g} Mpx, {given.batch} per task, each "
        f"{job.seconds:.4g} s of a core, {job.read_bytes / 1e9:.3g} GB read, "
        f"{job.written_bytes / 1e9:.3g} GB written\n"
    )
    print(*table(outlooks), sep="\n")
    return 0


def run_measure(given: argparse.Namespace) -> int:
    """Measure the costs and write them."""
    from costs import CASES, measure_command, measure_service

    costs = _begun()
    for command, cases in CASES.items():
        costs[command] = measure_command(command, cases, given.turns, _say)
        _save(costs)
    costs["service"] = measure_service()
    _save(costs)
    print(*cost_table(costs, list(CASES)), sep="\n")
    return 0


def run_check(given: argparse.Namespace) -> int:
    """Compare predictions with measured runs; 1 if one is off by more than the tolerance."""
    from prediction import compare

    costs = json.loads(COSTS.read_text(encoding="utf-8"))
    service = costs["service"]["milliseconds"] / 1e3
    compared = compare(given.scenes, given.side, given.turns, service, _say)
    settings = {"scenes": given.scenes, "side": given.side, "turns": given.turns}
    rows = [asdict(one) for one in compared]
    _save(costs | {"check": {**_circumstances(), **settings, "modes": rows}})
    print("| infer | seconds | predicted | processor seconds | predicted | share of a core |")
    print("|---|---|---|---|---|---|")
    for one in compared:
        seconds = f"{one.seconds:.1f} | {one.predicted_seconds:.1f} ({one.error:+.0%})"
        processor = f"{one.processor_seconds:.1f} | {one.predicted_processor_seconds:.1f}"
        error = f"({one.processor_error:+.0%})"
        print(f"| `{one.mode}` | {seconds} | {processor} {error} | {one.core_share:.2f} |")
    worst = max(abs(one.error) for one in compared)
    _say(f"the largest error of the seconds is {worst:.0%}; {TOLERANCE:.0%} is accepted")
    return int(worst > TOLERANCE)


def run_draw(given: argparse.Namespace) -> int:
    """Draw efficiency as a function of workers, limited by storage and by the scheduler."""
    from artextract_cli.visualization.canvas import new_figure, save, style

    costs = json.loads(given.costs.read_text(encoding="utf-8"))
    with style():
        figure = new_figure(7, 2.6, layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        for storage in (1, 10, 100):
            given.storage = storage
            job = job_of(costs, given, 10_000, 100, 1)
            _draw_line(left, costs, given, job, f"{storage} GB/s")
        given.storage = given.link = math.inf
        for batch in (1, 10, 100):
            job = job_of(costs, given, 1_000_000, 0.25, batch)
            _draw_line(right, costs, given, job, f"{batch} per task")
        left.set(title="10 000 paintings of 100 Mpx, by storage", ylabel="efficiency")
        right.set(title="1 000 000 scenes of ¼ Mpx, by scenes per task")
        for axes in (left, right):
            axes.set(xscale="log", xlabel="workers", ylim=(0, 1.05))
            axes.set_xticks(given.workers, [str(n) for n in given.workers])
            axes.minorticks_off()
            axes.spines[["top", "right"]].set_visible(False)
            axes.legend(frameon=False, loc="lower left")
        save(figure, given.out)
    return 0


def _draw_line(
    axes: Any, costs: Mapping[str, Any], given: argparse.Namespace, job: Job, label: str
) -> None:
    numbers = [2**power for power in range(max(given.workers).bit_length())]
    numbers = [n for n in numbers if n >= min(given.workers)]
    outlooks = [simulate(job, fleet_of(costs, given, n), given.seed) for n in numbers]
    efficiencies = [outlook.efficiency for outlook in outlooks]
    axes.plot(numbers, efficiencies, marker=".", linewidth=1, label=label)
    _say(f"{label}: {', '.join(f'{value:.2f}' for value in efficiencies)}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _circumstances() -> dict[str, Any]:
    return {"measured": datetime.now(UTC).isoformat(timespec="seconds"), "load": machine.load()}


def _begun() -> dict[str, Any]:
    here = {"machine": machine.description(), "threads": 1, "versions": machine.versions()}
    return here | _circumstances()


def _save(costs: Mapping[str, Any]) -> None:
    text = json.dumps(costs, indent=1, allow_nan=False)
    COSTS.write_text(text + "\n", encoding="utf-8")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    measure = commands.add_parser("measure", help="measure the costs of scenes")
    measure.set_defaults(run=run_measure)
    check = commands.add_parser("check", help="compare predictions with runs on this machine")
    check.add_argument("--scenes", type=int, default=32)
    check.add_argument("--side", type=int, default=256, help="pixels")
    check.set_defaults(run=run_check)
    for command in (measure, check):
        command.add_argument("--turns", type=int, default=3)
    table_ = commands.add_parser("simulate", help="print hours and limits")
    table_.add_argument("--paintings", type=int, default=10_000)
    table_.add_argument("--mpx", type=float, default=100, help="megapixels of a painting")
    table_.add_argument("--batch", type=int, default=1, help="paintings per task")
    table_.set_defaults(run=run_simulate)
    draw = commands.add_parser("draw", help="draw the figure of docs/capacity.md")
    draw.add_argument("--out", type=Path, required=True)
    draw.set_defaults(run=run_draw)
    _add_fleet(table_, WORKERS)
    _add_fleet(draw, DRAWN)
    return parser


def _add_fleet(parser: argparse.ArgumentParser, workers: tuple[int, ...]) -> None:
    parser.add_argument("--command", choices=("graph build", "infer"), default="infer")
    parser.add_argument("--workers", type=_numbers, default=workers, help="1,8,64")
    parser.add_argument("--storage", type=float, default=1, help="GB/s of all workers together")
    parser.add_argument("--link", type=float, default=LINK, help="GB/s of one worker")
    parser.add_argument("--scheduler", type=float, help="ms per task; as measured by default")
    parser.add_argument(
        "--local-scratch", action="store_true", help="scratch files on a disk of each worker"
    )
    parser.add_argument("--failures", type=float, default=0.01, help="of a worker per hour")
    parser.add_argument("--start", type=float, help="seconds; as measured by default")
    parser.add_argument("--spread", type=float, default=0.1, help="relative, of costs of scenes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--costs", type=Path, default=COSTS)


def main() -> int:
    """Run one of the commands; return its exit code."""
    given = _parser().parse_args()
    machine.pin_to_one_thread()
    code: int = given.run(given)
    return code


if __name__ == "__main__":
    sys.exit(main())
