"""A letter's HTML as mail programs show it: elements, style sheets, and the look that the cascade gives them."""
