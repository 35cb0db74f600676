"""Reading what an author wrote: YAML as text, its repair, the schema's names, the words inside, the pictures."""
