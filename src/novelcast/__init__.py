"""novelcast: a novel in, a full-cast audiobook out."""
