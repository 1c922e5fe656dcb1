"""Performance targets, by the names of ratios and figures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A lower bound if ``at_least``, otherwise an upper bound."""

    bound: float
    at_least: bool = True

    def __str__(self) -> str:
        """The target as shown in a table."""
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}"

    def is_met(self, value: float) -> bool:
        """Whether ``value`` is within the bound."""
        return value >= self.bound if self.at_least else value <= self.bound


TARGETS = {
    "graph_build_vs_published": Target(500),
    "graph_build_vs_skimage_numpy": Target(4),
    "slic_vs_fast_slic": Target(1),
    "slic_2048_vs_fast_slic": Target(1),
    "slic_1_channels_vs_fast_slic": Target(1),
    "slic_5_channels_vs_fast_slic": Target(1),
    "slic_9_channels_vs_fast_slic": Target(1),
    "slic_recall_650_vs_skimage": Target(1),
    "slic_recall_2600_vs_skimage": Target(1),
    "slic_recall_5000_vs_skimage": Target(1),
    "slic_undersegmentation_650_vs_skimage": Target(1),
    "slic_undersegmentation_2600_vs_skimage": Target(1),
    "slic_undersegmentation_5000_vs_skimage": Target(1),
    "default_recipe_ms": Target(120, at_least=False),
    "default_recipe_over_graph_build": Target(6, at_least=False),
    "one_scene_process_ms": Target(1500, at_least=False),
    "pixels_exponent": Target(1.05, at_least=False),
    "large_scene_process_seconds": Target(60, at_least=False),
    "large_scene_peak_gb": Target(4, at_least=False),
    "jobs2_speedup": Target(1.7),
    "infer_jobs2_speedup": Target(1.8),
    "dask2_speedup": Target(1.7),
    "blocks2_speedup": Target(1.7),
    "infer_512_ms": Target(500, at_least=False),
    "cold_start_cpu_s": Target(2, at_least=False),
    "gcn_vs_pyg": Target(6.5),
    "gat_vs_pyg": Target(4.5),
    "gat_vs_dgl_nn": Target(1.6),
    "engine_auto_worst": Target(1.05, at_least=False),
    "training_step_vs_published": Target(8),
    "step_overhead_share": Target(0.15, at_least=False),
    "default_step_overhead_share": Target(0.15, at_least=False),
}
