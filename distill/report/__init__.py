"""What was found, on one page that can be sent around: HTML that needs no script and no network.

    report.write("20261128-101500", settings, Path("report.html"))

Imports nothing heavy.
"""

from distill.report.writing import compose, write

__all__ = ["compose", "write"]
