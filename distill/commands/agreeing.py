"""Compare the engines' words: `agree`."""

from typing import Any

from distill.commands.arguments import Answer, add_column_options, add_command
from models.settings import Settings


def add(parsers: Any) -> None:
    """Add this command."""
    parser = add_command(
        parsers,
        "agree",
        agree,
        "Check that the fast engine writes what the reference writes, and what int8 costs.",
    )
    parser.add_argument("model", metavar="MODEL", help="model name without an engine")
    parser.add_argument("--data", default="built-in", help="texts (default: built-in)")
    parser.add_argument("--n", type=int, default=100, help="compare tokens on at most N texts (default: 100)")
    parser.add_argument(
        "--rouge", type=int, default=0, metavar="N", help="also compare int8's ROUGE-L on N texts"
    )
    add_column_options(parser)


def agree(*, model: str, data: str, n: int, rouge: int, settings: Settings, **columns: Any) -> Answer:
    """Compare CTranslate2 with torch, and int8 with float32."""
    from distill.benchmark import agreement

    result = agreement.agree(model, data, settings, n=n, rouge_texts=rouge, **columns)
    print(agreement.agreement_table(result))
    return result, 0
