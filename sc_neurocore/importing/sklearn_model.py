"""scikit-learn: a multilayer perceptron, alone or behind scalers, a projection and selections in a Pipeline."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..spec.errors import OptionError, SCError
from . import flow as signal
from .files.lines import one_line
from .flow import Flow
from .graph import FloatGraph, TailKind

BATCH = 7
"""In which the steps are followed; an estimator takes any."""
TAILS: dict[str, TailKind | None] = {"identity": None, "softmax": "softmax", "logistic": "sigmoid"}


def read_sklearn(estimator: Any) -> FloatGraph:
    """The network of a fitted scikit-learn estimator.

    Args:
        estimator: an `MLPClassifier` or `MLPRegressor`, or a `Pipeline` that ends in one. Its other steps are
            StandardScaler, MinMaxScaler, MaxAbsScaler, RobustScaler, PCA, selections of features, or "passthrough".

    Returns:
        The graph. A classifier of two classes has one output, the probability of its second class.

    Raises:
        OptionError: a step is none of these, is not fitted, or has a parameter that is not supported.
    """
    steps = _steps(estimator, "")
    features = _fitted(steps[0][1], "n_features_in_", steps[0][0])
    flow = signal.start((BATCH, int(features)))
    for at, step in steps[:-1]:
        flow = _step(at, step, flow)
    at, network = steps[-1]
    flow = _network(at, network, flow)
    notes = ()
    if _kind(network) == "MLPClassifier":
        labels = ", ".join(str(each) for each in np.asarray(network.classes_).reshape(-1)[:20])
        notes = (f"the classes are, in order, {labels}",)
    double = all(np.asarray(each).dtype == np.float64 for each in network.coefs_)
    precision = "float64" if double else "float32"
    return FloatGraph(
        "scikit-learn", int(features), signal.finish(flow, at), _source(estimator, network), precision, None, notes
    )


def is_sklearn(source: Any) -> bool:
    """Whether an object is an estimator of scikit-learn's own, or derives from one."""
    return any(each.__module__.split(".")[0] == "sklearn" for each in type(source).__mro__)


def _kind(step: Any) -> str:
    """A class's name if it is scikit-learn's own: a class derived from it may compute something else."""
    kind = type(step)
    return kind.__name__ if kind.__module__.split(".")[0] == "sklearn" else f"{kind.__module__}.{kind.__name__}"


def _steps(estimator: Any, within: str) -> list[tuple[str, Any]]:
    if _kind(estimator) != "Pipeline":
        return [(within or type(estimator).__name__, estimator)]
    steps = []
    for name, step in estimator.steps:
        if not isinstance(step, str) and step is not None:
            steps += _steps(step, f"{within}{name}" if _kind(step) != "Pipeline" else f"{within}{name}.")
    if not steps:
        raise OptionError("the Pipeline holds no step but passthrough")
    return steps


def _fitted(step: Any, name: str, at: str) -> Any:
    try:
        return getattr(step, name)
    except AttributeError:
        raise OptionError(f"step {at!r} ({_kind(step)}) has no {name}: it is not fitted; call fit first") from None


def _step(at: str, step: Any, flow: Flow) -> Flow:
    kind = _kind(step)
    rule = STEPS.get(kind)
    if rule is None:
        reason = {
            "Normalizer": "divides each sample by its own length, which is no layer",
            "FunctionTransformer": "calls a function that cannot be read",
        }.get(kind, "is not supported")
        raise OptionError(f"step {at!r} ({kind}) {reason}; supported are {', '.join(STEPS)}, and at the end an MLP")
    label = f"step {at!r} ({kind})"
    try:
        result = rule(step, flow, at)
    except SCError:
        raise
    except (ValueError, TypeError) as error:  # NumPy's own, where a step's arrays do not fit
        raise OptionError(f"{label}: {one_line(error)}") from None
    return result


def _array(step: Any, name: str, at: str, absent: float) -> np.ndarray:
    value = _fitted(step, name, at)
    return np.asarray(absent if value is None else value, np.float64)


def _affine(center: str | None, with_center: str = "") -> Callable[[Any, Flow, str], Flow]:
    """(x − center) / scale_, by the name of the fitted array, and of the parameter that says whether it is used."""

    def rule(step: Any, flow: Flow, at: str) -> Flow:
        _no_clip(step, at)
        # A StandardScaler that does not centre has its mean_ all the same.
        mean = np.zeros(()) if center is None or not getattr(step, with_center) else _array(step, center, at, 0.0)
        factor = 1.0 / _array(step, "scale_", at, 1.0)
        return signal.scale(flow, factor, -mean * factor, at)

    return rule


def _min_max(step: Any, flow: Flow, at: str) -> Flow:
    _no_clip(step, at)
    return signal.scale(flow, _array(step, "scale_", at, 1.0), _array(step, "min_", at, 0.0), at)


def _no_clip(step: Any, at: str) -> None:
    if getattr(step, "clip", False):
        raise OptionError(f"step {at!r} ({_kind(step)}): clip=True is not supported; use clip=False")


def _pca(step: Any, flow: Flow, at: str) -> Flow:
    components = _array(step, "components_", at, 0.0)
    if step.whiten:
        spread = np.sqrt(_array(step, "explained_variance_", at, 0.0))
        components = components / np.maximum(spread, np.finfo(np.float64).eps)[:, None]
    centred = signal.scale(flow, 1.0, -_array(step, "mean_", at, 0.0), at)
    result = signal.matmul(centred, components.T, at)
    assert isinstance(result, Flow)  # a flow times a constant is one
    return result


def _selection(step: Any, flow: Flow, at: str) -> Flow:
    columns = np.flatnonzero(_fitted(step, "get_support", at)())
    return signal.select(flow, lambda sample: sample[:, columns], at)


STEPS: dict[str, Callable[[Any, Flow, str], Flow]] = {
    "StandardScaler": _affine("mean_", "with_mean"),
    "MinMaxScaler": _min_max,
    "MaxAbsScaler": _affine(None),
    "RobustScaler": _affine("center_", "with_centering"),
    "PCA": _pca,
    "VarianceThreshold": _selection,
    "SelectKBest": _selection,
    "SelectPercentile": _selection,
    "SelectFromModel": _selection,
}


def _network(at: str, network: Any, flow: Flow) -> Flow:
    kind = _kind(network)
    if kind in ("GridSearchCV", "RandomizedSearchCV"):
        raise OptionError(f"{kind} is a search; bring its best_estimator_")
    if kind not in ("MLPClassifier", "MLPRegressor"):
        raise OptionError(f"step {at!r} ({kind}) is no network; supported are MLPClassifier and MLPRegressor")
    label = f"step {at!r} ({kind})"
    weights, biases = (_fitted(network, name, at) for name in ("coefs_", "intercepts_"))
    if network.activation not in ("relu", "identity"):
        raise OptionError(f"{label}: activation {network.activation!r} is not supported; supported are relu, identity")
    ends = network.out_activation_
    if ends not in TAILS:
        raise OptionError(f"{label}: out_activation_ {ends!r} is not supported; supported are {', '.join(TAILS)}")
    for index, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        layer = f"{at}.coefs_[{index}]"
        result = signal.add(signal.matmul(flow, np.asarray(weight), layer), np.asarray(bias), layer)
        assert isinstance(result, Flow)  # a flow times a constant is one
        hidden = index + 1 < len(weights) and network.activation == "relu"
        flow = signal.clip(result, 0.0, None, layer) if hidden else result
    tail = TAILS[ends]
    return flow if tail is None else signal.tail(flow, tail, None if tail == "sigmoid" else -1, at)


def _source(estimator: Any, network: Any) -> Callable[[np.ndarray], np.ndarray]:
    classifier = _kind(network) == "MLPClassifier"

    def evaluate(x: np.ndarray) -> np.ndarray:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "X does not have valid feature names")
            outputs = np.asarray(estimator.predict_proba(x) if classifier else estimator.predict(x), np.float64)
        if classifier and network.n_outputs_ == 1:
            return outputs[:, 1:]  # of two classes, the network computes the second one's probability
        return outputs.reshape(len(x), -1)

    return evaluate
