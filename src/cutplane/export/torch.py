"""PyTorch modules that compute what the networks do, and can be trained further."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from cutplane.atomic import replacing
from cutplane.export.source import Part, Source, one_hot
from cutplane.space.target import Target


def build(source: Source, dtype: str) -> nn.Module:
    """Module of a source: a Sequential for one ReLU network."""
    kinds: dict[str, Callable[[Source, Part], nn.Module]] = {
        "relu": _sequential,
        "gated_relu": GatedKernel,
        "gated_leaves": GatedLeaves,
    }
    modules = [kinds[part.kind](source, part) for part in source.networks]
    module = modules[0] if len(modules) == 1 else OneVersusRest(modules)
    if source.target.kind is not None:
        layers = list(module) if isinstance(module, nn.Sequential) else [module]
        module = nn.Sequential(*layers, Back(source.target))
    return module.to(getattr(torch, dtype))


def save(source: Source, path: str | Path, dtype: str) -> None:
    """Write the module of a source as an exported program, with any number of rows."""
    module = build(source, dtype).eval()
    rows = torch.zeros((2, source.n_features), dtype=getattr(torch, dtype))
    shapes = {"X": {0: torch.export.Dim("n")}}
    if isinstance(module, nn.Sequential):
        shapes = {"input": {0: torch.export.Dim("n")}}
    program = torch.export.export(module, (rows,), dynamic_shapes=shapes)
    notes = {key: json.dumps(value) for key, value in source.metadata.items()}
    with replacing(path) as file:
        torch.export.save(program, file, extra_files=notes)


class Lengths(nn.Module):
    """Standardised rows with their length and its square, for networks that read lengths."""

    def __init__(self, source: Source):
        super().__init__()
        self.register_buffer("mean", _tensor(source.mean))
        self.register_buffer("scale", _tensor(source.scale))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Columns (n, n_features + 2) of rows (n, n_features)."""
        rows = (X - self.mean) / self.scale
        length = torch.linalg.vector_norm(rows, dim=1, keepdim=True)
        return torch.cat([rows, length, length * length], dim=1)


class OneVersusRest(nn.Module):
    """One network per class."""

    def __init__(self, networks: list[nn.Module]):
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Scores (n, n_classes) of rows (n, n_features)."""
        return torch.cat([network(X) for network in self.networks], dim=1)


class Back(nn.Module):
    """From what is learnt to the units of y; see :meth:`Target.back`."""

    def __init__(self, target: Target):
        super().__init__()
        self.target = target

    def forward(self, learnt: torch.Tensor) -> torch.Tensor:
        """Numbers of what is learnt; same shape."""
        own = self.target
        inside = learnt.clamp(own.low, own.high)
        if own.kind == "log":
            y = torch.exp(inside)
        else:
            upper = _drawn_out(torch.relu(inside), own.power)
            y = own.center + own.unit * (upper - _drawn_out(torch.relu(-inside), 2 - own.power))
        below, above = own.end_slopes
        risen, fallen = torch.relu(learnt - own.high), torch.relu(own.low - learnt)
        return y + above * risen - below * fallen


def _drawn_out(size: torch.Tensor, power: float) -> torch.Tensor:
    if power == 0:
        return torch.expm1(size)
    return torch.expm1(torch.log1p(power * size) / power)


class _Gated(nn.Module):
    """Fixed gates: linear layers that are not trained."""

    def __init__(self, source: Source, part: Part):
        super().__init__()
        gates = part.layers("gates")
        self.reads = nn.Identity() if part.inputs.norms is None else Lengths(source)
        first = [_linear(*source.affine(gate, part.inputs)) for gate in gates[:1]]
        self.gates = nn.ModuleList([*first, *(_linear(gate, None) for gate in gates[1:])])
        self.gates.requires_grad_(False)
        self.offset = nn.Parameter(torch.tensor(source.offset, dtype=torch.float64))

    def patterns(self, features: torch.Tensor) -> list[torch.Tensor]:
        """0/1 patterns of what the first layer reads, one array (n, P_l) for each layer."""
        patterns = []
        for gate in self.gates:
            z = gate(features)
            patterns.append((z >= 0).to(z.dtype))
            features = torch.relu(z)
        return patterns


class GatedKernel(_Gated):
    """A gated network as a sum over labelled rows; trains their coefficients."""

    def __init__(self, source: Source, part: Part):
        super().__init__(source, part)
        self.rows = _linear(*source.affine(part.arrays["rows"].T, part.inputs))
        self.rows.requires_grad_(False)
        for level, pattern in enumerate(part.layers("patterns")):
            self.register_buffer(f"shared_{level}", _tensor(2.0 * pattern.T))
        self.coefficients = nn.Parameter(_tensor(part.arrays["coefficients"].reshape(-1, 1)))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Scores (n, 1) of rows (n, n_features)."""
        read = self.reads(X)
        kernel = self.rows(read)
        for level, pattern in enumerate(self.patterns(read)):
            kernel = kernel * (pattern @ getattr(self, f"shared_{level}"))
        return kernel @ self.coefficients + self.offset


class GatedLeaves(_Gated):
    """A gated network by its leaves; trains their weights."""

    def __init__(self, source: Source, part: Part):
        super().__init__(source, part)
        self.leaves = _linear(*source.affine(part.joined_leaves().T, part.inputs))
        for level, member in enumerate(part.layers("members")):
            self.register_buffer(f"classes_{level}", _tensor(one_hot(member)))

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Scores (n, 1) of rows (n, n_features)."""
        read = self.reads(X)
        value = self.leaves(read)
        for level, pattern in enumerate(self.patterns(read)):
            count = pattern @ getattr(self, f"classes_{level}")
            n_nodes = value.shape[1] // count.shape[1]
            grouped = value.reshape(-1, n_nodes, count.shape[1])
            value = (grouped @ count[:, :, None])[:, :, 0]
        return value + self.offset


def _sequential(source: Source, part: Part) -> nn.Sequential:
    """Linear and ReLU in turn, after what measures lengths."""
    first, *rest = part.layers("weights")
    affine = [source.affine(first, part.inputs), *((weights, None) for weights in rest)]
    if source.offset != 0.0:
        weights, bias = affine[-1]
        own = np.zeros(weights.shape[1]) if bias is None else bias
        affine[-1] = weights, own + source.offset
    layers: list[nn.Module] = [] if part.inputs.norms is None else [Lengths(source)]
    for weights, bias in affine:
        layers += [_linear(weights, bias), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def _linear(weights: NDArray, bias: NDArray | None) -> nn.Linear:
    """Layer ``x @ weights + bias``, in float64."""
    n_inputs, n_outputs = weights.shape
    layer = nn.Linear(n_inputs, n_outputs, bias=bias is not None, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(_tensor(weights.T))
        if bias is not None:
            layer.bias.copy_(_tensor(bias))
    return layer


def _tensor(array: NDArray) -> torch.Tensor:
    """Copy of an array in C order."""
    return torch.tensor(np.ascontiguousarray(array))
