"""From a campaign folder to an issue: its YAML, the schema's names, the words inside, the pictures."""
