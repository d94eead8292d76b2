"""What counts as memory that ran out, and as a machine that failed, by whoever says it."""

import pytest
import torch

from distill.jobs.explaining import machine_failed, out_of_memory
from models.errors import BadRequest, ModelUnavailable


def _from(cause: Exception) -> Exception:
    """An error that says it in other words."""
    error = ModelUnavailable("The memory of cuda:0 is full.")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("Allocation failed"),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("CUDA error: out of memory\nCUDA kernel errors might be reported later"),
        RuntimeError("CUDA failed with error out of memory"),  # CTranslate2
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: not enough memory: you tried to"),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: you tried"),
        _from(torch.OutOfMemoryError("CUDA out of memory.")),
    ],
)
def test_memory_that_ran_out_is_known(error: Exception) -> None:
    assert out_of_memory(error)
    assert machine_failed(error)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("CUDA error: device-side assert triggered"),
        RuntimeError("CUDA failed with error an illegal memory access was encountered"),
        _from(RuntimeError("cuBLAS failed with status CUBLAS_STATUS_EXECUTION_FAILED")),
    ],
)
def test_a_gpu_that_failed_is_not_short_of_memory(error: Exception) -> None:
    assert machine_failed(error)
    assert not out_of_memory(error)


@pytest.mark.parametrize("error", [BadRequest("No words."), ValueError("strange"), _from(ValueError())])
def test_other_errors_are_the_input_s(error: Exception) -> None:
    assert not machine_failed(error)
