"""`python -m models.folders.tokenizer_conversion FOLDER`: the process that converts one older tokenizer."""

import sys
from contextlib import suppress

MOST_MEMORY = 8 * 2**30


def main(folder: str) -> None:
    """Write the description of a folder's tokenizer, as a tokenizer.json has it, to stdout."""
    with suppress(ImportError, ValueError, OSError):  # not every system limits memory
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    from transformers import AutoTokenizer

    found = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    sys.stdout.buffer.write(found.backend_tokenizer.to_str().encode())


if __name__ == "__main__":
    main(sys.argv[1])
