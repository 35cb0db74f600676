"""A report as people and programs read it: a page, a table for the terminal, rows for a spreadsheet, JSON."""
