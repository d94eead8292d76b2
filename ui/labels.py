"""What the page calls each setting, whichever form it stands in."""

from ui import advanced, form_values, settings_panel

LABELS = settings_panel.LABELS | form_values.FIELDS | advanced.FIELDS
