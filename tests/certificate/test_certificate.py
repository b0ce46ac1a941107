"""The certificate: what cuts left, what the theorem says of them, and the command for it."""

import json
import shutil

import numpy as np
import pytest
from matplotlib.image import imread
from typer.testing import CliRunner

from cutplane import ActiveLearner, CuttingPlaneClassifier, CuttingPlaneRegressor
from cutplane.active.run import run
from cutplane.certificate.certify import certify
from cutplane.certificate.figure import certificate_figure
from cutplane.certificate.theorem import AGREED, BOUND, NO_CENTER
from cutplane.certificate.volume import Effort
from cutplane.cli.main import app
from cutplane.errors import InvalidInputError

QUICK = {"n_chains": 16, "n_draws": 20}


def pool(n=80):
    X = np.random.default_rng(0).normal(size=(n, 2))
    return X, (X[:, 0] + 0.5 * X[:, 1] > 0).astype(int)


def learner(n_labels=8, y=None, model=None, **options):
    X, labels = pool()
    model = model or gravity()
    found = ActiveLearner(model, X, random_state=0, **options)
    return run(found, (labels if y is None else y).__getitem__, n_labels)


def gravity(**options):
    """The center of gravity by sampling, on hard cuts."""
    settings = {"hidden": (6,), "activation": "gated_relu", "units": "halfspaces"}
    settings |= {"center": "gravity_sampled", "cost": np.inf}
    return CuttingPlaneClassifier(**(settings | options), random_state=0)


def propagated(**options):
    """The center of gravity by expectation propagation, of one hypothesis: hard cuts."""
    settings = {"center": "gravity", "flip": 0, "noise": 0, "fit_intercept": False}
    return gravity(**(settings | options))


@pytest.mark.slow
def test_a_run_as_in_the_theorem_has_no_caveat_and_keeps_the_bound():
    found = learner().certificate(**QUICK)
    assert found.caveats == ()
    assert found.exceeding == []
    assert found.n_cuts == found.n_labels == len(found.cuts) == 8
    assert any(cut.outside is None for cut in found.cuts)


@pytest.mark.slow
def test_the_volume_is_what_all_cuts_left():
    cuts = learner().certificate(**QUICK).cuts
    ratios = np.array([cut.volume.label.value for cut in cuts])
    volumes = np.array([cut.volume.volume.value for cut in cuts])
    np.testing.assert_allclose(np.cumsum(ratios), volumes)
    assert (ratios < 0).all()


@pytest.mark.slow
def test_the_spread_goes_down_with_the_labels():
    cuts = learner(20).certificate(**QUICK).cuts
    assert cuts[-1].spread < 0.8 * cuts[0].spread
    assert cuts[-1].disagreement < 0.5 * cuts[0].disagreement


@pytest.mark.slow
@pytest.mark.parametrize(
    "model", [gravity(), gravity(center="analytic"), propagated()], ids=lambda model: model.center
)
def test_a_cut_that_kept_the_center_has_no_bound(model):
    found = learner(12, model=model)
    held = found.certificate(**QUICK)
    before = ActiveLearner(model, found.X_pool, random_state=0)
    for cut, row, label in zip(held.cuts, found.labels_rows_, found.labels_, strict=True):
        if before.is_fitted:
            agreed = before.estimator_.predict(found.X_pool[[row]])[0] == label
            assert cut.outside == (AGREED if agreed else None)
        before.tell([row], [label])


def test_labels_told_together_have_no_center_between_them():
    X, y = pool()
    found = ActiveLearner(gravity(), X, random_state=0)
    found.tell(np.arange(6), y[:6])
    cuts = found.certificate(**QUICK).cuts
    assert [cut.outside for cut in cuts[1:]] == [NO_CENTER] * 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"center": "analytic"}, "center is analytic"),
        ({"cost": 30.0}, "elastic"),
        ({"cost": "auto"}, "price was chosen again"),
    ],
)
def test_what_is_not_as_in_the_theorem_is_said(options, words):
    caveats = learner(model=gravity(**options)).certificate(**QUICK).caveats
    assert any(words in sentence for sentence in caveats)


@pytest.mark.slow
def test_shifted_cuts_are_said():
    found = learner(12, model=gravity(center="analytic"), depth=1.0)
    wrong = np.count_nonzero(found.estimator_.version_space_.depth)
    assert wrong > 0
    assert any(f"{wrong} cuts do not" in line for line in found.certificate(**QUICK).caveats)


def test_labels_that_did_not_cut_are_counted():
    found = learner(12, cut_agreeing=False)
    certificate = found.certificate(**QUICK)
    assert certificate.n_cuts < certificate.n_labels == 12
    assert any("agreed and did not cut" in note for note in certificate.notes)


@pytest.mark.slow
def test_every_class_has_its_own():
    certificates = learner(8, y=three_classes()).certificate(**QUICK)
    assert [one.positive for one in certificates] == ["0", "1", "2"]
    assert all("one against the rest" in " ".join(one.caveats) for one in certificates)


@pytest.mark.slow
def test_a_regression_is_measured_and_said():
    X, _ = pool()
    model = CuttingPlaneRegressor(
        hidden=(4,), activation="gated_relu", center="analytic", random_state=0
    )
    found = learner(8, y=X[:, 0] ** 2, model=model).certificate(**QUICK)
    assert found.positive is None
    assert all(cut.disagreement is None for cut in found.cuts)
    assert any("numbers" in sentence for sentence in found.caveats)


@pytest.mark.slow
def test_networks_with_sign_rows():
    found = learner(5, model=gravity(activation="relu", hidden=(3,))).certificate(**QUICK)
    for cut in found.cuts:
        assert cut.volume.label.value < cut.volume.prediction.value < 0


@pytest.mark.slow
def test_same_seed_same_certificate_and_the_learner_is_unchanged():
    found = learner()
    scores = found.estimator_.decision_function(found.X_pool)
    first = found.certificate(seed=3, **QUICK).as_dict()
    assert first == found.certificate(seed=3, **QUICK).as_dict()
    assert first != found.certificate(seed=4, **QUICK).as_dict()
    np.testing.assert_array_equal(scores, found.estimator_.decision_function(found.X_pool))


def test_only_the_first_cuts():
    found = learner().certificate(max_cuts=3, **QUICK)
    assert len(found.cuts) == 3
    assert any("first 3 of 8" in note for note in found.notes)


def three_classes():
    X, _ = pool()
    return X.argmax(axis=1) + (np.abs(X).max(axis=1) < 0.8)


@pytest.mark.slow
def test_time_that_is_up_leaves_the_cuts_measured_by_then():
    found = learner(6, y=three_classes())
    certificates = found.certificate(max_seconds=0, **QUICK)
    assert [len(one.cuts) for one in certificates] == [1, 1, 1]
    assert all("first 1 of 6" in " ".join(one.notes) for one in certificates)
    whole = found.certificate(max_cuts=2, **QUICK)
    assert [one.cuts[0] for one in whole] == [one.cuts[0] for one in certificates]


@pytest.mark.slow
@pytest.mark.parametrize(("y", "kept"), [(None, 3), (three_classes(), 1)])
def test_an_interrupt_leaves_the_cuts_measured_by_then(y, kept):
    calls = []

    def interrupt(total):
        calls.append(total)
        if len(calls) == limit:
            raise KeyboardInterrupt

    found, limit = learner(6, y=y), 3
    certificates = certify(found.record(), effort=Effort(16, 10, 10), on_cut=interrupt)
    assert [len(one.cuts) for one in certificates] == [kept] * len(certificates)
    assert set(calls) == {6 * len(certificates)}
    if len(certificates) > 1:
        calls.clear()
        limit = 2  # no cut of the third class yet
        with pytest.raises(KeyboardInterrupt):
            certify(found.record(), effort=Effort(16, 10, 10), on_cut=interrupt)


@pytest.mark.slow
def test_nothing_to_certify():
    X, _ = pool()
    with pytest.raises(InvalidInputError, match="holds 0 labels and no cut"):
        ActiveLearner(gravity(), X).certificate()
    with pytest.raises(InvalidInputError, match="max_cuts=0"):
        learner().certificate(max_cuts=0)
    with pytest.raises(InvalidInputError, match="max_seconds=-1"):
        learner().certificate(max_seconds=-1)


# --- evidence beside it -----------------------------------------------------------------------


def test_evidence_is_beside_what_is_sampled():
    found = learner(10, model=propagated())
    certificate = found.certificate(n_chains=16, n_draws=30)
    sampled = np.array([cut.volume.label.interval(0.999) for cut in certificate.cuts])
    log_ratio = np.log([cut.evidence.ratio for cut in certificate.cuts])
    assert ((sampled[:, 0] < log_ratio) & (log_ratio < sampled[:, 1])).all()
    volumes = [cut.evidence.log_volume for cut in certificate.cuts]
    np.testing.assert_allclose(np.cumsum(log_ratio), volumes)
    assert volumes[0] == pytest.approx(np.log(0.5))  # of one hard cut, exactly
    reported = [entry["log_volume"] for entry in found.history_]
    np.testing.assert_allclose(volumes[1:], reported[1:], atol=1e-3)
    assert certificate.as_dict()["cuts"][3]["evidence"]["log_volume"] == volumes[3]
    assert certificate.exceeding == []


def test_hard_cuts_and_expectation_propagation_have_one_caveat():
    (only,) = learner(5, model=propagated()).certificate(max_cuts=1, **QUICK).caveats
    assert "expectation propagation" in only


def test_likelihood_and_averages_are_no_volumes():
    found = learner(8, model=propagated(flip=0.1, noise=0.5, fit_intercept=True))
    assert found.evidence_.hypotheses[0].noise == 0.5
    certificate = found.certificate(max_cuts=3, **QUICK)
    said = " ".join(certificate.caveats)
    assert "flip 0.1, noise 0.5" in said
    assert "averages 2 hypotheses" in said
    assert "price" not in said
    assert all(cut.evidence.ratio > 0.1 for cut in certificate.cuts)


def test_contradictions_are_certified_where_labels_may_be_wrong():
    X = np.array([[1.0], [1.001], [-1.0], [1.0005]])
    model = propagated(flip=0.1, fit_intercept=True, hidden=(), cost=30.0)
    found = ActiveLearner(model, X, random_state=0)
    for row, label in enumerate([1, 1, 0, 0]):
        found.tell([row], [label])
    certificate = found.certificate(**QUICK)
    assert certificate.cuts[-1].evidence.ratio < 0.3


def test_labels_told_together_have_evidence_each():
    X, y = pool()
    found = ActiveLearner(propagated(), X, random_state=0)
    found.tell(np.arange(6), y[:6])
    cuts = found.certificate(**QUICK).cuts
    assert [cut.outside for cut in cuts[1:]] == [NO_CENTER] * 5
    assert all(0 < cut.evidence.ratio < 1 for cut in cuts)
    assert cuts[-1].evidence.log_volume == pytest.approx(found.history_[0]["log_volume"], abs=1e-3)


@pytest.mark.slow
def test_every_class_has_evidence():
    found = learner(6, y=three_classes(), model=propagated())
    certificates = found.certificate(**QUICK)
    each = [one.cuts[-1].evidence.log_volume for one in certificates]
    assert sum(each) == pytest.approx(found.history_[-1]["log_volume"], abs=1e-3)


@pytest.mark.slow
def test_sampled_centers_and_values_have_none():
    assert learner(4).certificate(max_cuts=2, **QUICK).cuts[0].evidence is None
    X, _ = pool()
    model = CuttingPlaneRegressor(
        hidden=(4,), activation="gated_relu", center="gravity", noise=0.2, random_state=0
    )
    found = learner(6, y=X[:, 0], model=model).certificate(max_cuts=2, **QUICK)
    assert found.as_dict()["cuts"][1]["evidence"] is None


@pytest.mark.slow
@pytest.mark.parametrize(("y", "n_lines"), [(None, 1), (three_classes(), 3)])
def test_the_picture_has_a_line_of_evidence(y, n_lines):
    found = learner(6, y=y, model=propagated()).certificate(max_cuts=3, **QUICK)
    panels = certificate_figure(found if isinstance(found, list) else [found]).axes
    assert [line.get_linestyle() for line in panels[1].lines].count(":") == n_lines
    for axes in panels[:2]:
        assert axes.get_legend_handles_labels()[1].count("by evidence") == 1


@pytest.mark.slow
def test_the_picture(tmp_path):
    figure = certificate_figure([learner().certificate(**QUICK)], "a run")
    figure.savefig(tmp_path / "certificate.png")
    assert imread(tmp_path / "certificate.png").std() > 0.05


# --- the command ------------------------------------------------------------------------------


def invoke(*arguments):
    return CliRunner().invoke(app, ["certify", *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "moons"
    settings = ["--hidden", "5", "--activation", "gated_relu", "--center", "analytic"]
    settings += ["--cost", "inf"]
    asked = ["run", "moons", "--budget", "6", *settings, "--out", str(path)]
    assert CliRunner().invoke(app, asked).exit_code == 0
    return path


def test_the_command_writes_picture_and_json(folder):
    result = invoke(folder, "--chains", 16, "--draws", 20)
    assert result.exit_code == 0, result.output
    assert "Not as in the theorem: The center is analytic" in result.stdout
    written = json.loads((folder / "certificate.json").read_text())
    (certificate,) = written["certificates"]
    assert certificate["bound"] == pytest.approx(BOUND)
    assert len(certificate["cuts"]) == 6
    assert imread(folder / "certificate.png").std() > 0.05


def test_the_command_shows_evidence_in_columns(tmp_path):
    settings = ["--hidden", "5", "--activation", "gated_relu", "--center", "gravity"]
    asked = ["run", "moons", "--budget", "5", *settings, "--out", str(tmp_path / "run")]
    ran = CliRunner().invoke(app, asked)
    assert ran.exit_code == 0, ran.output
    assert "Evidence: slope" in ran.stdout
    result = invoke(tmp_path / "run", "--chains", 16, "--draws", 10, "--max-cuts", 2)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    first = lines.index("label    ratio (95 %)        evidence   volume  evidence") + 1
    (cut, *_), (_, _, _, ratio, _, power) = lines[first + 1].split(), lines[first].split()
    assert cut == "2"
    written = json.loads((tmp_path / "run" / "certificate.json").read_text())
    evidence = written["certificates"][0]["cuts"][0]["evidence"]
    assert float(ratio) == pytest.approx(evidence["ratio"], abs=1e-3)
    assert float(power) == pytest.approx(evidence["log_volume"] / np.log(10), abs=1e-2)


def test_the_command_as_json(folder):
    result = invoke(folder, "--chains", 16, "--draws", 20, "--max-cuts", 2, "--json")
    answer = json.loads(result.stdout)
    assert answer["folder"] == str(folder)
    assert len(answer["certificates"][0]["cuts"]) == 2
    assert (answer["seed"], answer["n_chains"], answer["n_draws"]) == (0, 16, 20)
    kept = json.loads((folder / "certificate.json").read_text())
    assert kept["certificates"] == answer["certificates"]
    assert "in the place of those of an earlier" in " ".join(invoke("--help").stdout.split())


@pytest.mark.slow
def test_the_command_stops_in_time(folder):
    result = invoke(folder, "--chains", 16, "--draws", 20, "--minutes", 0)
    assert result.exit_code == 0, result.output
    assert "Stopped after 1 cuts; --minutes gives more" in result.stdout
    assert "Only the first 1 of 6 cuts" in result.stdout
    assert "expected at least 0" in invoke(folder, "--minutes", -1).stderr


def test_bad_folders_end_in_one_sentence(folder, tmp_path):
    result = invoke(tmp_path / "absent")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is not a run folder" in result.stderr
    (tmp_path / "metrics.json").write_text("{}")
    result = invoke(tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "holds no learner.npz" in result.stderr
    (tmp_path / "learner.npz").write_bytes((folder / "learner.npz").read_bytes())
    result = invoke(tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "holds no labels.csv" in result.stderr
    (tmp_path / "learner.npz").write_bytes((folder / "learner.npz").read_bytes()[:200])
    result = invoke(tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


def test_a_run_that_was_replaced_meanwhile_gets_no_certificate_of_the_other(
    folder, tmp_path, monkeypatch
):
    run = tmp_path / "run"
    shutil.copytree(folder, run)
    for name in ("certificate.json", "certificate.png"):
        (run / name).unlink(missing_ok=True)

    def replacing(*arguments):
        shutil.copy(run / "learner.npz", run / "other")
        (run / "other").replace(run / "learner.npz")
        return []

    monkeypatch.setattr("cutplane.cli.certify._measure", replacing)
    result = invoke(run)
    assert result.exit_code == 2
    assert "was replaced by another run" in result.stderr
    assert not (run / "certificate.json").exists()
