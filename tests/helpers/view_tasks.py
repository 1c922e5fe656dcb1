"""Tasks that compare views."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from artextract_cli.graphs.superpixel_graph import SceneGraphs
from artextract_cli.pipelines.settings import TrainingSettings
from artextract_cli.pipelines.training_task import TrainingInputs
from artextract_cli.pipelines.views.training import ViewTask
from tests.helpers.scenes import TINY, comparison

CPU = torch.device("cpu")


def new_task(
    training: Sequence[SceneGraphs], validation: Sequence[SceneGraphs], **settings: Any
) -> ViewTask:
    made = TrainingSettings(**TINY | {"batch_size": 2} | settings)
    return ViewTask(
        TrainingInputs(
            root=Path(),
            training=training,
            validation=validation,
            settings=made,
            loss_and_scorer=comparison(made.objective),
            engine="torch",
            device=CPU,
        )
    )
