"""The benchmark of GPUs says where there is none, and works without one on request."""

import json
import sys

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("array_api_compat")

import gpu  # noqa: E402


def run(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["gpu.py", *words])
    gpu.main()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_says_so_and_stops(monkeypatch, capsys):
    run(monkeypatch)
    assert capsys.readouterr().out.startswith("no GPU here: PyTorch has no device 'cuda'")


def test_a_small_run_on_the_cpu(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(gpu, "N_LABELS", 20)
    monkeypatch.setattr(gpu, "N_LABELS_RELU", 8)
    monkeypatch.setattr(gpu, "find_spec", lambda name: None)
    run(monkeypatch, "--device", "cpu", "--quick", "--units", "20", "--out", str(tmp_path))
    rows = json.loads((tmp_path / "gpu.json").read_text())
    assert {row["where"] for row in rows} == {"numpy", "torch cpu"}
    assert len(rows) == 9
    assert all(row["seconds"] > 0 for row in rows)
    assert "pyscnn is not installed" in capsys.readouterr().out


def test_ours_is_the_minimum_of_the_objective_within_the_gap():
    place = gpu.place_of("cpu")
    (ours, *_) = gpu.training_rows(30, "torch cpu", place, 1e-3)
    arrangement, X, score = gpu.problem(30, gpu.N_LABELS)
    y, k = score / score.std(), gpu.N_LABELS
    on = (X @ arrangement.gates[0] >= 0).astype(float)
    kernel = (X @ X.T) * (on @ on.T)
    force = gpu.np.linalg.solve(kernel + k * gpu.DECAY * gpu.np.eye(k), y)
    missed = k * gpu.DECAY * force
    best = missed @ missed / (2 * k) + gpu.DECAY / 2 * force @ kernel @ force
    assert ours["objective"] == pytest.approx(best, rel=1e-3)


def test_what_was_not_tried_is_said(monkeypatch):
    monkeypatch.setattr(gpu, "MOST_GATES", 10)
    (row,) = gpu.pass_rows(20, {}, gpu.np.zeros((3, 2)), 1)
    assert "not tried" in gpu.shown(row)
