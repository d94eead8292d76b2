"""`python -m models.engines.convert FOLDER TARGET QUANTIZATION`: the process that converts one model."""

import sys

from ctranslate2.converters import TransformersConverter


def main(folder: str, target: str, quantization: str) -> None:
    """Convert a transformers folder to CTranslate2's form."""
    TransformersConverter(folder).convert(
        target, quantization=None if quantization == "float32" else quantization
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
