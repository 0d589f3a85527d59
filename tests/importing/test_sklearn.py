"""scikit-learn estimators: each enters as it predicts, or its step is refused by name."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    RobustScaler,
    StandardScaler,
)

from sc_neurocore.importing.sklearn_model import is_sklearn, read_sklearn
from sc_neurocore.spec import OptionError

RNG = np.random.default_rng(1)
X = RNG.normal(size=(60, 6)) * [1, 10, 0.1, 5, 2, 100] + [0, 5, 1, -3, 0, 1000]
CLASSES = np.array(["red", "green", "blue"])[(X[:, :3] - X[:, :3].mean(0)).argmax(1) % 3]
CLASSES[:3] = "red", "green", "blue"
PROBES = RNG.normal(size=(50, 6)) * 20


def mlp(**options):
    return MLPClassifier((7, 5), max_iter=5, random_state=0, **options)


def agrees(estimator, y=CLASSES):
    graph = read_sklearn(estimator.fit(X, y))
    got, want = graph.run(PROBES, tail=True), graph.evaluate(PROBES)
    assert got.shape == want.shape
    assert np.abs(got - want).max() <= 1e-9 * np.abs(want).max()
    return graph


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "steps",
    [
        [],
        [StandardScaler()],
        [StandardScaler(with_mean=False)],
        [StandardScaler(with_std=False)],
        [MinMaxScaler((-1, 1))],
        [MaxAbsScaler()],
        [RobustScaler()],
        [RobustScaler(with_centering=False)],
        ["passthrough", PCA(4)],
        [StandardScaler(), PCA(4, whiten=True)],
        [VarianceThreshold(0.5), SelectKBest(k=3)],
        [make_pipeline(StandardScaler(), SelectKBest(k=2)), MinMaxScaler()],
    ],
    ids=str,
)
def test_pipelines_enter_as_they_predict(steps):
    graph = agrees(make_pipeline(*steps, mlp()))
    assert graph.notes == ("the classes are, in order, blue, green, red",)
    assert (graph.framework, graph.features, graph.precision) == ("scikit-learn", 6, "float64")


@pytest.mark.filterwarnings("ignore")
def test_a_classifier_of_two_classes_has_one_output():
    graph = agrees(make_pipeline(StandardScaler(), mlp()), CLASSES == "red")
    assert graph.run(PROBES).shape == (50, 1)
    assert graph.evaluate(PROBES).max() > 0.5 > graph.evaluate(PROBES).min()


@pytest.mark.filterwarnings("ignore")
def test_regressors_and_labels_of_several_kinds_enter():
    for y in (X[:, 1], X[:, :2]):
        agrees(MLPRegressor(hidden_layer_sizes=(6,), max_iter=5, random_state=0), y)
    agrees(MLPRegressor(hidden_layer_sizes=(6,), activation="identity", max_iter=5, random_state=0), X[:, 1])
    agrees(mlp(), X[:, :3] > 0)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("steps", "says"),
    [
        (
            [mlp(activation="tanh")],
            r"\(MLPClassifier\): activation 'tanh' is not supported; supported are relu, identity",
        ),
        ([mlp(activation="logistic")], r"activation 'logistic' is not supported"),
        ([MinMaxScaler(clip=True), mlp()], r"step 'minmaxscaler' \(MinMaxScaler\): clip=True is not supported"),
        ([Normalizer(), mlp()], r"step 'normalizer' \(Normalizer\) divides each sample by its own length"),
        ([FunctionTransformer(), mlp()], r"step 'functiontransformer' \(FunctionTransformer\) calls a function"),
        ([RandomForestClassifier(2)], r"\(RandomForestClassifier\) is no network; supported are MLPClassifier"),
        ([GridSearchCV(mlp(), {"alpha": [1e-4]}, cv=2)], "GridSearchCV is a search; bring its best_estimator_"),
    ],
)
def test_other_steps_are_refused_by_name(steps, says):
    with pytest.raises(OptionError, match=says):
        read_sklearn(make_pipeline(*steps).fit(X, CLASSES))


def test_a_derived_class_may_compute_something_else():
    class Twice(StandardScaler):
        def transform(self, X, copy=None):
            return 2 * super().transform(X, copy)

    pipeline = make_pipeline(Twice(), MLPRegressor(hidden_layer_sizes=(3,), max_iter=300, random_state=0, tol=1)).fit(
        X, X[:, 0]
    )
    with pytest.raises(OptionError, match=r"step 'twice' .*Twice\) is not supported"):
        read_sklearn(pipeline)
    assert is_sklearn(pipeline)
    assert is_sklearn(Twice())
    assert not is_sklearn(X)


def test_an_unfitted_network_says_so():
    with pytest.raises(OptionError, match=r"'MLPClassifier' \(MLPClassifier\) has no n_features_in_: it is not fitted"):
        read_sklearn(mlp())
