"""Losses: plain tensors in, one scalar out, keyword-only, masked, 0 where everything is masked."""

from distill.losses.label import label_loss
from distill.losses.logit import logit_loss

__all__ = ["label_loss", "logit_loss"]
