"""One choice that sets the engines of all columns."""

from models.store.catalogue import ROLES

ENGINES = {
    "auto": dict.fromkeys(ROLES, "auto"),
    "deployed": {
        "original": "torch:float32",
        "teacher": "torch:float32",
        "distilled": "ctranslate2:int8",
    },
    "torch": dict.fromkeys(ROLES, "torch:float32"),
    "ctranslate2": dict.fromkeys(ROLES, "ctranslate2:int8"),
}
"""The engine of each role by preset; each is one that `columns.ENGINES` offers."""
LABELS = {
    "auto": "Automatic for each",
    "deployed": "Only the distilled on CTranslate2 int8",
    "torch": "All on PyTorch float32",
    "ctranslate2": "All on CTranslate2 int8",
}
