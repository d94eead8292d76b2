"""The Evaluate tab: models judged on many texts, in the background."""
