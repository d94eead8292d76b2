"""Whether this user may name the models and data of a config, checked before anything is made of it."""

from distill.config import RunConfig, parse_layers
from distill.data.datasets import check_allowed
from models.settings import Settings
from models.store.catalogue import resolve, split_engine


def check_names(config: RunConfig, settings: Settings) -> None:
    """Ask the guards of models and of data about each name, as they are asked again where it is opened.

    Raises:
        DistillError: One of them is refused, or is no name of a model.
    """
    for name in (*config.teachers, config.student):
        if parse_layers(name) is None:
            resolve(split_engine(name, settings)[0], settings)
    for source in filter(None, (config.data, config.validation)):
        check_allowed(source, settings)
