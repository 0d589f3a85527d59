"""The faults of the model in the gates: flips at the named nets of an emitted core, which then must equal the model."""

from .verify import InjectionResult, run_with_faults

__all__ = ["InjectionResult", "run_with_faults"]
