"""Pages for people: the face of a record."""
