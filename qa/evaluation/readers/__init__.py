"""Reading benchmark sets: standard formats in, records out, every mistake with its line and column."""
