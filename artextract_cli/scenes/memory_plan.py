"""How much memory a scene needs, and whether it is processed as a whole or in blocks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from artextract_cli.errors import InputError, UsageError
from artextract_cli.imaging.blocks import (
    CORE_SHARE,
    MIN_BLOCK_SIDE,
    N_PARALLEL_BLOCKS,
    Workers,
    Workspace,
)
from artextract_cli.io.images import n_pixels
from artextract_cli.plugin.contract import superpixel_count
from artextract_cli.scenes.scene import SceneFiles
from artextract_cli.utils.events import inform
from artextract_cli.utils.parallel.cluster import Cluster

RESIDENT_BYTES = 18
"""Bytes per pixel that stay in memory when a scene is processed in blocks.

They are those of its label, held twice while labels are computed, and of the object mask."""
# Larger superpixels average thin lines away; smaller ones multiply nodes, edges and memory. At this
# size, 256 x 256 pixels have about 2600.
DEFAULT_REGION_SIZE = 5
"""Side of a superpixel in pixels, unless a recipe states another."""


@dataclass(frozen=True, kw_only=True)
class MemoryPlan:
    """Memory limit for the work on one scene, and an estimate of what it takes."""

    limit: int  # bytes
    scratch: Path
    program: int  # bytes before an image is read
    per_pixel: int  # bytes per pixel of a block in progress
    per_band: int  # further bytes per pixel and band
    per_superpixel: int = 0  # bytes in a network
    workers: Workers | None = None  # that share the blocks of a scene; otherwise threads do

    def workspace(self, n_pixels: int, n_bands: int) -> Workspace | None:
        """Return how to process a scene in blocks; None if it fits into memory.

        Raises
        ------
        UsageError
            If the limit is too low even for small blocks.
        """
        if self.need(n_pixels, n_bands) <= self.limit:
            return None
        per_pixel = self._per_pixel(n_bands)
        kept = self.program + self._network(n_pixels) + n_pixels * RESIDENT_BYTES
        # So many blocks are in progress at once, each side**2 pixels, margins included.
        side = math.isqrt(max(0, self.limit - kept) // (N_PARALLEL_BLOCKS * per_pixel))
        if side < MIN_BLOCK_SIDE:
            least = kept + N_PARALLEL_BLOCKS * per_pixel * MIN_BLOCK_SIDE**2
            msg = (
                f"--max-memory {_amount(self.limit)} is not enough for {n_pixels} pixels in "
                f"{n_bands} band{'s' * (n_bands != 1)}: allow at least "
                # Rounded up to whole MB: the advice must be enough.
                f"{_amount(math.ceil(least / 1e6) * 1e6)}"
            )
            raise UsageError(msg)
        # The rest of the side is for the margin, which neighbours compute as well.
        return Workspace(int(CORE_SHARE * side), self.scratch, self.workers)

    def cuts(self, files: SceneFiles) -> bool:
        """Whether a scene is processed in blocks; not if it cannot be read."""
        return self.need_of(files) > self.limit

    def need_of(self, files: SceneFiles) -> int:
        """As `need`, of the files of a scene; 1 if it cannot be read."""
        try:
            return self.need(n_pixels(files.rgb), len(files.bands))
        except InputError:  # reported when the scene is read
            return 1

    def need(self, n_pixels: int, n_bands: int) -> int:
        """Bytes that a scene takes if it is not processed in blocks, the program included."""
        return self.program + self._network(n_pixels) + n_pixels * self._per_pixel(n_bands)

    def _per_pixel(self, n_bands: int) -> int:
        return self.per_pixel + self.per_band * n_bands

    def _network(self, n_pixels: int) -> int:
        # The network runs on one graph of the whole scene, so that blocks do not reduce its share.
        return self.per_superpixel * superpixel_count((n_pixels, 1), None, DEFAULT_REGION_SIZE)


def affordable_pool(
    plan: MemoryPlan | None, scenes: Sequence[SceneFiles], pool: int | Cluster
) -> int | Cluster:
    """The jobs, or the workers of a cluster on this machine, that fit into the memory limit.

    On other machines the limit is that of one worker.
    """
    if not isinstance(pool, Cluster):
        return affordable_jobs(plan, scenes, pool)
    if pool.n_local is None:
        return pool
    return pool.at_most(affordable_jobs(plan, scenes, pool.n_local))


def affordable_jobs(plan: MemoryPlan | None, scenes: Sequence[SceneFiles], jobs: int) -> int:
    """How many of ``jobs`` scenes may be processed at a time within the memory limit.

    The limit is shared rather than divided: whether a scene is processed in blocks, on which its
    superpixels depend, must not depend on the number of jobs.
    """
    # Unused processes need no memory.
    wanted = min(jobs, len(scenes))
    if plan is None or wanted <= 1:
        return jobs
    largest = max(min(plan.limit, plan.need_of(files)) for files in scenes)
    affordable = plan.limit // largest
    if affordable < wanted:
        inform(
            f"--max-memory {_amount(plan.limit)} is enough for {affordable} of {wanted} jobs: "
            f"allow {_amount(math.ceil(wanted * largest / 1e8) * 1e8)} for all"
        )
    return min(wanted, affordable)


def _amount(n_bytes: float) -> str:
    """A number of bytes in the notation of ``--max-memory``."""
    return f"{n_bytes / 1e9:g}GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:g}MB"
