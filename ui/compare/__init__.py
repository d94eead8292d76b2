"""The Compare tab: three models side by side, and what each costs."""
