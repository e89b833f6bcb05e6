"""What is in the wheel, and whether it works where nothing else is."""

from __future__ import annotations

import shutil
import zipfile

from cryptography.hazmat.primitives.serialization import Encoding

from tests.elmo_documents import elmo
from tests.packaging.conftest import TOY
from tests.reference import ROOT
from tests.toy_node import sealed, university

FILES_OF = {
    "gateway": "gateway",
    "adapters": "adapters",
    "schemas": "gateway/_data/schemas",
    "config": "gateway/_data/config",
}


def test_the_wheel_holds_the_packages_and_their_data_and_nothing_else(installed):
    """Schemas, config and tables are inside; tests, docs and other folders are not."""
    inside = {name for name in zipfile.ZipFile(installed.wheel).namelist() if ".dist-info/" not in name}
    expected = {
        f"{there}/{path.relative_to(ROOT / here).as_posix()}"
        for here, there in FILES_OF.items()
        for path in (ROOT / here).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert inside == expected


def test_every_room_imports_from_the_wheel(installed):
    """Each module of both packages can be imported, and comes from the environment, not from a checkout."""
    installed.run(
        "python", "-W", "error::SyntaxWarning", "-c",
        "import pkgutil, importlib, gateway, adapters\n"
        "assert 'site-packages' in gateway.__file__ and 'site-packages' in adapters.__file__\n"
        "for package in (gateway, adapters):\n"
        "    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        if not module.name.startswith(('gateway.rendering', 'gateway.readers.pdf_seen')):\n"  # need extras
        "            importlib.import_module(module.name)\n",
    )  # fmt: skip


def test_packaged_data_is_found(installed):
    """The one function that builds such paths finds the wheel's own data."""
    done = installed.run(
        "python", "-c", "from gateway.packaged import data_folder as d; print(d('schemas')); print(d('config'))"
    )
    schemas, config = done.stdout.split()
    assert schemas.endswith("site-packages/gateway/_data/schemas")
    assert config.endswith("site-packages/gateway/_data/config")


def test_the_command_answers(installed):
    """`testamur --help` works, and a file that is no document is FAILED with exit 1, not an error of Python."""
    assert "verify" in installed.run("testamur", "--help").stdout
    (installed.folder / "junk.xml").write_text("<a><b></a>")
    done = installed.run("testamur", "verify", "junk.xml", "--json", check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert '"FAILED"' in done.stdout


def test_a_sealed_document_is_verified_and_translated(installed):
    """Policies, schemas and tables come from the wheel."""
    (installed.folder / "sealed.xml").write_bytes(sealed(elmo()))
    (installed.folder / "university.pem").write_bytes(university().certificates[0].public_bytes(Encoding.PEM))
    ran = installed.run("testamur", "verify", "sealed.xml", "--trust", "university.pem", "--json")
    assert '"verdict":"PASSED"' in ran.stdout
    assert '"check":"conformity.elmo.schema"' in ran.stdout
    installed.run("testamur", "translate", "sealed.xml", "--to", "clr", "--unsealed", "-o", "record.json")
    assert "ClrCredential" in (installed.folder / "record.json").read_text()
    ran = installed.run("testamur", "verify", "record.json", "--json", check=False)
    assert '"conformity":"CONFORMS"' in ran.stdout


def test_an_adapter_from_outside_is_found_and_loaded_only_when_enabled(installed):
    """Installing it gives no right to speak; naming it does, and then it runs in a process of its own."""
    (installed.folder / "outside.py").write_text(
        "from gateway.kit.discovery import discover\n"
        "from gateway.node.startup import adapters\n"
        "if __name__ == '__main__':\n"
        "    assert 'lanterna' in discover().waiting\n"
        "    assert 'lanterna' not in [a.manifest.id for a in adapters()]\n"
        "    [found] = [f for f in discover(['lanterna']).found if f.outside]\n"
        "    print(found.origin)\n"
        "    [toy] = [a for a in adapters(['lanterna']) if a.manifest.id == 'lanterna']\n"
        "    print(type(toy).__name__, toy.core(b'x'))\n"
    )
    assert installed.run("python", "outside.py").stdout.splitlines() == [
        "lanterna of lanterna-adapter 1.0",
        "IsolatedAdapter b'x'",
    ]


def test_the_laws_of_an_adapter_from_outside_pass_there(installed):
    """The inherited tests come with the wheel: an outsider's adapter is held to the same laws."""
    tests = installed.folder / "toy_tests"
    shutil.copytree(TOY / "tests", tests, dirs_exist_ok=True)
    done = installed.run(
        "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", "-m", "not long", str(tests)
    )
    assert " passed" in done.stdout
    assert "failed" not in done.stdout


def test_a_config_enables_it_and_its_documents_are_translated(installed):
    """From an outsider's document to ELMO with the command, the adapter named in the node's settings."""
    (installed.folder / "registry.toml").write_text(
        '[node]\nid = "node.example"\n\n[adapters]\nenabled = ["lanterna"]\n'
    )
    shutil.copy(TOY / "tests" / "documents" / "astrid.json", installed.folder)
    options = ("--to", "elmo", "--unsealed", "--config", "registry.toml", "-o", "out.xml")
    installed.run("testamur", "translate", "astrid.json", *options)
    written = (installed.folder / "out.xml").read_text()
    assert "Knots" in written
    assert "Astrid" in written
    without = installed.run(
        "testamur", "translate", "astrid.json", "--to", "elmo", "--unsealed", "-o", "no.xml", check=False
    )
    assert without.returncode != 0
    assert not (installed.folder / "no.xml").exists()


def test_without_the_extra_pages_the_demonstration_says_what_to_install(installed):
    """The documents of the demonstration are in the wheel; what draws pages isn't, and that is said, not traced."""
    done = installed.run("testamur", "demo", check=False)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "pip install 'testamur[pages]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_new_adapter_can_be_begun_from_the_wheel(installed):
    """The template travels in the wheel."""
    done = installed.run("testamur", "adapters", "new", "lighthouse")
    assert "lighthouse-adapter/lighthouse_adapter/__init__.py" in done.stdout
    assert (installed.folder / "lighthouse-adapter" / "tests" / "test_laws.py").is_file()
