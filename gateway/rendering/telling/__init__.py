"""From an account to the description of its page, in the languages asked for."""
