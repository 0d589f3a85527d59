"""The network of an ONNX file, run by the format's own reference evaluator: what the imported graph is held against."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from ...spec.errors import OptionError
from ..files.lines import one_line
from .file import FLOATS, array, onnx, room


class Source:
    """Outputs of the file for real inputs, in double precision.

    The evaluator gets the file's nodes with all floating point types made double, so that a difference is one of the
    graphs and none of roundings. Its batch normalizations are replaced: the evaluator trains those of opsets 7 to 13.
    """

    def __init__(
        self,
        model: Any,
        output: str,
        features: Sequence[int],
        fixed_batch: int | None,
        node_numbers: Sequence[int],
        swapped: Sequence[int],
    ) -> None:
        """Keep what evaluation needs.

        Args:
            model: the file's `onnx.ModelProto`.
            output: name of the output.
            features: shape of the input, without the batch.
            fixed_batch: batch size that the nodes are written for, None where they take any.
            node_numbers: indices of the nodes on which the output depends.
            swapped: indices of batch normalizations whose channels lie on axis 0.
        """
        self._model, self._output, self._features = model, output, tuple(features)
        self._batch, self._node_numbers, self._swapped = fixed_batch, node_numbers, frozenset(swapped)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Outputs `(samples, outputs)` for `(samples, features)`."""
        x = np.asarray(x, np.float64)
        if self._batch is None:
            return self._run(x)
        room(self._batch * x.shape[1], f"a fixed batch of {self._batch} samples")
        padding = np.zeros((-len(x) % self._batch, x.shape[1]))
        parts = np.concatenate([x, padding]).reshape(-1, self._batch, x.shape[1])
        return np.concatenate([self._run(part) for part in parts])[: len(x)]

    def _run(self, x: np.ndarray) -> np.ndarray:
        try:
            evaluator, name = self._evaluator
            with np.errstate(all="ignore"):
                (result,) = evaluator.run([self._output], {name: x.reshape(len(x), *self._features)})
        except (ValueError, TypeError, RuntimeError, LookupError, ArithmeticError) as error:
            reason = one_line(error)
            raise OptionError(f"ONNX's own reference evaluator cannot run the file: {reason}") from None
        return np.asarray(result).reshape(len(x), -1)

    @cached_property
    def _evaluator(self) -> tuple[Any, str]:
        from onnx.reference import ReferenceEvaluator

        graph = self._model.graph
        initializers = [_doubled(tensor) for tensor in graph.initializer]
        names = {tensor.name for tensor in initializers}
        (graph_input,) = (each for each in graph.input if each.name not in names)
        (graph_output,) = (each for each in graph.output if each.name == self._output)
        nodes = [node for index in self._node_numbers for node in self._nodes(graph.node[index], index)]
        double = onnx.TensorProto.DOUBLE
        rewritten = onnx.helper.make_graph(
            nodes,
            "source",
            [onnx.helper.make_tensor_value_info(graph_input.name, double, None)],
            [onnx.helper.make_tensor_value_info(graph_output.name, double, None)],
            initializers,
        )
        model = onnx.helper.make_model(rewritten, opset_imports=self._model.opset_import)
        opset = max(each.version for each in self._model.opset_import if each.domain in ("", "ai.onnx"))
        return ReferenceEvaluator(model, new_ops=_replaced(opset)), graph_input.name

    def _nodes(self, node: Any, index: int) -> list[Any]:
        node_copy = type(node)()
        node_copy.CopyFrom(node)
        match node.op_type:
            case "Cast":
                for each in node_copy.attribute:
                    if each.name == "to" and each.i in FLOATS:
                        each.i = onnx.TensorProto.DOUBLE
            case "Constant":
                for each in node_copy.attribute:
                    if each.name == "value":
                        each.t.CopyFrom(_doubled(each.t))
                    elif each.name in ("value_float", "value_floats"):
                        values = each.f if each.name == "value_float" else list(each.floats)
                        tensor = onnx.numpy_helper.from_array(np.asarray(values, np.float64))
                        each.CopyFrom(onnx.helper.make_attribute("value", tensor))
            case "Dropout":
                node_copy = onnx.helper.make_node("Identity", node.input[:1], node.output[:1])
            case "BatchNormalization" if index in self._swapped:
                before, after = f"{node.output[0]}/before", f"{node.output[0]}/after"
                node_copy.input[0], node_copy.output[0] = before, after
                turn = [
                    onnx.helper.make_node("Transpose", [a], [b], perm=[1, 0])
                    for a, b in ((node.input[0], before), (after, node.output[0]))
                ]
                return [turn[0], node_copy, turn[1]]
            case _:
                pass
        return [node_copy]


def _doubled(tensor: Any) -> Any:
    values = array(tensor, f"initializer {tensor.name!r}")
    if values.dtype != np.float64:
        return tensor
    return onnx.numpy_helper.from_array(values, tensor.name)


def _replaced(opset: int) -> list[type]:
    """Operations that the evaluator computes in another way than the opset says."""
    from onnx.reference.op_run import OpRun

    class BatchNormalization(OpRun):
        """In evaluation mode, which is all that is imported."""

        def _run(self, x: Any, scale: Any, bias: Any, mean: Any, var: Any, epsilon: float = 1e-5, **_: Any) -> Any:
            shape = (-1, *(1,) * (x.ndim - 2))
            scale, bias, mean, var = (each.reshape(shape) for each in (scale, bias, mean, var))
            return ((x - mean) / np.sqrt(var + epsilon) * scale + bias,)

    class Softmax(OpRun):
        """Before opset 13 all axes from `axis` on are one."""

        def _run(self, x: Any, axis: int | None = None) -> Any:
            first = (1 if axis is None else axis) % x.ndim
            flat = x.reshape(*x.shape[:first], -1)
            power = np.exp(flat - flat.max(axis=-1, keepdims=True))
            return ((power / power.sum(axis=-1, keepdims=True)).reshape(x.shape),)

    class LogSoftmax(OpRun):
        """Before opset 13 all axes from `axis` on are one."""

        def _run(self, x: Any, axis: int | None = None) -> Any:
            first = (1 if axis is None else axis) % x.ndim
            flat = x.reshape(*x.shape[:first], -1)
            flat = flat - flat.max(axis=-1, keepdims=True)
            return ((flat - np.log(np.exp(flat).sum(axis=-1, keepdims=True))).reshape(x.shape),)

    old = (Softmax, LogSoftmax) if opset < 13 else ()
    replaced: tuple[Any, ...] = (BatchNormalization, *old)
    for each in replaced:
        each.op_domain = ""
    return list(replaced)
