"""The front door: read the settings, build the page, launch it."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from models.errors import DistillError
from models.settings import MODEL_SETS, Settings, make_home, share_cores
from ui.hosting import address

_DAY = 86_400  # seconds
_GRACE = 8.0  # of the 10 seconds that Docker gives
_PROXIES = "127.0.0.1,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"


def main(arguments: Sequence[str] | None = None) -> int:
    """Start the studio and serve until stopped; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        place = address.choose(options.host, options.share)
        settings = Settings.from_env(public=place.public)
        if options.model_set:
            settings = replace(settings, model_set=options.model_set)
        make_home(settings.temporary)
        _sweep(settings.temporary)
    except DistillError as problem:
        print(problem, file=sys.stderr)
        return 2
    _prepare_environment(settings)
    if settings.public and "SPACE_ID" not in os.environ:
        print(_said_in_public(settings), file=sys.stderr)
    from ui import page

    if os.getpid() == 1:  # a container's first process gets SIGTERM only where it asks for it
        signal.signal(signal.SIGTERM, _stop)
    try:
        page.launch(settings, host=place.host, port=options.port, share=place.share)
    except DistillError as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def _stop(*_: object) -> None:
    """End with the container; first ask the runs to stop, which are killed as soon as this process ends."""
    import psutil

    children = psutil.Process().children()
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.terminate()
    psutil.wait_procs(children, _GRACE)
    raise KeyboardInterrupt


def _sweep(folder: Path) -> None:
    """Remove what Gradio would have removed after a day, had it not been ended before."""
    for file in folder.rglob("*"):
        with suppress(OSError):
            if file.is_file() and time.time() - file.stat().st_mtime > _DAY:
                file.unlink()


def _said_in_public(settings: Settings) -> str:
    """What the owner should know where others can reach the page."""
    switches = {
        "ALLOW_CUSTOM_MODELS": (settings.allow_custom_models, "models and data of any name"),
        "ENABLE_DISTILL": (settings.enable_distill, "distilling"),
    }
    states = [f"{what} {'on' if on else 'off'} ({name})" for name, (on, what) in switches.items()]
    return f"Others can reach this page: {', '.join(states)}."


def _prepare_environment(settings: Settings) -> None:
    """Set what Gradio, the hub client and runs read: no telemetry, files in our own folder, the model set.

    After each call Gradio sums up all calls so far, for a monitoring page that is closed here: the more
    calls, the slower. So it is set to wait for a number of calls that is never reached, and to keep none.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(2**62)
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["GRADIO_TEMP_DIR"] = str(settings.temporary)
    if "SPACE_ID" in os.environ:  # its proxies say who comes, and nobody else can reach it
        os.environ.setdefault("FORWARDED_ALLOW_IPS", _PROXIES)
    share_cores()
    # For the runs that the page starts:
    os.environ["MODEL_SET"] = settings.model_set
    os.environ["ALLOW_CUSTOM_MODELS"] = str(int(settings.allow_custom_models))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python app.py", description="Start T5 Distillation Studio in the browser."
    )
    parser.add_argument(
        "--model-set", choices=MODEL_SETS, help="models to compare (default: MODEL_SET or embedded)"
    )
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1, or GRADIO_SERVER_NAME)")
    parser.add_argument("--port", type=_port, help="port (default: the first free one from 7860)")
    parser.add_argument("--share", action="store_true", default=None, help="open a public gradio.live link")
    return parser


def _port(text: str) -> int:
    if not address.is_port(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; use a number from 1 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
