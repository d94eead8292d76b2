"""What models are taught and judged on: a folder for each task. Imports nothing heavy."""

from distill.tasks.summarize import Summarize
from distill.tasks.task import Metric, Row, Task, add_retention, means

__all__ = ["SHOWN", "TASKS", "Metric", "Row", "Task", "add_retention", "means", "task_of"]

TASKS: tuple[Task, ...] = (Summarize(),)
"""All tasks; a new one is entered here."""
SHOWN = tuple(metric for task in TASKS for metric in task.metrics if metric.shown)
"""The metrics that tables and charts have."""


def task_of(name: str) -> Task:
    """The task of a run, by its checked setting `task`."""
    return next(task for task in TASKS if name in task.names)
