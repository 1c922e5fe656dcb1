"""Score a scene with any trained model."""

from artextract_cli.inference import Model, SceneScores
from artextract_cli.scene import Scene


def score_scene(model: Model, scene: Scene) -> SceneScores:
    """Score every pixel of a scene by the objective that the model was trained for.

    Raises
    ------
    InputError
        If the model looks for hidden layers and the scene has no infrared band.
    """
    if model.card.learns_from == "layers":
        from artextract_cli.hidden_layer_inference import score_hidden_layer

        return score_hidden_layer(model, scene)
    from artextract_cli.view_inference import score_views

    return score_views(model, scene)
