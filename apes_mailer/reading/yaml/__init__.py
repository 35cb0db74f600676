"""YAML as people write it: read as text, every fault of it found, each with the line to paste."""
