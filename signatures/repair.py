"""What is said to the model when its reply does not parse."""

#: Formatted with `error`, the reason why the reply could not be read.
REPAIR_REQUEST = """Your reply could not be read: {error}

Give the whole reply again in the structure described at the beginning: every output field after its own marker line, \
and nothing outside the fields."""
