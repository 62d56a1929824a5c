"""A release: a folder with records, a card and a manifest by which every byte of it can be checked."""
