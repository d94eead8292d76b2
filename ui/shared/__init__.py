"""What all tabs share: wording, numbers, errors, how events are queued."""
