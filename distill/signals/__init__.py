"""What models say about a batch: logits, hidden states, attentions; live, from disk, of several teachers."""
