from pathlib import Path

import pytest

from models.errors import BadRequest
from models.settings import Settings


def test_a_space_neither_distils_nor_opens_other_models_unless_told() -> None:
    here, there = Settings.from_env({}), Settings.from_env({"SPACE_ID": "me/mine"})
    assert (here.enable_distill, here.allow_custom_models) == (True, True)
    assert (there.enable_distill, there.allow_custom_models) == (False, False)
    told = Settings.from_env({"SPACE_ID": "me/mine", "ENABLE_DISTILL": "1", "ALLOW_CUSTOM_MODELS": "on"})
    assert (told.enable_distill, told.allow_custom_models) == (True, True)
    assert (here.public, there.public, told.public) == (False, True, True)  # whatever it lets them do


def test_what_is_unset_or_empty_takes_its_default() -> None:
    env = {
        "STUDIO_HOME": "/a/b",
        "MODEL_SET": "",
        "STUDIO_OWNER_PASSWORD": "",
        "DISTILLED_MODEL": " ",
        "STUDIO_THREADS": "2",
    }
    assert Settings.from_env(env) == Settings(home=Path("/a/b"), threads=2)
    assert Settings.from_env({"STUDIO_EMBEDDING_MODEL": " /m "}).embedding_model == "/m"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("MODEL_SET", "t6", "use one of embedded, t5"),
        ("ENABLE_DISTILL", "maybe", "use 1 or 0"),
        ("STUDIO_THREADS", "0", "from 1 up"),
        ("STUDIO_THREADS", "two", "use a whole number"),
        ("DISTILLED_MODEL", " t5/distilled", "stands for that very setting"),
    ],
)
def test_a_bad_value_is_refused_with_the_good_ones(name: str, value: str, words: str) -> None:
    with pytest.raises(BadRequest, match=f"{name} is .*{words}"):
        Settings.from_env({name: value})


def test_who_stands_behind_a_proxy_says_so() -> None:
    behind = Settings.from_env({"STUDIO_PUBLIC": "1"})
    assert (behind.public, behind.allow_custom_models, behind.enable_distill) == (True, False, False)
