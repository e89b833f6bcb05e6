"""The nouns: record, verdict, losses, texts, dates. Frozen values with no behaviour to speak of."""
