"""The root of everything a user can mend; each message says what is wrong and what to do."""


class DistillError(Exception):
    """A problem the user can mend. The CLI prints it as one line, the page as a warning.

    Args:
        message: What is wrong and what to do.
        setting: The setting that has a wrong value, as the message begins with it; the page, which calls it
            otherwise, puts its own words there.
    """

    def __init__(self, message: str = "", setting: str = "") -> None:
        super().__init__(message)
        self.setting = setting


class ModelUnavailable(DistillError):
    """The named model is unknown, cannot be reached, or is not one the studio can run."""


class BadRequest(DistillError):
    """Text or a setting that cannot be worked with."""
