"""Who may make, close and show votes, and read results that are not shown yet."""

import hmac

from distill.errors import BadConfig
from models.settings import Settings


def check_owner(settings: Settings, password: str = "") -> None:
    """The command line may, and whoever gives the owner's password; without one set, nobody whom strangers
    could pass for.

    Raises:
        BadConfig: This user may not.
    """
    if not settings.visitor:
        return
    if settings.owner_password is None:
        if not settings.public:
            return
        raise BadConfig(
            "On a page that strangers can reach, this takes the owner's password: set STUDIO_OWNER_PASSWORD "
            "and start again, or use the command python -m distill votes."
        )
    if not hmac.compare_digest(str(password or "").encode(), settings.owner_password.encode()):
        raise BadConfig("This is not the owner's password." if password else "Give the owner's password.")
