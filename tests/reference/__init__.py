"""A second, naive working out of the figures, written from the specification alone, to compare the engine with."""
