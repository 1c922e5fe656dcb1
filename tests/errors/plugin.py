"""Error messages of artextract_cli.plugin."""

from collections.abc import Mapping, Sequence

from tests.errors.row import NET, TRAIN, Row, put

ROWS = [
    Row(2, "there is no plugin 'sgc' among the backbones; choose from: gat, gcn",
        TRAIN + " --backbone sgc"),
    Row(2, "option 'heads' is not of the form key=value", NET + "-o heads"),
    Row(2, "option 'heads' is given twice", NET + "-o heads=1 -o heads=2"),
    Row(2, "gat has no option 'head'; its options are: …", NET + "--backbone gat -o head=1"),
    Row(2, "gat: option heads=many is not of type int", NET + "--backbone gat -o heads=many"),
    Row(2, "gat: option heads=0 is outside 1 to …", NET + "--backbone gat -o heads=0"),
    Row(2, "gcn: option norm=batches is none of …", NET + "--backbone gcn -o norm=batches"),
    Row(2, "there is no kind 'filters'; choose from: …", "plugins list --kind filters"),
    Row(2, "'slic' …; those that can be taken out are: …", "plugins uninstall slic"),
    Row(2, "the name 'My Net' must be of lower-case letters, digits and single hyphens",
        "plugins new 'My Net' --kind backbones --out {new}"),
    Row(2, "backbones 'gat' belongs to artextract already: choose another name",
        "plugins new gat --kind backbones --out {new}"),
    Row(2, "there is a module artextract_cli already: choose another name",
        "plugins new cli --kind backbones --out {new}"),
    Row(2, "…/artextract-own exists already: choose another name or --out",
        "plugins new own --kind backbones --out {here}", put("artextract-own/x", "x")),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/plugin/test_conformance.py::test_a_plugin_that_ends_the_process": (
        "… ended the process that tested it (exit code 3)",
    ),
    "unit/plugin/install/test_transaction.py::test_commands_that_fail": (
        "…. artextract and what it needs stay at their versions: a plugin that asks for "
        "others cannot be installed beside them",
        "'false' failed (exit code 1); why is said above",
        "no-such-tool is not there, which manages this environment: install it first",
    ),
    "unit/plugin/install/test_transaction.py::test_what_artextract_needs_may_not_change": (
        "numpy 1.0 has become 2.0",
    ),
    "unit/plugin/install/test_transaction.py::test_a_package_that_brings_no_plugin": (
        "numpy is installed, but brings no plugin (no entry point in the group artextract)",
    ),
    "unit/plugin/install/test_transaction.py::test_a_damaged_distribution_is_named": (
        "artextract-a cannot be taken out by any tool: …",
    ),
    "unit/plugin/install/test_transaction.py::"
    "test_a_process_that_tries_plugins_tells_why_it_fails": (
        "a plugin does not let artextract start: no answer in 60 s",
    ),
    "unit/plugin/install/test_environment.py::"
    "test_what_belongs_to_the_operating_system_is_left_alone": (
        "… belongs to the operating system, which forbids to install there: make an "
        "environment with 'python3 -m venv ENV' and 'ENV/bin/pip install …'",
    ),
    "e2e/test_plugins.py::test_a_plugin_that_does_not_load_is_taken_out_again": (
        "artextract-ring does not load: SystemExit: no licence",
    ),
}

# Errors that pass on a sentence from elsewhere, and what that is.
PASSED_ON: Mapping[str, str] = {
    "artextract_cli/plugin/install/transaction.py:_child": (
        "what another process of artextract said"
    ),
    "artextract_cli/plugin/plugin.py:running": "what the plugin raised: plugin/test_host.py",
}
