"""Error messages of artextract_cli.plugin."""

from collections.abc import Mapping, Sequence

from tests.errors.row import NET, TRAIN, Row, put

ROWS = [
    Row(2, "unknown plugin 'sgc' of kind backbones; choose from: gat, gcn",
        TRAIN + " --backbone sgc"),
    Row(2, "option 'heads' is not of the form key=value", NET + "-o heads"),
    Row(2, "option 'heads' is given twice", NET + "-o heads=1 -o heads=2"),
    Row(2, "gat has no option 'head'; its options are: …", NET + "--backbone gat -o head=1"),
    Row(2, "gat: option heads=many is not of type int", NET + "--backbone gat -o heads=many"),
    Row(2, "gat: option heads=0 is outside 1 to …", NET + "--backbone gat -o heads=0"),
    Row(2, "gcn: option norm=batches is not one of …", NET + "--backbone gcn -o norm=batches"),
    Row(2, "unknown kind 'filters'; choose from: …", "plugins list --kind filters"),
    Row(2, "'slic' …; distributions that can be uninstalled: …", "plugins uninstall slic"),
    Row(2, "the name 'My Net' must consist of lower-case letters, digits and single hyphens",
        "plugins new 'My Net' --kind backbones --out {new}"),
    Row(2, "backbones 'gat' already belongs to artextract: choose another name",
        "plugins new gat --kind backbones --out {new}"),
    Row(2, "a module artextract_cli already exists: choose another name",
        "plugins new cli --kind backbones --out {new}"),
    Row(2, "…/artextract-own already exists: choose another name or --out",
        "plugins new own --kind backbones --out {here}", put("artextract-own/x", "x")),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/plugin/test_conformance.py::test_a_plugin_that_ends_the_process": (
        "… ended its test process (exit code 3)",
    ),
    "unit/plugin/install/test_transaction.py::test_commands_that_fail": (
        "…. artextract and its dependencies keep their versions: a plugin that requires "
        "other versions cannot be installed",
        "'false' failed (exit code 1); see its output above",
        "no-such-tool, which manages this environment, is not installed: install it first",
    ),
    "unit/plugin/install/test_transaction.py::test_what_artextract_needs_may_not_change": (
        "numpy changed from version 1.0 to 2.0",
    ),
    "unit/plugin/install/test_transaction.py::test_a_package_that_brings_no_plugin": (
        "numpy is installed, but has no plugin (no entry point in the group artextract)",
    ),
    "unit/plugin/install/test_transaction.py::test_a_damaged_distribution_is_named": (
        "artextract-a cannot be uninstalled by any tool: …",
    ),
    "unit/plugin/install/test_transaction.py::"
    "test_a_process_that_tries_plugins_tells_why_it_fails": (
        "a plugin prevents artextract from starting: no response within 60 s",
    ),
    "unit/plugin/install/test_environment.py::"
    "test_what_belongs_to_the_operating_system_is_left_alone": (
        "… belongs to the operating system, which forbids installing there: create an "
        "environment with 'python3 -m venv ENV' and 'ENV/bin/pip install …'",
    ),
    "e2e/test_plugins.py::test_a_plugin_that_does_not_load_is_taken_out_again": (
        "artextract-ring cannot be loaded: SystemExit: no licence",
    ),
}

# Errors that pass on a sentence from elsewhere, and what that is.
PASSED_ON: Mapping[str, str] = {
    "artextract_cli/plugin/install/transaction.py:_child": (
        "the error message of another artextract process"
    ),
    "artextract_cli/plugin/plugin.py:running": "an exception of the plugin: plugin/test_host.py",
}
