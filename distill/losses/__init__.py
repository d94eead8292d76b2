"""Losses: plain tensors in, one scalar out, keyword-only, masked, 0 where everything is masked.

To add a loss: one file here, one export below, one test.
"""

from distill.losses.attention import attention_loss
from distill.losses.contrastive import contrastive_loss
from distill.losses.embedding import embedding_loss
from distill.losses.hidden import hidden_loss
from distill.losses.label import label_loss
from distill.losses.logit import logit_loss
from distill.losses.relation import relation_loss
from distill.losses.topk import TopK

__all__ = [
    "TopK",
    "attention_loss",
    "contrastive_loss",
    "embedding_loss",
    "hidden_loss",
    "label_loss",
    "logit_loss",
    "relation_loss",
]
