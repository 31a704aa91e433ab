"""A report folder: complete, hashed, judged again to the same bytes, and any tampering seen."""

import hashlib
import shutil

import orjson
import pytest

from conformance.audit import Overrides, recorded_run
from conformance.bundle import verify_bundle, write_bundle
from conformance.results import Scenario, conclude
from fixtures.errors import ConfigError, LabError
from fixtures.register import load_register
from fixtures.site import load_site
from tests.unit.conformance.cases import SAMPLES, TODAY

FILES = {
    *("index.html", "report.md", "junit.xml", "results.json", "oscal.json", "inputs.json", "manifest.json"),
    *("snapshots/hv01.json", "snapshots/hv02.json"),
}


def run_of(*names):
    return recorded_run(load_site("dvntm"), [SAMPLES / f"{name}.json" for name in names], (), Overrides(as_of=TODAY))[0]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle") / "report"
    write_bundle(conclude(run_of("W01", "G02"), load_register()), folder)
    return folder


@pytest.fixture
def bundle(written, tmp_path):
    return shutil.copytree(written, tmp_path / "report")


def names_in(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_bundle_holds_every_file(bundle):
    assert names_in(bundle) == FILES


def test_the_manifest_hashes_every_other_file(bundle):
    manifest = orjson.loads((bundle / "manifest.json").read_bytes())

    hashes = {name: hashlib.sha256((bundle / name).read_bytes()).hexdigest() for name in FILES - {"manifest.json"}}
    assert manifest["files"] == hashes
    assert manifest["register"] == {"count": 62, "sha256": load_register().sha256}
    assert (manifest["as_of"], manifest["verdict"], manifest["tool"]["name"]) == ("2026-11-21", "CONDITIONAL", "labctl")


def test_a_bundle_as_written_is_verified(bundle):
    assert verify_bundle(bundle, load_register()) == []


def test_scenarios_and_baseline_are_judged_again_too(tmp_path):
    from dataclasses import replace

    scenario = Scenario("f", "n", ("MAC-03",), "fake", "failed", 1.5)
    baseline = conclude(run_of("G01", "G02"), load_register()).as_json()
    run = replace(run_of("G01", "G02"), scenarios=(scenario,), baseline=baseline, gaps=("something",))
    write_bundle(conclude(run, load_register()), tmp_path / "report")

    assert verify_bundle(tmp_path / "report", load_register()) == []


@pytest.mark.parametrize("name", sorted(FILES - {"manifest.json"}))
def test_a_changed_file_is_seen(name, bundle):
    (bundle / name).write_bytes((bundle / name).read_bytes() + b" ")

    assert [str(problem) for problem in verify_bundle(bundle, load_register())] == [
        f"{name}: changed since the manifest was written"
    ]


def test_a_missing_and_an_added_file_are_seen(bundle):
    (bundle / "report.md").unlink()
    (bundle / "snapshots" / "hv03.json").write_text("{}", encoding="utf-8")

    assert {problem.where for problem in verify_bundle(bundle, load_register())} == {"report.md", "snapshots/hv03.json"}


def rehash(folder, name):
    """Make the manifest agree with a forged file."""
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    manifest["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "manifest.json").write_bytes(
        orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    )


def test_a_forged_verdict_is_seen_though_its_hash_is_right(bundle):
    path = bundle / "results.json"
    path.write_bytes(path.read_bytes().replace(b'"verdict": "CONDITIONAL"', b'"verdict": "GO"'))
    rehash(bundle, "results.json")

    assert "judging the inputs again gives another content" in str(verify_bundle(bundle, load_register())[0])


def test_a_forged_snapshot_is_seen_though_its_hash_is_right(bundle):
    path = bundle / "snapshots" / "hv01.json"
    path.write_bytes(path.read_bytes().replace(b'"8.4.1"', b'"8.4.0"'))
    rehash(bundle, "snapshots/hv01.json")

    assert {problem.where for problem in verify_bundle(bundle, load_register())} >= {"results.json", "index.html"}


def test_a_forged_manifest_is_seen(bundle):
    path = bundle / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"CONDITIONAL"', b'"GO"'))

    assert [problem.where for problem in verify_bundle(bundle, load_register())] == ["manifest.json"]


def test_a_bundle_of_another_register_is_not_judged(bundle):
    other = load_register().model_copy(update={"sha256": "0" * 64})

    assert "judged by the register" in str(verify_bundle(bundle, other)[0])


@pytest.mark.parametrize("content", [None, "{", "[]", '{"schema": "x"}'])
def test_a_folder_without_a_manifest_is_no_bundle(content, tmp_path):
    if content is not None:
        (tmp_path / "manifest.json").write_text(content, encoding="utf-8")

    with pytest.raises(ConfigError):
        verify_bundle(tmp_path, load_register())


def test_inputs_that_cannot_be_read_back_are_named(bundle):
    (bundle / "inputs.json").write_text('{"schema": "labctl/inputs/1"}', encoding="utf-8")
    rehash(bundle, "inputs.json")

    with pytest.raises(LabError, match=r"inputs\.json: cannot be read back"):
        verify_bundle(bundle, load_register())


def test_a_manifest_cannot_point_outside(bundle):
    manifest = orjson.loads((bundle / "manifest.json").read_bytes())
    manifest["files"]["../secret"] = "0" * 64
    (bundle / "manifest.json").write_bytes(orjson.dumps(manifest))

    assert "../secret" in {problem.where for problem in verify_bundle(bundle, load_register())}


def test_writing_again_leaves_no_file_of_the_earlier_run(bundle):
    write_bundle(conclude(run_of("G01"), load_register()), bundle)

    assert names_in(bundle) == FILES - {"snapshots/hv02.json"}
    assert verify_bundle(bundle, load_register()) == []


def test_files_of_others_in_the_folder_stay(bundle):
    (bundle / "notes.txt").write_text("mine", encoding="utf-8")

    write_bundle(conclude(run_of("G01"), load_register()), bundle)

    assert (bundle / "notes.txt").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(LabError, match="Not a directory"):
        write_bundle(conclude(run_of("G01"), load_register()), tmp_path / "file" / "report")
