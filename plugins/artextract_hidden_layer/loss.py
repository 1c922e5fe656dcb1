"""The loss of a network that detects hidden layers."""

from torch import Tensor
from torch.nn import functional

from artextract_cli import EmbeddedScenes, contrastive_loss, distance
from artextract_hidden_layer import HiddenLayerOptions


def hidden_layer_loss(scenes: EmbeddedScenes, options: HiddenLayerOptions) -> Tensor:
    """Contrastive loss over superpixels plus cross entropy over pixels.

    Embeddings of photograph and bands are pulled together in clean superpixels, and pushed
    ``margin`` apart in injected ones. Pixels are classified as clean or hidden, and hidden ones by
    sign: both terms together are the cross entropy of the classes clean, darker and lighter.
    """
    d = distance(scenes.z[:, 0], scenes.z[:, 1])
    # NaN, neither clean nor hidden, equals none of the two.
    clean, injected = ((scenes.hidden == value) & scenes.inside for value in (0, 1))
    # An absent class contributes nothing, instead of the mean of an empty tensor.
    positive, negative = (
        d[which] if which.any() else fallback
        for which, fallback in (
            (clean, d.new_zeros(1)),
            (injected, d.new_full((1,), options.margin)),
        )
    )
    loss = contrastive_loss(positive, negative, options.margin)
    score, truth = scenes.pixel_scores, scenes.pixel_hidden
    if score is None or truth is None or not len(score):
        return loss + 0 * d.sum()  # keeps a gradient, whatever is absent
    # Clean against hidden of either sign; `_sign_loss` adds which of the two.
    loss = loss + functional.binary_cross_entropy_with_logits(score, truth)
    return loss + _sign_loss(scenes)


def _sign_loss(scenes: EmbeddedScenes) -> Tensor:
    """Cross entropy of darker against lighter, over all pixels; clean ones contribute nothing."""
    signs, light, hidden = scenes.pixel_signs, scenes.pixel_light, scenes.pixel_hidden
    if signs is None or light is None or hidden is None:
        return scenes.z.new_zeros(())
    # The mean is over all pixels, clean ones with weight zero: so it adds to the cross entropy
    # above.
    return functional.binary_cross_entropy_with_logits(signs, light, weight=hidden)
