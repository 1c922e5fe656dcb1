"""The palette of European easel painting from the fifteenth to the eighteenth century.

The pigments are parametric (see `pigments`); the mixtures are the common ones of treatises and
technical studies (Artists' Pigments 1-4): flesh of lead white, vermilion and ochre, skies of lead
white with azurite, smalt or ultramarine, greens of a copper pigment with lead-tin yellow, reds of
vermilion under or with a lake, darks of bone black and umber.
"""

from artextract_cli.simulate.optics.pigments import Band, Edge, Palette, Pigment
from artextract_cli.simulate.optics.scattering import PowerLaw
from artextract_cli.simulate.styles.old_masters.manner import OLD_MASTERS_MANNER

PIGMENTS = (
    Pigment(
        name="lead white",
        scattering=1.0,
        floor=0.001,
        shape=(Edge(395, 10, 0.03),),
        source="reflects from 400 nm into the infrared; hides by scattering alone",
    ),
    Pigment(
        name="lead-tin yellow",
        scattering=0.9,
        floor=0.006,
        shape=(Edge(448, 10, 1.0),),
        source="edge near 460 nm, no absorption beyond (Artists' Pigments 2)",
    ),
    Pigment(
        name="yellow ochre",
        scattering=0.4,
        floor=0.02,
        shape=(Edge(508, 20, 1.3), Band(640, 45, 0.04), Band(905, 75, 0.04)),
        source="goethite: edge 530-550, weak bands near 650 and 900-920 nm (Torrent & Barrón)",
    ),
    Pigment(
        name="red ochre",
        scattering=0.5,
        floor=0.025,
        shape=(Edge(562, 12, 2.6), Band(660, 40, 0.08), Band(865, 60, 0.06)),
        source="haematite: edge 575-585, weak bands near 650 and 860-880 nm (Torrent & Barrón)",
    ),
    Pigment(
        name="vermilion",
        scattering=0.8,
        floor=0.006,
        shape=(Edge(576, 7, 6.0),),
        source="sharp edge at 600 nm, transparent beyond (Cosentino; Artists' Pigments 2)",
    ),
    Pigment(
        name="red lead",
        scattering=0.8,
        floor=0.006,
        shape=(Edge(540, 8, 4.0),),
        source="edge at 565 nm, transparent beyond (Aceto; Artists' Pigments 1)",
    ),
    Pigment(
        name="madder lake",
        scattering=0.06,
        floor=0.002,
        shape=(Band(510, 26, 0.5), Band(545, 20, 0.45), Edge(430, 30, 0.2)),
        source="anthraquinone of plants: 510 and 540-545 nm, nothing past 620 nm (Aceto)",
    ),
    Pigment(
        name="carmine lake",
        scattering=0.06,
        floor=0.002,
        shape=(Band(525, 26, 0.7), Band(562, 18, 0.65), Edge(430, 30, 0.25)),
        source="anthraquinone of insects: 525 and 560-565 nm, nothing past 640 nm (Aceto)",
    ),
    Pigment(
        name="ultramarine",
        scattering=0.16,
        floor=0.004,
        shape=(Band(600, 52, 1.1),),
        source="trisulfur radical, one broad band at 600 nm; reflects past 720 nm (Cosentino)",
    ),
    Pigment(
        name="azurite",
        scattering=0.3,
        floor=0.02,
        shape=(Band(640, 75, 0.9), Band(840, 170, 0.8)),
        source="copper bands from 600 to past 1000 nm: dark up to there (Cosentino; van Asperen)",
    ),
    Pigment(
        name="smalt",
        scattering=0.1,
        floor=0.003,
        shape=(Band(540, 20, 0.14), Band(592, 22, 0.22), Band(640, 20, 0.2)),
        source="cobalt in glass: triplet 540, 590, 640 nm, transparent past 700 nm (Aceto)",
    ),
    Pigment(
        name="malachite",
        scattering=0.3,
        floor=0.03,
        shape=(Edge(462, 22, 0.6), Band(800, 130, 1.1)),
        source="copper d-d band about 800 nm: green, dark in the near infrared (Cosentino)",
    ),
    Pigment(
        name="verdigris",
        scattering=0.12,
        floor=0.015,
        shape=(Edge(455, 22, 0.5), Band(720, 95, 0.75)),
        source="copper acetate: band about 710-730 nm, clearing past 900 nm (Cosentino)",
    ),
    Pigment(
        name="green earth",
        scattering=0.15,
        floor=0.04,
        shape=(Edge(460, 30, 0.25), Band(740, 95, 0.16), Band(980, 140, 0.14)),
        source="charge transfer about 740 and iron(II) about 1000 nm (Artists' Pigments 1)",
    ),
    Pigment(
        name="indigo",
        scattering=0.1,
        floor=0.004,
        shape=(Band(655, 44, 1.6), Band(575, 45, 0.6), Edge(420, 20, 0.2)),
        source="band at 650-660 nm, steep rise to transparency past 720 nm (Aceto)",
    ),
    Pigment(
        name="raw umber",
        scattering=0.35,
        floor=0.12,
        shape=(Edge(540, 40, 1.7), Edge(1000, 180, 0.5)),
        source="goethite with manganese oxides, opaque into the infrared (Artists' Pigments 4)",
    ),
    Pigment(
        name="burnt umber",
        scattering=0.3,
        floor=0.12,
        shape=(Edge(575, 20, 1.9), Edge(1000, 200, 0.45)),
        source="haematite with manganese oxides, opaque in the near infrared (Cosentino)",
    ),
    Pigment(
        name="bone black",
        scattering=0.05,
        floor=1.6,
        shape=(Edge(850, 250, 0.6),),
        source="carbon in calcium phosphate: black, slightly less so in the infrared (Cosentino)",
    ),
    Pigment(
        name="carbon black",
        scattering=0.04,
        floor=3.0,
        source="charcoal, lamp black: absorbs everything (van Asperen de Boer)",
    ),
    Pigment(
        name="iron-gall ink",
        scattering=0.05,
        floor=0.05,
        shape=(Edge(785, 40, 2.4),),
        source="dark to about 750 nm, then fading until it is lost near 1000 nm (Cosentino)",
    ),
)

OLD_MASTERS = Palette(
    name="old masters",
    pigments=PIGMENTS,
    recipes=(
        (("lead white", 0.97), ("yellow ochre", 0.03)),
        (("lead white", 0.955), ("bone black", 0.045)),
        (("lead white", 0.8), ("vermilion", 0.07), ("yellow ochre", 0.13)),
        (("lead white", 0.75), ("red ochre", 0.08), ("yellow ochre", 0.17)),
        (("lead white", 0.7), ("green earth", 0.2), ("yellow ochre", 0.1)),
        (("lead white", 0.6), ("azurite", 0.4)),
        (("lead white", 0.7), ("ultramarine", 0.3)),
        (("lead white", 0.35), ("smalt", 0.65)),
        (("lead white", 0.9), ("indigo", 0.1)),
        (("ultramarine", 0.8), ("lead white", 0.2)),
        (("azurite", 0.85), ("lead white", 0.15)),
        (("malachite", 0.75), ("lead-tin yellow", 0.25)),
        (("verdigris", 0.6), ("lead-tin yellow", 0.3), ("lead white", 0.1)),
        (("green earth", 0.7), ("lead-tin yellow", 0.2), ("yellow ochre", 0.1)),
        (("indigo", 0.12), ("lead-tin yellow", 0.6), ("yellow ochre", 0.28)),
        (("azurite", 0.5), ("lead-tin yellow", 0.4), ("yellow ochre", 0.1)),
        (("vermilion", 0.8), ("madder lake", 0.2)),
        (("vermilion", 0.4), ("carmine lake", 0.5), ("lead white", 0.1)),
        (("red lead", 0.9), ("vermilion", 0.1)),
        (("red ochre", 0.7), ("lead white", 0.2), ("yellow ochre", 0.1)),
        (("madder lake", 0.75), ("lead white", 0.25)),
        (("carmine lake", 0.6), ("red ochre", 0.2), ("lead white", 0.2)),
        (("lead-tin yellow", 0.8), ("yellow ochre", 0.2)),
        (("yellow ochre", 0.75), ("lead white", 0.25)),
        (("yellow ochre", 0.8), ("raw umber", 0.2)),
        (("red ochre", 0.6), ("burnt umber", 0.25), ("yellow ochre", 0.15)),
        (("burnt umber", 0.7), ("bone black", 0.1), ("red ochre", 0.2)),
        (("raw umber", 0.5), ("green earth", 0.5)),
    ),
    grounds=(
        (("lead white", 1.0),),
        (("lead white", 0.96), ("yellow ochre", 0.04)),
        (("lead white", 0.9), ("yellow ochre", 0.08), ("red ochre", 0.02)),
        (("lead white", 0.992), ("bone black", 0.008)),
    ),
    dark_grounds=(
        (("red ochre", 0.6), ("burnt umber", 0.3), ("lead white", 0.1)),
        (("raw umber", 0.6), ("bone black", 0.1), ("lead white", 0.3)),
    ),
    drawing=("carbon black", "bone black"),
    ink="iron-gall ink",
    shadows=("bone black", "raw umber", "burnt umber"),
    lines=("bone black", "burnt umber", "raw umber", "carbon black", "carmine lake", "indigo"),
    white="lead white",
    # Between coarse grains (0) and the fourth power of Rayleigh for fine ones.
    scattering=PowerLaw(0.8, 2.2),
    variation=0.12,
    drift=2.5,
    manner=OLD_MASTERS_MANNER,
)
