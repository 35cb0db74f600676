"""What mail programs support, and what of it a letter uses."""
