"""How the page looks: a theme, stylesheets and small scripts. Nothing is fetched from elsewhere."""

from pathlib import Path

from gradio.themes.base import Base
from gradio.themes.utils import colors, fonts, sizes

_HERE = Path(__file__).parent
STYLESHEETS = [_HERE / "page.css", _HERE / "presenting.css"]
_WEIGHTS = (400, 700)  # the semi-bold files that Gradio ships lack most letters
SCRIPT = "".join(
    f"<script>{(_HERE / name).read_text(encoding='utf-8')}</script>" for name in ("page.js", "presenting.js")
)


def theme() -> Base:
    """The studio's theme: quiet surfaces, one accent, fonts that Gradio ships."""
    return Base(
        primary_hue=colors.teal,
        secondary_hue=colors.teal,
        neutral_hue=colors.slate,
        text_size=sizes.text_md,
        radius_size=sizes.radius_md,
        font=(fonts.LocalFont("IBM Plex Sans", _WEIGHTS), "ui-sans-serif", "system-ui", "sans-serif"),
        font_mono=(fonts.LocalFont("IBM Plex Mono", _WEIGHTS), "ui-monospace", "monospace"),
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        block_background_fill="white",
        block_background_fill_dark="*neutral_900",
        block_border_width="1px",
        block_border_color_dark="*neutral_800",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_label_border_width="0px",
        block_title_text_weight="500",
        input_background_fill="white",
        input_background_fill_dark="*neutral_900",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        input_border_width="1px",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_700",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_800",
        button_primary_text_color="white",
        button_secondary_background_fill="white",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_background_fill_dark="*neutral_800",
        button_secondary_background_fill_hover_dark="*neutral_700",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_700",
        button_border_width="1px",
        slider_color="*primary_600",
    )
